import test from "ava";
import { nextSteps } from "../../../components/next-steps";
import { RestoreMode } from "../../../components/restore-mode";

test("a release without a cluster is on the default cluster", (t) => {
  const release = { namespace: "scalar", name: "ledger" };
  const [first] = nextSteps(RestoreMode.Recovery, [release, { ...release, name: "auditor", cluster: "default" }], []);
  t.notRegex(first ?? "", /--context/);
  t.regex(first ?? "", /instance=ledger .*instance=auditor /);
  const [several] = nextSteps(RestoreMode.Recovery, [release, { ...release, cluster: "osaka" }], []);
  t.regex(several ?? "", /--context <of cluster default>.*--context <of cluster osaka>/);
});
