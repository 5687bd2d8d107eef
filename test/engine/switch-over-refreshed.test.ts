/** Every update and preview of a switch-over with `--refresh`, by the real engine and the real command provider. */
import test from "ava";
import type { StackResult } from "../../simulator/engine/stack";
import { changes, changesMade, errors, REGION } from "../programs/rehearsed";
import { fastUp } from "../programs/switch-over/play";
import { suffixed } from "../programs/verified-set";
import { missing, recovered } from "./recovered-set";

const MINUTE = 60_000;

if (missing !== undefined)
  test.skip(`no switch-over is refreshed on the real engine, because it or its plugin is not here: ${missing}`, () => {});

(missing === undefined ? test.serial : test.serial.skip)(
  "with --refresh between any two steps, nothing is replaced, created empty or named back, and it ends right",
  async (t) => {
    t.timeout(30 * MINUTE);
    const { cloud, stack, deletions, at, up } = await recovered(t);
    const suffix = `-${suffixed(at)}`;
    const tables = cloud.aws.dynamodb.region(REGION);
    const rds = cloud.aws.rds.region(REGION);
    const production = () => tables.tableNames().filter((name) => !name.endsWith(suffix));
    const names = production();
    /** Clusters by what a rename leaves as it is, and tables; not the coordinator's copy that is only compared. */
    const databases = () => [
      ...rds.clusters().map(({ resourceId }) => resourceId),
      ...tables
        .tableNames()
        .filter((name) => !name.includes("-late-"))
        .map((name) => `${name} ${tables.table(name).tableId}`),
    ];
    const confirm = `replace ledger, customers as of ${at}`;
    const confirmed = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
    stack.config["scalar-backup:restore"] = confirmed;

    /** What a run plans or makes of a database by the engine: the operation of the switch-over makes requests of its own. */
    const ofDatabases = (result: StackResult) =>
      changesMade(result).filter((change) =>
        /replace|^(create|update|import) (Table|Instance|Cluster|ClusterInstance) /.test(change),
      );
    const harmless = async (what: string, run: () => Promise<StackResult>) => {
      const before = databases();
      const done = await run();
      t.true(done.succeeded, `${what}: ${errors(done)}`);
      t.deepEqual(ofDatabases(done), [], what);
      t.deepEqual(databases(), before, what);
    };
    /** An update that is killed before the request that matches. */
    const killed = async (what: string, matches: (request: string) => boolean) => {
      cloud.failures.arm(1, "kill before", matches);
      const result = await fastUp(cloud, { up: () => stack.up({ refresh: true }) });
      cloud.failures.reset();
      t.false(result.succeeded, what);
      t.deepEqual(ofDatabases(result), [], `${what}: ${errors(result)}`);
      await harmless(`${what}, preview --refresh`, () => stack.preview({ refresh: true }));
    };
    const nothingLeft = async (what: string) => {
      const left = await stack.preview({ refresh: true });
      t.true(left.succeeded, `${what}: ${errors(left)}`);
      t.deepEqual(
        changes(left).filter((change) => !change.startsWith("refresh ")),
        [],
        what,
      );
    };
    const nth = (count: number, pattern: RegExp) => {
      let seen = 0;
      return (request: string) => {
        if (pattern.test(request)) seen += 1;
        return seen >= count;
      };
    };

    await harmless("before anything, preview --refresh", () => stack.preview({ refresh: true }));
    await killed("between two marks", nth(2, /^dynamodb TagResource$/));
    t.deepEqual(production(), names);
    await killed("before the first name is closed", nth(1, /^(dynamodb DeleteTable|rds ModifyDBCluster)$/));
    t.deepEqual(production(), names);
    await killed("in the gap", nth(1, /^dynamodb RestoreTableFromBackup$/));
    t.deepEqual(production(), []);
    // Without the restore, too: it is what an update of somebody else's would do.
    delete stack.config["scalar-backup:restore"];
    await harmless("in the gap, up --refresh without the restore", () => stack.up({ refresh: true }));
    stack.config["scalar-backup:restore"] = confirmed;
    await harmless("in the gap, preview --refresh again", () => stack.preview({ refresh: true }));
    await killed(
      "after half of the names are opened",
      nth(Math.ceil(names.length / 2), /^dynamodb RestoreTableFromBackup$/),
    );
    t.true(production().length < names.length);
    await killed("before the scale-out", nth(1, /^kubernetes PATCH .*\/scale$/));
    t.deepEqual(production(), names);
    t.is(tables.table("ledger.accounts").items().get("a")?.balance, 5);

    deletions.length = 0;
    const switched = await fastUp(cloud, { up: () => stack.up({ refresh: true }) });
    t.true(switched.succeeded, errors(switched));
    t.deepEqual(ofDatabases(switched), []);
    t.deepEqual(
      deletions.filter((urn) => !urn.includes("-late-")),
      [],
      "copies were deleted in the cloud",
    );
    t.is(tables.table("ledger.accounts").items().get("a")?.balance, 5);
    t.deepEqual(rds.cluster("customers-prod").rows("accounts").get("b"), { balance: 5 });
    t.deepEqual(rds.cluster(`customers-prod-replaced${suffix}`).rows("accounts").get("b"), { balance: 7 });
    await nothingLeft("after it");
    delete stack.config["scalar-backup:restore"];
    await up();
    await harmless("at the end, up --refresh", () => stack.up({ refresh: true }));
    await nothingLeft("at the end");
  },
);
