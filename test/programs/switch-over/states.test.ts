import test, { type ExecutionContext } from "ava";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import type { StackResult } from "../../../simulator/engine/stack";
import { changes, changesMade, errors, recordWindow, type rehearsed } from "../rehearsed";
import { infos, MINUTE, RELEASE } from "../verified-set";
import { PACE as AZURE_PACE, protectedAzureSet, valuesOf } from "./azure-set";
import { copiedSet, endsQuietly, fastUp } from "./play";
import { copiedRenamedSet } from "./renamed-set";

/** `STATES=all` stops it at each kind of change, otherwise at every third. */
const EVERY = process.env.STATES === "all" ? 1 : 3;
const CHANGE =
  /^(dynamodb|rds) (?!Describe|List|Get|Scan|Query)|^(kubernetes|azure) (PUT|POST|PATCH|DELETE) (?!.*(selfsubjectaccessreviews|listKeys|retrieveContinuousBackupInformation|permissions))/;

/** Without the names in its path. */
const kindOf = (request: string) => request.replace(/(\/[a-z]+)\/[a-z0-9][a-z0-9.-]*(?=\?|$|\/scale)/, "$1");

type Set = Pick<Awaited<ReturnType<typeof rehearsed>>, "cloud" | "stack" | "asProcesses" | "goingOnFrom">;

interface Restore {
  restore: object;
  /** The same, confirmed. */
  confirmed: object;
  pace?: number;
  /** All databases but the coordinator's copies that are only compared, by what others of the same name do not have. */
  databases(): string[];
  /** Who answers under the names that are taken: each kind of change is another one once one of them has changed hands. */
  holders?(): string;
}

/**
 * At any kind of change that it makes, a switch-over is killed, and people do what they do then: a preview, a refresh, an update
 * without the restore. None of these plans or makes a change of a database, and the switch-over goes on to its end.
 * The real engine does the same at one point (test/engine/switch-over.test.ts).
 */
