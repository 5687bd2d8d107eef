import * as pulumi from "@pulumi/pulumi";
import { selectCluster } from "../../operations/kubernetes/kubeconfig";
import { readData } from "../../operations/kubernetes/pause-runs";
import { ClusterReader } from "../../operations/kubernetes/reader";
import { messageOf } from "../../restore-points/error-message";
import { LAST_RUN_KEY, readLastRun } from "../../restore-points/last-run";
import { readWindowRecord, recordOfWindows } from "../../restore-points/record";
import { DEFAULT_CLUSTER, type PauseWindow, releaseLabel, WINDOWS_KEY } from "../../restore-points/window";
import { isMocked } from "../mocked";
import type { Problem } from "../problem";
import type { PauseScheduleArgs } from "./args";
import type { OtherClusterArgs } from "./other-cluster-args";
import { firstNamespace } from "./release-args";

/** What is known of the other clusters' windows. */
export interface OtherWindows {
  windows: PauseWindow[];
  /** Why windows of a cluster are missing, as sentences. */
  problems: string[];
}

/** What is wrong with the other clusters of a pause. */
export function otherClusterProblems({
  cluster: own = DEFAULT_CLUSTER,
  otherClusters = [],
  rendezvousSeconds,
}: Pick<PauseScheduleArgs, "cluster" | "otherClusters" | "rendezvousSeconds">): Problem[] {
  const problems: Problem[] = [];
  if (rendezvousSeconds && otherClusters.length === 0)
    problems.push({
      path: "otherClusters",
      message: `is missing; rendezvousSeconds (${rendezvousSeconds}) pauses several clusters at one instant, and without their windows an instant at which another cluster was not paused would count as a restore point: name each other cluster with its releases and where its windows are read, such as [{ cluster: osaka, releases: [{ namespace: scalar, name: scalardb-cluster }], kubernetes: { context: scalar-osaka } }], or remove rendezvousSeconds`,
    });
  const names = [own, ...otherClusters.map((other) => other?.cluster)];
  otherClusters.forEach((other, index) => {
    const path = `otherClusters[${index}]`;
    const twin = names.indexOf(other.cluster);
    if (twin <= index)
      problems.push({
        path: `${path}.cluster`,
        message: `"${other.cluster}" is the name of ${twin === 0 ? `this stack's own cluster (pause.cluster${own === DEFAULT_CLUSTER ? ", by default" : ""})` : `otherClusters[${twin - 1}]`} too; give each cluster a name of its own in the pause.cluster of its stack`,
      });
    if (other.releases?.length === 0)
      problems.push({
        path: `${path}.releases`,
        message: "[] is empty; name every release of that cluster whose pods write to the databases",
      });
    const sources = [other.kubernetes, other.stack, other.record].filter((source) => source !== undefined);
    if (sources.length !== 1)
      problems.push({
        path,
        message: `has ${sources.length === 0 ? "none" : "several"} of kubernetes, stack and record; expected exactly one of them, by which the windows of cluster ${other.cluster} are read`,
      });
    if (other.kubernetes && other.kubernetes.context === undefined && other.kubernetes.kubeconfig === undefined)
      problems.push({
        path: `${path}.kubernetes`,
        message:
          "names no cluster; expected the context of your kubeconfig, such as { context: scalar-osaka }, or a kubeconfig",
      });
    if (other.stack !== undefined && !/^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(other.stack))
      problems.push({
        path: `${path}.stack`,
        message: `"${other.stack}" is not the full name of a stack; expected organization/project/stack, such as acme/scalar-backup/osaka`,
      });
  });
  return problems;
}

/**
 * The windows of the other clusters. A record that cannot be read is a problem and adds no window: an instant is no restore
 * point unless that cluster is known to have been paused.
 */
export function readOtherWindows(
  component: pulumi.Resource,
  otherClusters: readonly OtherClusterArgs[],
  recordName: string,
): pulumi.Output<OtherWindows> {
  const each = otherClusters.map((other) => {
    const record = recordOf(component, other, recordName);
    return record.apply((found) => windowsIn(other, found));
  });
  // A kubeconfig is a secret, but not what is read by it.
  return pulumi.unsecret(pulumi.all(each)).apply((found) => {
    const problems = found.flatMap((one) => one.problems);
    for (const problem of problems) void pulumi.log.warn(problem, component);
    return { windows: found.flatMap(({ windows }) => windows), problems };
  });
}

