import test from "ava";
import { counted } from "../../../restore-points/counted";

test("a noun has its plural for every number but 1", (t) => {
  t.is(counted(1, "reader"), "1 reader");
  t.is(counted(2, "reader"), "2 readers");
  t.is(counted(0, "day"), "0 days");
  t.is(counted(2, "try", "tries"), "2 tries");
});