async function stopEverywhere(
  t: ExecutionContext,
  set: Set,
  { restore, confirmed, pace, databases, holders }: Restore,
) {
  const { cloud, stack, asProcesses, goingOnFrom } = set;
  /** What is planned or done to a database; the switch-over's own operation changes them by requests of its own. */
  const ofDatabases = (result: StackResult) =>
    changesMade(result).filter((change) =>
      /replace|^(create|update|import) (Table|Instance|Cluster|ClusterInstance|DatabaseAccount|Server) /.test(change),
    );
  const kinds = new Set<string>();
  const stops: string[] = [];
  let state = stack.state;
  for (;;) {
    stack.config["scalar-backup:restore"] = confirmed;
    const planned = await goingOnFrom(state).preview();
    if (!planned.succeeded) {
      // Before a copy is marked, the copies leave the state with the restore: they are taken over first, as the message says.
      t.regex(errors(planned), /the state has no copies of .*; remove switchOver, run "pulumi up"/, stops.at(-1));
      stack.config["scalar-backup:restore"] = restore;
      const again = goingOnFrom(state);
      const taken = await again.up();
      t.true(taken.succeeded, `${stops.at(-1)}: ${errors(taken)}`);
      stack.config["scalar-backup:restore"] = confirmed;
      state = again.state;
    }
    const processes = asProcesses(state);
    let stop: string | undefined;
    cloud.failures.arm(1, "kill before", (request) => {
      if (stop !== undefined || !CHANGE.test(request)) return stop !== undefined;
      const kind = holders === undefined ? kindOf(request) : `${kindOf(request)} (${holders()})`;
      if (!kinds.has(kind)) {
        kinds.add(kind);
        if (kinds.size % EVERY === 0) stop = kind;
      }
      return stop !== undefined;
    });
    const result = await fastUp(cloud, processes, pace);
    cloud.failures.reset();
    if (stop === undefined) {
      t.true(result.succeeded, errors(result));
      t.log(`${stops.length} stops at ${kinds.size} kinds of changes: ${stops.join(", ")}`);
      t.true(stops.length > 1);
      return processes.state;
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
}

type RdsRegion = ReturnType<SimulatedCloud["aws"]["rds"]["region"]>;

/** Without names: a new one that was asked for may show at any moment. */
const idsIn = (rds: RdsRegion): string[] => [...idsByName(rds).values()].sort();

const idsByName = (rds: RdsRegion) =>
  new Map(
    [
      ...rds.clusters(),
      ...rds.instances
        .all()
        .map((each) => ({ identifier: each.identifier, resourceId: each.describe().DbiResourceId })),
    ].map(({ identifier, resourceId = "" }) => [identifier, resourceId]),
  );

/** Who has names of RDS; what has them now is the source. */
function holdersIn(rds: RdsRegion, ...names: string[]): () => string {
  const sources = idsByName(rds);
  const holder = (name: string) => {
    const id = idsByName(rds).get(name);
    return id === undefined ? "nothing" : id === sources.get(name) ? "the source" : "the copy";
  };
  return () => names.map((name) => `${name} is ${holder(name)}`).join(", ");
}

test("in the middle of a switch-over, no other command changes a database or plans to", async (t) => {
  const set = await copiedSet(t);
  t.timeout(30 * MINUTE);
  const { cloud, goingOnFrom, sources, clusters, restore, confirmed } = set;
  const state = await stopEverywhere(t, set, {
    restore,
    confirmed,
    databases: () => [
      ...sources
        .tableNames()
        .filter((name) => !/-late-/.test(name))
        .map((name) => `${name} ${sources.table(name).tableId}`),
      ...idsIn(clusters),
    ],
    holders: holdersIn(clusters, "customers-prod"),
  });
  t.is(cloud.kubernetes.pods(RELEASE.namespace, RELEASE.name).length, 2);

  const last = goingOnFrom(state);
  t.deepEqual(changes(await last.preview()), []);
  await endsQuietly(t, last);
});

test("the same with an RDS instance and a Multi-AZ DB cluster", async (t) => {
  const set = await copiedRenamedSet(t);
  t.timeout(30 * MINUTE);
  const { cloud, goingOnFrom, rds, restore, confirmed, stock, orders, suffix } = set;
  const state = await stopEverywhere(t, set, {
    restore,
    confirmed,
    databases: () => idsIn(rds),
    holders: holdersIn(rds, "stock-prod", "orders-prod"),
  });
  t.is(cloud.kubernetes.pods(RELEASE.namespace, RELEASE.name).length, 2);
  const last = goingOnFrom(state);
  t.deepEqual(changes(await last.preview()), []);
  await endsQuietly(t, last);
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [5, 5]);
  t.deepEqual([stock(`stock-prod-replaced${suffix}`), orders(`orders-prod-replaced${suffix}`)], [7, 7]);
});

test("the same on Azure, where the releases' properties lead to the copies", async (t) => {
  const set = await protectedAzureSet(t);
  t.timeout(30 * MINUTE);
  const { cloud, stack, up, cosmosdb, postgresql, releases, upgrade, pods, goingOnFrom } = set;
  const at = recordWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(20 * MINUTE);
  const restore = { at, mode: "recovery", acceptUnproven: at };
  stack.config["scalar-backup:restore"] = restore;
  const restored = await up();
  const { confirm } = restored.outputs.switchOver as unknown as { confirm: string };
  const values = valuesOf(restored);
  const former = releases.auditor.properties;
  const helping = setInterval(() => {
    if (pods().every((count) => count === 0) && releases.auditor.properties === former) void upgrade(values);
  }, 500);
  t.teardown(() => clearInterval(helping));
  const state = await stopEverywhere(t, set, {
    restore,
    confirmed: { ...restore, switchOver: { confirm } },
    pace: AZURE_PACE,
    databases: () => [
      ...cosmosdb
        .accounts()
        .map(({ name }) => name)
        .filter((name) => !/-(early|late)-/.test(name)),
      ...postgresql.all().map(({ name }) => name),
    ],
  });
  clearInterval(helping);
  t.deepEqual(pods(), [3, 2]);
  const next = goingOnFrom(state);
  const seen = await next.preview();
  t.deepEqual(changes(seen), [], infos(seen).join("\n"));
});
