import test from "ava";
import { kindOf } from "../../simulator/cloud/kubernetes/cluster";
import { changes, errors, REGION } from "./rehearsed";
import { infos, MINUTE, protectedSet, RELEASE, suffixed, warnings } from "./verified-set";

/** How many times as fast as real time the switch-over runs. */
const PACE = 400;

interface Plan {
  confirm: string;
  steps: string[];
}

test("the copies of a recovery take the production names, and the stack protects them from then on", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, sources, window, up } = await protectedSet(t);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const clusters = cloud.aws.rds.region(REGION);
  const replicas = () =>
    cloud.kubernetes.store.get(DEPLOYMENTS, RELEASE.namespace, "scalardb-cluster-node").spec?.replicas;
  sources.table("ledger.accounts").putItem("a", { balance: 5 });
  clusters.cluster("customers-prod").put("accounts", "b", { balance: 5 });
  const at = window(20);
  cloud.clock.advance(20 * MINUTE);
  sources.table("ledger.accounts").putItem("a", { balance: 7 });
  clusters.cluster("customers-prod").put("accounts", "b", { balance: 7 });
  const suffix = `-${suffixed(at)}`;

  // Copies, verified; production is untouched.
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  const restored = await up();
  const plan = restored.outputs.switchOver as unknown as Plan;
  t.is(plan.confirm, `replace ledger, customers as of ${at}`);
  t.is(sources.table(`ledger.accounts${suffix}`).items().get("a")?.balance, 5);
  cloud.clock.advance(20 * MINUTE);
  const preview = await stack.preview();
  t.deepEqual(changes(preview), [], errors(preview));
  t.true(infos(preview).some((line) => line.includes(`restore.switchOver.confirm "${plan.confirm}"`)));

  // Another sentence confirms nothing.
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", switchOver: { confirm: "yes" } };
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(errors(refused), new RegExp(`set it to "${plan.confirm}"`));

  // What keeps it from beginning is known before: the table's stream has readers.
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", switchOver: { confirm: plan.confirm } };
  t.regex(
    errors(await stack.preview()),
    /ledger\.accounts has a stream, .* set restore\.switchOver\.newStreams to true/,
  );

  stack.config["scalar-backup:restore"] = {
    at,
    mode: "recovery",
    switchOver: { confirm: plan.confirm, newStreams: true },
  };
  const planned = await stack.preview();
  t.true(planned.succeeded, errors(planned));
  t.log(changes(planned));

  // It ends in the middle: every production name is closed, and no table is opened.
  const first = asProcesses();
  cloud.failures.arm(1, "kill before", (request) => /RestoreTableFromBackup/.test(request));
  const interrupted = await cloud.clock.faster(PACE, () => first.up(), 1000);
  cloud.failures.reset();
  t.false(interrupted.succeeded);
  t.deepEqual(
    sources.tableNames().filter((name) => !name.endsWith(suffix)),
    [],
  );
  t.is(replicas(), 0);
  // A preview plans to go on, and nothing else, also when a refresh has seen what is there.
  const middle = goingOnFrom(first.state);
  t.deepEqual(changes(await middle.preview()), changes(planned));
  // Anything else than to go on is refused, or says what is not complete.
  const confirmed = stack.config["scalar-backup:restore"];
  for (const other of [
    { at, mode: "recovery" },
    { at, mode: "drill" },
  ]) {
    stack.config["scalar-backup:restore"] = other;
    const refused = await asProcesses(middle.state).preview();
    t.regex(
      errors(refused),
      /a switch-over is not complete: .*Set restore\.at, mode and switchOver\.confirm as they were/,
    );
    t.deepEqual(changes(refused), []);
  }
  delete stack.config["scalar-backup:restore"];
  const removed = await middle.preview();
  t.true(warnings(removed).some((message) => /^database ledger: a switch-over is not complete/.test(message)));
  stack.config["scalar-backup:restore"] = confirmed;

  await middle.refresh();
  const refreshed = await middle.preview();
  t.true(refreshed.succeeded, errors(refreshed));
  const known = changes(planned);
  t.deepEqual(
    changes(refreshed).filter((change) => !known.includes(change)),
    [],
    "the copies leave the state, and nothing else happens",
  );

  const processes = asProcesses(middle.state);
  const switched = await cloud.clock.faster(PACE, () => processes.up(), 1000);
  t.true(switched.succeeded, errors(switched));
  t.deepEqual(changes(switched), changes(refreshed));
  t.is(sources.table("ledger.accounts").items().get("a")?.balance, 5);
  t.deepEqual(clusters.cluster("customers-prod").rows("accounts").get("b"), { balance: 5 });
  t.deepEqual(clusters.cluster(`customers-prod-replaced${suffix}`).rows("accounts").get("b"), { balance: 7 });
  t.is(replicas(), 2);

  // Nothing is left to do, and a refresh finds nothing that has changed hands.
  const next = goingOnFrom(processes.state);
  t.deepEqual(changes(await next.preview()), [], "a preview after the switch-over");
  await next.refresh();
  t.deepEqual(changes(await next.preview()), [], "a preview after a refresh");

  // The stack protects what now runs, and plans nothing.
  delete stack.config["scalar-backup:restore"];
  const last = await next.up();
  t.deepEqual(
    changes(last),
    [`delete Command restore-switch-over${suffix}`, "delete ScalarRestore restore"],
    errors(last),
  );
  await next.refresh();
  t.deepEqual(changes(await next.preview()), [], "a preview of the stack that protects what runs");
  t.is(sources.table("ledger.accounts").items().get("a")?.balance, 5);
});

const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
