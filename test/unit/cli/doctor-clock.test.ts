import test from "ava";
import { awsClockUrl } from "../../../cli/doctor/clock";

test("AWS's clock is asked for in the region's own part of AWS", (t) => {
  t.is(awsClockUrl("ap-northeast-1", {}), "https://sts.ap-northeast-1.amazonaws.com");
  t.is(awsClockUrl("cn-north-1", {}), "https://sts.cn-north-1.amazonaws.com.cn");
  t.is(awsClockUrl("cn-north-1", { AWS_ENDPOINT_URL: "http://127.0.0.1:1" }), "http://127.0.0.1:1");
});
