import test, { type ExecutionContext } from "ava";
import { kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import { changes, errors } from "../rehearsed";
import { RELEASE, warnings } from "../verified-set";
import { copiedSet, killedAt, switchedOver } from "./play";

const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });

/** A switch-over whose process is killed at its first request that matches. */
async function interrupted(t: ExecutionContext, request: RegExp) {
  const set = await copiedSet(t);
  const { cloud, stack, asProcesses, goingOnFrom, confirmed } = set;
  stack.config["scalar-backup:restore"] = confirmed;
  const first = asProcesses();
  await killedAt(t, cloud, first, request);
  const next = goingOnFrom(first.state);
  const refresh = async () => {
    const refreshed = await next.refresh();
    t.true(refreshed.succeeded, errors(refreshed));
  };
  const schedule = () => cloud.kubernetes.store.get(CRON_JOBS, RELEASE.namespace, "scalar-pause");
  const pods = () => cloud.kubernetes.pods(RELEASE.namespace, RELEASE.name).length;
  const goOn = async () => {
    const processes = asProcesses(next.state);
    await switchedOver(t, cloud, processes);
    return goingOnFrom(processes.state);
  };
  return { ...set, next, refresh, schedule, pods, goOn };
}

test("in the middle of a switch-over, an up after a refresh without the restore leaves the schedule suspended", async (t) => {
  const { stack, next, refresh, suffix, confirmed, schedule, pods, goOn, sources } = await interrupted(
    t,
    /RestoreTableFromBackup/,
  );
  t.deepEqual([schedule().spec?.suspend, pods()], [true, 0]);
  await refresh();
  delete stack.config["scalar-backup:restore"];
  const planned = await next.preview();
  t.true(planned.succeeded, errors(planned));
  t.true(
    warnings(planned).some((text) => /CronJob scalar\/scalar-pause is suspended.*switch-over/.test(text)),
    warnings(planned).join("\n"),
  );
  const removed = await next.up();
  t.true(removed.succeeded, errors(removed));
  t.deepEqual(
    changes(removed).filter((change) => /CronJob/.test(change)),
    [],
  );
  t.deepEqual([schedule().spec?.suspend, pods()], [true, 0]);
  // Once more, now that the state has what the update has left.
  await refresh();
  // A changed schedule is no reason to resume it.
  stack.config["scalar-backup:pause"] = { schedule: "0 4 * * *", releases: [RELEASE] };
  const changed = await next.up();
  t.true(changed.succeeded, errors(changed));
  t.deepEqual([schedule().spec?.schedule, schedule().spec?.suspend, pods()], ["0 4 * * *", true, 0]);

  stack.config["scalar-backup:restore"] = confirmed;
  const last = await goOn();
  t.deepEqual([schedule().spec?.suspend, pods()], [false, 2]);
  t.false(sources.tableNames().some((name) => name === `ledger.accounts-late${suffix}`));
  t.deepEqual(changes(await last.preview()), []);
  delete stack.config["scalar-backup:restore"];
  const ended = await last.up();
  t.true(ended.succeeded, errors(ended));
  t.deepEqual(
    warnings(ended).filter((text) => /suspended/.test(text)),
    [],
  );
  t.deepEqual(changes(await last.preview()), []);

  // After it, the user's own setting wins over what the switch-over has set.
  for (const suspend of [true, undefined]) {
    stack.config["scalar-backup:pause"] = { schedule: "0 4 * * *", releases: [RELEASE], ...(suspend && { suspend }) };
    const result = await last.up();
    t.true(result.succeeded, errors(result));
    t.is(schedule().spec?.suspend, suspend ?? false);
  }
});

test("a change of the pause schedule between two steps of a switch-over does not keep it from going on", async (t) => {
  const { stack, schedule, pods, goOn } = await interrupted(t, /RestoreTableFromBackup/);
  stack.config["scalar-backup:pause"] = { schedule: "0 4 * * *", releases: [RELEASE] };
  await goOn();
  t.deepEqual([schedule().spec?.schedule, schedule().spec?.suspend, pods()], ["0 4 * * *", false, 2]);
});

test("an abort after a refresh resumes the schedule, and starts the pods", async (t) => {
  const { stack, next, refresh, restore, schedule, pods, cloud } = await interrupted(t, /DeleteTable|ModifyDBCluster$/);
  t.deepEqual([schedule().spec?.suspend, pods()], [true, 0]);
  await refresh();
  stack.config["scalar-backup:restore"] = { ...restore, switchOver: { abort: true } };
  await switchedOver(t, cloud, next);
  t.deepEqual([schedule().spec?.suspend, pods()], [false, 2]);
  await refresh();
  t.deepEqual(changes(await next.preview()), []);
});
