/** The same as test/programs/switch-over.test.ts, shorter, by the real engine and the real command provider. */
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { Verdict } from "../../restore-points/verification/verdict";
import { kindOf } from "../../simulator/cloud/kubernetes/cluster";
import type { PulumiStack } from "../../simulator/engine/real";
import type { StackResult } from "../../simulator/engine/stack";
import { changes, errors, REGION } from "../programs/rehearsed";
import { killedAt, switchedOver } from "../programs/switch-over/play";
import { infos, MINUTE, RELEASE, suffixed } from "../programs/verified-set";
import { missing, recovered } from "./recovered-set";

const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
/** Slow enough for an engine to begin while the switch-over goes on. */
const SLOW_PACE = 30;

if (missing !== undefined)
  test.skip(`no switch-over is played on the real engine, because it or its plugin is not here: ${missing}`, () => {});

(missing === undefined ? test.serial : test.serial.skip)(
  "copies leave the state without a call to the cloud, and take the production names in an up that goes on after one that was interrupted",
  async (t) => {
    t.timeout(10 * MINUTE);
    const { cloud, stack, deletions, at, up } = await recovered(t);
    const suffix = `-${suffixed(at)}`;
    const sources = cloud.aws.dynamodb.region(REGION);
    const clusters = cloud.aws.rds.region(REGION);
    const copies = () =>
      sources.tableNames().filter((name) => name.endsWith(suffix) && !name.endsWith(`-late${suffix}`));

    const read = await stack.preview();
    t.deepEqual(changes(read), [], errors(read));
    const plan = infos(read).find((text) => text.includes("the copies can replace production")) ?? "";
    const confirm = `replace ledger, customers as of ${at}`;
    t.true(plan.includes(`restore.switchOver.confirm "${confirm}"`), plan);

    stack.config["scalar-backup:restore"] = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
    const planned = await stack.preview();
    t.true(planned.succeeded, errors(planned));
    t.true(infos(planned).some((text) => text.includes("THE COPIES REPLACE PRODUCTION in this update")));
    const [created, left] = divided(planned);
    t.deepEqual(created, [`create Command restore-switch-over${suffix}`]);
    t.true(left.includes(`delete Table ledger-copy${suffix}-ledger.accounts`), left.join("\n"));
    const state = await stateOf(stack);
    // It is of no use but to be compared with the coordinator's copy that stays.
    const late = `ledger-late${suffix}-coordinator.state`;
    for (const each of left) {
      const name = each.split(" ").at(-1) as string;
      if (name === late) continue;
      const resource = state.find(({ urn }) => urn.endsWith(`::${name}`));
      t.true(resource?.retainOnDelete === true || deletesNothing(resource), each);
    }

    // Every production name is closed, and no table is opened.
    const interrupted = await killedAt(t, cloud, stack, /RestoreTableFromBackup/);
    t.deepEqual(
      sources.tableNames().filter((name) => !name.endsWith(suffix)),
      [],
      errors(interrupted),
    );
    const verification = (await stateOf(stack)).find(({ type }) => type === "scalar-backup:index:ScalarRestore")
      ?.outputs?.verification as { instant: string; verdict: string } | undefined;
    t.deepEqual([verification?.instant, verification?.verdict], [at, Verdict.PauseProven]);

    const middle = await stack.preview();
    t.deepEqual(changes(middle), changes(planned), errors(middle));
    const seen = await stack.refresh();
    t.true(seen.succeeded, errors(seen));
    const refreshed = await stack.preview();
    t.true(refreshed.succeeded, errors(refreshed));
    t.deepEqual(divided(refreshed)[0], created);
    t.deepEqual(
      changes(refreshed).filter((change) => !changes(planned).includes(change)),
      [],
      "nothing is planned but what the first preview has shown",
    );

    // An update without the restore, of a state that knows the suspended schedule: it stays as the switch-over has left it.
    deletions.length = 0;
    const before = copies();
    const confirmed = stack.config["scalar-backup:restore"];
    delete stack.config["scalar-backup:restore"];
    const removal = await up();
    t.deepEqual(
      changes(removal).filter((change) => !change.startsWith("delete ")),
      [],
    );
    t.true(cloud.kubernetes.store.get(CRON_JOBS, RELEASE.namespace, "scalar-pause").spec?.suspend);
    stack.config["scalar-backup:restore"] = confirmed;

    const goingOn = await stack.preview();
    t.true(goingOn.succeeded, errors(goingOn));
    const switched = await switchedOver(t, cloud, stack);
    t.deepEqual(changes(switched), changes(goingOn));
    t.false(cloud.kubernetes.store.get(CRON_JOBS, RELEASE.namespace, "scalar-pause").spec?.suspend);
    t.deepEqual(
      deletions.map((urn) => urn.split("::").at(-1)),
      [late],
      "copies were deleted in the cloud as they left the state",
    );
    t.deepEqual(copies(), before);
    t.is(sources.table("ledger.accounts").items().get("a")?.balance, 5);
    t.deepEqual(clusters.cluster("customers-prod").rows("accounts").get("b"), { balance: 5 });
    t.deepEqual(clusters.cluster(`customers-prod-replaced${suffix}`).rows("accounts").get("b"), { balance: 7 });

    t.deepEqual(changes(await stack.preview()), [], "a preview right after it");
    const again = await stack.refresh();
    t.true(again.succeeded, errors(again));
    t.deepEqual(changes(await stack.preview()), [], "a preview after a refresh");

    delete stack.config["scalar-backup:restore"];
    const removed = await up();
    t.deepEqual(changes(removed), [`delete Command restore-switch-over${suffix}`, "delete ScalarRestore restore"]);
    t.deepEqual(changes(await stack.preview()), [], "a preview of the stack that protects what runs");
    await stack.refresh();
    t.deepEqual(changes(await stack.preview()), [], "a preview of it after a refresh");
    t.is(sources.table("ledger.accounts").items().get("a")?.balance, 5);
  },
);

