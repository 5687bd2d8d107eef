import test from "ava";
import { messageOf } from "../../../restore-points/error-message";

test("whatever is thrown has a message", (t) => {
  t.is(messageOf(new TypeError("x is not a function")), "x is not a function");
  t.is(messageOf("no"), "no");
  t.is(messageOf(undefined), "undefined");
});
