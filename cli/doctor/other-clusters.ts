import type { PauseScheduleArgs } from "../../components/pause/args";
import { readOtherCluster } from "../../components/pause/live";
import type { OtherClusterArgs } from "../../components/pause/other-cluster-args";
import type { OtherWindows } from "../../components/pause/other-clusters";
import { counted } from "../../restore-points/counted";
import { askPulumi } from "../../restore-points/processes";
import { isObject } from "../../restore-points/shape";
import { type Ask, checked, type Finding, ok, problem } from "./finding";
import { SCHEDULE_NAME } from "./situation";

/** The records of the set's other clusters, read once for all checks. */
export function readOtherClusters({ otherClusters = [] }: PauseScheduleArgs): Promise<OtherWindows>[] {
  return otherClusters.map((other) => readOtherCluster(other, { name: SCHEDULE_NAME, windowsOfStack }));
}

function windowsOfStack(stack: string): unknown {
  const outputs: unknown = JSON.parse(askPulumi(stack));
  return isObject(outputs) ? outputs.windows : undefined;
}

/** Whether the windows of each other cluster can be read, and whether its last run recorded one. */
export async function otherClusterFindings(
  { otherClusters = [] }: PauseScheduleArgs,
  records: readonly Promise<OtherWindows>[],
  ask: Ask,
): Promise<Finding[]> {
  const each = otherClusters.map((other, index) =>
    checked("other clusters", ask, `the record of cluster ${other.cluster}`, async () =>
      // Cast: there is a record for each cluster.
      recordFindings(other, await (records[index] as Promise<OtherWindows>)),
    ),
  );
  return (await Promise.all(each)).flat();
}

function recordFindings({ cluster }: OtherClusterArgs, { windows, problems }: OtherWindows): Omit<Finding, "check">[] {
  const fix = `look at scalar-backup:pause.otherClusters, and run scalar-backup doctor for the stack of ${cluster}`;
  if (problems.length > 0) return problems.map((text) => problem(text, fix));
  if (windows.length === 0)
    return [
      problem(
        `no pause window of cluster ${cluster} is recorded, so no instant is known at which its pods were paused`,
        fix,
      ),
    ];
  const are = windows.length === 1 ? "is" : "are";
  return [ok(`${counted(windows.length, "pause window")} of cluster ${cluster} ${are} recorded`)];
}
