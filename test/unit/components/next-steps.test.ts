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

test("a command names the context of the stack's own cluster, and of no other one", (t) => {
  const release = { namespace: "scalar", name: "ledger" };
  const osaka = { ...release, cluster: "osaka" };
  const first = (releases: (typeof osaka | typeof release)[]) =>
    nextSteps(RestoreMode.Recovery, releases, [], { context: "tokyo-prod" })[0] ?? "";
  t.regex(first([release]), /kubectl --context tokyo-prod --namespace scalar scale/);
  t.regex(first([osaka]), /kubectl --context tokyo-prod/, "the stack's own cluster has a name");
  t.regex(first([release, osaka]), /--context tokyo-prod .*--context <of cluster osaka>/);
});

test("refused copies are not to take the production names, nor to be used by the products", (t) => {
  const release = { namespace: "scalar", name: "ledger" };
  const copy = { name: "ledger", notes: ["look at its alarms"], changesProperties: true };
  const steps = nextSteps(RestoreMode.Recovery, [release], [copy], { switchOver: "refused" });
  t.regex(steps.join("\n"), /^1\. replace production with another restore point, because these copies are refused/);
  t.is(steps.length, 1);
});