/** A Lease that is renewed shows at once that another one runs. One that is not, as its clock is stopped here, is waited for. */
const DOES_NOT_JOIN =
  /is held by scalar-switch-over\/\S*(: another switch-over is running\. Wait for its end|, and was not released within .*: wait until it expires)/;

(missing === undefined ? test.serial : test.serial.skip)(
  "an engine that is killed leaves a switch-over behind that no other joins, and a later up finds it done",
  async (t) => {
    t.timeout(15 * MINUTE);
    const { cloud, stack, at } = await recovered(t);
    const suffix = `-${suffixed(at)}`;
    const sources = cloud.aws.dynamodb.region(REGION);
    const clusters = cloud.aws.rds.region(REGION);
    const production = () => sources.tableNames().filter((name) => !name.endsWith(suffix));
    const tables = production();
    const confirm = `replace ledger, customers as of ${at}`;
    stack.config["scalar-backup:restore"] = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
    // The age of a Lease is by the API server's clock, which is stopped: no process loses its Lease because the machine lets it wait.
    const began = cloud.clock.now();
    cloud.kubernetes.apiServer.now = () => began;
    // No request has this number: they are recorded only.
    cloud.failures.arm(0, "no connection");
    const calls = (name: string) => cloud.failures.requests.filter((request) => request === `dynamodb ${name}`).length;
    await cloud.clock.faster(
      SLOW_PACE,
      async () => {
        const running = stack.up();
        while (production().length > 0) await sleep(50);
        t.true(await stack.kill());
        const killed = await running;
        t.false(killed.succeeded);
        await stack.cancel();
        // The plugin ends the operation with the engine, so that its Lease is not released, and has to expire.
        cloud.kubernetes.apiServer.now = () => cloud.clock.now();
        const restored = calls("RestoreTableFromBackup");
        const next = await stack.up();
        t.log(`tables restored when the next up began: ${restored}; its end: ${errors(next) || "done"}`);
        // It has waited for the Lease only where the one that was left behind ended in time.
        for (let result = next; !result.succeeded; result = await stack.up()) t.regex(errors(result), DOES_NOT_JOIN);
      },
      1000,
    );
    for (const call of ["CreateBackup", "DeleteTable", "RestoreTableFromBackup"])
      t.is(calls(call), tables.length, call);
    t.is(sources.table("ledger.accounts").items().get("a")?.balance, 5);
    t.deepEqual(clusters.cluster("customers-prod").rows("accounts").get("b"), { balance: 5 });
    t.deepEqual(clusters.cluster(`customers-prod-replaced${suffix}`).rows("accounts").get("b"), { balance: 7 });
    t.deepEqual(changes(await stack.preview()), [], "a preview right after it");
  },
);

/** The deletions of a plan, and all else. */
function divided(result: StackResult): [others: string[], deletions: string[]] {
  const all = changes(result);
  return [all.filter((each) => !each.startsWith("delete")), all.filter((each) => each.startsWith("delete"))];
}

interface ExportedResource {
  urn: string;
  type: string;
  custom: boolean;
  retainOnDelete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

async function stateOf(stack: PulumiStack): Promise<ExportedResource[]> {
  return (await stack.exportState()).deployment.resources;
}

/** Components are no resources of a cloud, and a command without `delete` runs nothing in the end. */
function deletesNothing(resource: ExportedResource | undefined): boolean {
  if (resource === undefined) return false;
  return !resource.custom || (resource.type === "command:local:Command" && resource.inputs?.delete === undefined);
}
