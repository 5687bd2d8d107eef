import * as pulumi from "@pulumi/pulumi";
import { type Endpoint, type Environment, selectCluster } from "../../operations/kubernetes/kubeconfig";
import { readData, readPauseRuns } from "../../operations/kubernetes/pause-runs";
import { ClusterReader } from "../../operations/kubernetes/reader";
import { lookUpReleases, missingNamespaces, type ReleaseTarget } from "../../operations/kubernetes/releases";
import { messageOf } from "../../restore-points/error-message";
import { LAST_RUN_KEY, readLastRun } from "../../restore-points/last-run";
import { type Channel, NOTIFICATIONS_KEY, notificationProblems } from "../../restore-points/notifications";
import { runProblems, suspendedByOthers } from "../../restore-points/pause-runs";
import { nearestWord } from "../../restore-points/rules/nearest-word";
import { longestIntervalMillis } from "../../restore-points/rules/schedule";
import { isMocked } from "../mocked";
import { endProgram } from "../problem";
import { notPinned, type ProviderCluster, providerCluster } from "./cluster";
import type { ReleaseNameArgs } from "./release-args";
import { releaseProblems, transactionDoubts } from "./release-problems";

/** What a look-up asks about. */
export interface PauseTargets {
  /** The CronJob's. */
  namespace: string;
  name: string;
  schedule: string;
  /** The ConfigMap that the pauser writes. */
  recordName: string;
  releases: readonly (ReleaseTarget & Pick<ReleaseNameArgs, "transactions">)[];
  /** Where runs are reported. */
  channels: readonly Channel[];
  /** Whether the CronJob may be suspended without a problem that would be reported here. */
  maySuspend: pulumi.Input<boolean>;
}

/** What is known once inputs are. */
type KnownTargets = Omit<PauseTargets, "maySuspend"> & { maySuspend: boolean };

/** What the parts of a look-up say to the user. */
type Warn = (message: string) => void;

/**
 * Looks releases, namespaces and the last runs up in the cluster that the component's Kubernetes provider uses, through the
 * same kubeconfig: the provider itself has no call that lists objects, and reads of single ones fail the program where an
 * object is missing. In a preview, nothing is looked up while the provider or a resource in `dependsOn` is yet to be created.
 *
 * A cluster that cannot be read is a warning: what follows does not need the look-up. A namespace that does not exist ends
 * the program: later, its absence would end an update in the middle.
 *
 * @returns what keeps runs from recording windows; each is also logged as a warning
 */
export function lookUpPause(
  component: pulumi.ComponentResource,
  targets: PauseTargets,
  dependsOn: pulumi.ResourceOptions["dependsOn"],
): pulumi.Output<string[]> {
  const problems = pulumi
    .all([providerCluster(component), targets.maySuspend, created(dependsOn)])
    .apply(async ([cluster, maySuspend]): Promise<string[]> => {
      if (cluster.rendersYaml) return [];
      // In a user's unit test, the developer's own cluster must not be asked. Cast: as in `orEnd`.
      if (isMocked()) return pulumi.unknown as string[];
      return lookUp(
        cluster,
        process.env,
        { ...targets, maySuspend },
        (message) => void pulumi.log.warn(message, component),
      );
    });
  // A kubeconfig is a secret, but not what is found by it.
  return pulumi.unsecret(problems);
}

/** Known once everything that the component depends on exists. */
function created(dependsOn: pulumi.ResourceOptions["dependsOn"]): pulumi.Output<unknown> {
  return pulumi
    .output(dependsOn ?? [])
    .apply((resources) =>
      pulumi.all([resources].flat().map((each) => (pulumi.CustomResource.isInstance(each) ? each.id : each.urn))),
    );
}

async function lookUp(
  cluster: ProviderCluster,
  environment: Environment,
  targets: KnownTargets,
  warn: Warn,
): Promise<string[]> {
  let endpoint: Endpoint | undefined;
  try {
    endpoint = selectCluster(cluster, environment);
    // Without a context, the program runs inside the cluster.
    if (!cluster.pinned && endpoint.context !== undefined) warn(notPinned(endpoint.context));
    const reader = await ClusterReader.open(endpoint, environment);
    const namespaces = [...new Set([...targets.releases.map((release) => release.namespace), targets.namespace])];
    const { missing, known } = await missingNamespaces(reader, namespaces);
    if (missing.length > 0)
      return endProgram(missing.map((each) => noNamespace(each, known, reader, targets)).join("\n"));
    const problems = await Promise.all([
      orWarn("releases were not looked up", warn, async () => {
        const found = await lookUpReleases(reader, targets.releases);
        // No problem of the pause: windows are recorded all the same.
        for (const doubt of transactionDoubts(found, targets.releases)) warn(doubt);
        return releaseProblems(found);
      }),
      orWarn("the last runs of the pause schedule were not read", warn, () => problemsOfRuns(reader, targets)),
    ]);
    for (const problem of problems.flat()) warn(problem);
    return problems.flat();
  } catch (error) {
    if (endpoint === undefined && !cluster.pinned) warn(notPinned(undefined));
    warn(`releases and the last runs of the pause schedule were not looked up: ${messageOf(error)}`);
    return [];
  }
}

async function problemsOfRuns(reader: ClusterReader, targets: KnownTargets): Promise<string[]> {
  const [runs, record] = await readRuns(reader, targets);
  const suspended = runs && !targets.maySuspend ? suspendedByOthers(runs, targets) : undefined;
  return [
    ...(suspended === undefined ? [] : [suspended]),
    ...runProblems(runs, readLastRun(record[LAST_RUN_KEY]), scheduleNow(targets)),
    ...notificationProblems(record[NOTIFICATIONS_KEY], targets.channels),
  ];
}

/** The schedule's runs, and the data of the pauser's ConfigMap. */
export function readRuns(
  reader: ClusterReader,
  { namespace, name, recordName }: Pick<PauseTargets, "namespace" | "name" | "recordName">,
) {
  return Promise.all([readPauseRuns(reader, namespace, name), readData(reader, namespace, recordName)]);
}

export function scheduleNow({ schedule }: Pick<PauseTargets, "schedule">) {
  const longest = longestIntervalMillis(schedule);
  if (longest === undefined) throw new Error(`the schedule "${schedule}" never runs`);
  return { now: Date.now(), longestIntervalMillis: longest };
}

/** Users may be allowed to read one thing and not the other. */
async function orWarn(what: string, warn: Warn, read: () => Promise<string[]>): Promise<string[]> {
  try {
    return await read();
  } catch (error) {
    warn(`${what}: ${messageOf(error)}`);
    return [];
  }
}

function noNamespace(namespace: string, known: string[], reader: ClusterReader, { releases }: KnownTargets): string {
  const index = releases.findIndex((release) => release.namespace === namespace);
  const path = index < 0 ? "pause.namespace" : `pause.releases[${index}].namespace`;
  const meant = nearestWord(namespace, known);
  const guess = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
  return `${path}: namespace "${namespace}" does not exist in the cluster of ${reader.name}${guess}; create it first, or, if this program creates it, let the component depend on it (dependsOn)`;
}