/** A record's ConfigMap, from where it is read; or why it is not. */
export type FoundRecord = { from: string; data?: Record<string, string | undefined>; problem?: string };

function recordOf(component: pulumi.Resource, other: OtherClusterArgs, recordName: string): pulumi.Output<FoundRecord> {
  if (other.record !== undefined)
    return pulumi.output({ from: "otherClusters[].record", data: { [WINDOWS_KEY]: other.record } });
  if (other.stack !== undefined) return recordOfStack(component, other.cluster, other.stack);
  const { context, kubeconfig, namespace, recordName: name } = other.kubernetes ?? {};
  return pulumi
    .output(kubeconfig)
    .apply((config) =>
      readRecord(
        { context, kubeconfig: config },
        { namespace: namespace ?? firstNamespace(other.releases), name: name ?? recordName },
      ),
    );
}

function recordOfStack(component: pulumi.Resource, cluster: string, stack: string): pulumi.Output<FoundRecord> {
  const reference = new pulumi.StackReference(`${cluster}-windows`, { name: stack }, { parent: component });
  const from = `stack ${stack}`;
  return reference
    .getOutput("windows")
    .apply((windows: unknown) =>
      windows === undefined
        ? { from, problem: 'it has no output "windows"; set pause.cluster there, then run "pulumi up" in it' }
        : { from, data: { [WINDOWS_KEY]: recordOfWindows(windows) } },
    );
}

export async function readRecord(
  choice: { context?: string; kubeconfig?: string },
  { namespace, name }: { namespace: string; name: string },
): Promise<FoundRecord> {
  // In a user's unit test, no cluster must be asked. Cast: as in `orEnd`.
  if (isMocked()) return pulumi.unknown as FoundRecord;
  let from = choice.context === undefined ? "its kubeconfig" : `context "${choice.context}"`;
  try {
    const reader = await ClusterReader.open(selectCluster(choice, process.env), process.env);
    from = `ConfigMap ${namespace}/${name} in ${reader.name}`;
    const data = await readData(reader, namespace, name);
    if (Object.keys(data).length > 0) return { from, data };
    return {
      from,
      problem:
        "it does not exist or is empty: no run there has ended yet, or otherClusters[].kubernetes.namespace or .recordName is another",
    };
  } catch (error) {
    return { from, problem: messageOf(error) };
  }
}

export function windowsIn({ cluster, releases }: OtherClusterArgs, { from, data, problem }: FoundRecord): OtherWindows {
  const unread = (because: string) => ({
    windows: [],
    problems: [
      `the pause windows of cluster ${cluster} were not read (${from}), so no instant is known at which ${releases.map((release) => releaseLabel({ cluster, ...release })).join(", ")} was paused: ${because}`,
    ],
  });
  if (data === undefined) return unread(problem ?? "nothing was found");
  try {
    const { windows, malformed } = readWindowRecord(data[WINDOWS_KEY]);
    const own = windows.filter((window) => window.cluster === cluster);
    const otherNames = [...new Set(windows.map((window) => window.cluster))].filter((name) => name !== cluster);
    if (own.length === 0 && otherNames.length > 0)
      return unread(
        `they are of cluster ${otherNames.join(", ")}; set pause.cluster of that cluster's stack to ${cluster}, or correct otherClusters[].cluster`,
      );
    const { lastRun } = readLastRun(data[LAST_RUN_KEY]);
    return {
      windows: own,
      problems: [
        ...malformed.map((problem) => `left out of the pause windows of cluster ${cluster} (${from}): ${problem}`),
        ...(lastRun && lastRun.end !== "recorded" && lastRun.end !== "backupsFailed"
          ? [
              `the last run on cluster ${cluster} (${lastRun.job}, ended ${lastRun.endedAt}) recorded no window: ${[lastRun.end, ...lastRun.reasons].join("; ")}`,
            ]
          : []),
      ],
    };
  } catch (error) {
    return unread(messageOf(error));
  }
}
