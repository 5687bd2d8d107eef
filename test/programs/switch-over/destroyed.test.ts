import test from "ava";
import { errors, REGION } from "../rehearsed";
import { MINUTE, protectedSet, RELEASE, suffixed } from "../verified-set";

/** How many times as fast as real time the switch-over runs. */
const PACE = 400;

test("a destroy before, in the middle of and after a switch-over deletes nothing of production, and no copy", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, sources, window, up } = await protectedSet(t);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const clusters = cloud.aws.rds.region(REGION);
  const write = (balance: number) => {
    sources.table("ledger.accounts").putItem("a", { balance });
    clusters.cluster("customers-prod").put("accounts", "b", { balance });
  };
  write(5);
  const at = window(20);
  cloud.clock.advance(20 * MINUTE);
  write(7);
  const suffix = `-${suffixed(at)}`;
  const names = () => [
    ...sources.tableNames().filter((name) => !name.includes("-late-")),
    ...clusters.clusters().map(({ identifier }) => identifier),
  ];
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  await up();
  /** It works on the cloud; the stack then goes on from its former state, as `pulumi stack import` brings that back. */
  const destroyed = async (state: typeof stack.state) => {
    const ending = goingOnFrom(state);
    await ending.unprotect();
    const present = names().sort();
    const result = await ending.destroy();
    t.true(result.succeeded, errors(result));
    t.deepEqual(names().sort(), present);
  };

  await destroyed(stack.state);

  // In the middle no table answers under its production name: the copies, and their backups, are all there is.
  const confirm = `replace ledger, customers as of ${at}`;
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
  const first = asProcesses();
  cloud.failures.arm(1, "kill before", (request) => /RestoreTableFromBackup/.test(request));
  t.false((await cloud.clock.faster(PACE, () => first.up(), 1000)).succeeded);
  cloud.failures.reset();
  t.false(names().includes("ledger.accounts"), names().join());
  await destroyed(first.state);
  const resumed = asProcesses(first.state);
  const switched = await cloud.clock.faster(PACE, () => resumed.up(), 1000);
  t.true(switched.succeeded, errors(switched));
  t.is(sources.table("ledger.accounts").items().get("a")?.balance, 5);
  t.deepEqual(clusters.cluster("customers-prod").rows("accounts").get("b"), { balance: 5 });

  await destroyed(resumed.state);
  t.true(names().includes(`ledger.accounts${suffix}`));
  t.is(sources.table("ledger.accounts").items().get("a")?.balance, 5);
});
