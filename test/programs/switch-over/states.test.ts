import test from "ava";
import type { StackResult } from "../../../simulator/engine/stack";
import { changes, errors, REGION } from "../rehearsed";
import { MINUTE, protectedSet, RELEASE } from "../verified-set";

/** How many times as fast as real time the switch-over runs. */
const PACE = 400;

/** `STATES=all` stops it at each kind of change, otherwise at every third. */
const EVERY = process.env.STATES === "all" ? 1 : 3;
const CHANGE =
  /^(dynamodb|rds) (?!Describe|List|Get|Scan|Query)|^kubernetes (PUT|POST|PATCH|DELETE) (?!.*selfsubjectaccessreviews)/;

/** Without the names in its path. */
const kindOf = (request: string) => request.replace(/(\/[a-z]+)\/[a-z0-9][a-z0-9.-]*(?=\?|$|\/scale)/, "$1");

/**
 * At any kind of change that it makes, a switch-over is killed, and somebody does what people do then: a preview, a refresh, an update
 * without the restore. None of these plans or makes a change of a database, and the switch-over goes on to its end.
 * The real engine does the same at one point (test/engine/switch-over.test.ts).
 */
test("in the middle of a switch-over, no other command changes a database or plans to", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, window, up, sources } = await protectedSet(t);
  t.timeout(30 * MINUTE);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const at = window(20);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  await up();
  const confirm = `replace ledger, customers as of ${at}`;
  const confirmed = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
  const rds = cloud.aws.rds.region(REGION);
  /** All but the coordinator's copies that are only compared. */
  const databases = () => [
    ...sources
      .tableNames()
      .filter((name) => !/-late-/.test(name))
      .map((name) => `${name} ${sources.table(name).tableId}`),
    ...rds.clusters().map(({ identifier, resourceId }) => `${identifier} ${resourceId}`),
  ];
  /** What is planned or done to a database; the switch-over's own operation changes them by requests of its own. */
  const ofDatabases = (result: StackResult) =>
    changes(result).filter((change) => /replace|^(create|update|import) (Table|Cluster|ClusterInstance) /.test(change));

  const kinds = new Set<string>();
  const stops: string[] = [];
  let state = stack.state;
  for (;;) {
    stack.config["scalar-backup:restore"] = confirmed;
    const planned = await goingOnFrom(state).preview();
    if (!planned.succeeded) {
      // Before a name is closed, the copies leave the state with the restore: they are taken over first, as the message says.
      t.regex(errors(planned), /the state has no copies of .*; remove switchOver, run "pulumi up"/, stops.at(-1));
      t.log(`taken over again after ${stops.at(-1)}`);
      stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
      const again = goingOnFrom(state);
      const taken = await again.up();
      t.true(taken.succeeded, `${stops.at(-1)}: ${errors(taken)}`);
      stack.config["scalar-backup:restore"] = confirmed;
      state = again.state;
    }
    const processes = asProcesses(state);
    let stop: string | undefined;
    cloud.failures.arm(1, "kill before", (request) => {
      if (stop === undefined && CHANGE.test(request) && !kinds.has(kindOf(request))) {
        kinds.add(kindOf(request));
        if (kinds.size % EVERY === 0) stop = kindOf(request);
      }
      return stop !== undefined;
    });
    const result = await cloud.clock.faster(PACE, () => processes.up(), 1000);
    cloud.failures.reset();
    if (stop === undefined) {
      t.true(result.succeeded, errors(result));
      state = processes.state;
      break;
    }
    stops.push(stop);
    t.false(result.succeeded, stop);
    const before = databases();
    const unchanged = (what: string, done: StackResult) => {
      t.true(done.succeeded, `${stop}: ${what}: ${errors(done)}`);
      t.deepEqual(databases(), before, `${stop}: ${what}`);
      t.deepEqual(ofDatabases(done), [], `${stop}: ${what}`);
    };
    const between = goingOnFrom(processes.state);
    unchanged("a preview", await between.preview());
    unchanged("a refresh", await between.refresh());
    unchanged("a preview after a refresh", await between.preview());
    delete stack.config["scalar-backup:restore"];
    unchanged("a preview without the restore", await between.preview());
    unchanged("an update without the restore", await between.up());
    unchanged("a refresh without the restore", await between.refresh());
    state = between.state;
  }
  t.log(`${stops.length} stops at ${kinds.size} kinds of changes: ${stops.join(", ")}`);
  t.true(stops.length > 3);
  t.is(cloud.kubernetes.pods(RELEASE.namespace, RELEASE.name).length, 2);

  const last = goingOnFrom(state);
  t.deepEqual(changes(await last.preview()), []);
  delete stack.config["scalar-backup:restore"];
  const ended = await last.up();
  t.true(ended.succeeded, errors(ended));
  await last.refresh();
  t.deepEqual(changes(await last.preview()), []);
});
