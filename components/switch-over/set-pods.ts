import * as pulumi from "@pulumi/pulumi";
import type { ClusterChoice } from "../../operations/kubernetes/kubeconfig";
import type { SwitchedCluster } from "../../operations/switch-over/request";
import { DEFAULT_CLUSTER } from "../../restore-points/window";
import type { PauseScheduleArgs } from "../pause/args";
import { providerCluster } from "../pause/cluster";
import { firstNamespace } from "../pause/release-args";
import type { ReleaseDatabases } from "../release-databases";

/** The clusters that the pods of a set are in. */
export interface SetClusters {
  /** Those whose pods can be stopped from here. */
  clusters: SwitchedCluster[];
  /** The names of the others. */
  unreachable: string[];
}

/** The pods of a set, and how their clusters are reached: what a `ScalarBackup` knows of them. */
export interface SetPods extends SetClusters {
  /** Keyed by the clusters' names in recorded windows. */
  access: pulumi.Output<Record<string, ClusterChoice>>;
}

/**
 * The clusters of a pause's releases.
 * @param schedule The name of the pause schedule; absent where the set is not paused.
 */
export function setClusters(pause: PauseScheduleArgs | undefined, schedule: string | undefined): SetClusters {
  if (pause === undefined) return { clusters: [], unreachable: [] };
  const others = pause.otherClusters ?? [];
  return {
    clusters: [
      {
        cluster: pause.cluster ?? DEFAULT_CLUSTER,
        releases: pause.releases.map(named),
        ...(schedule !== undefined && {
          schedule: { namespace: pause.namespace ?? firstNamespace(pause.releases), name: schedule },
        }),
      },
      ...others
        .filter(({ kubernetes }) => kubernetes !== undefined)
        .map(({ cluster, releases }) => ({ cluster, releases: releases.map(named) })),
    ],
    unreachable: others.filter(({ kubernetes }) => kubernetes === undefined).map(({ cluster }) => cluster),
  };
}

/** The pods of a pause's releases. */
export function setPods(
  pause: PauseScheduleArgs | undefined,
  schedule: string | undefined,
  component: pulumi.ComponentResource,
): SetPods {
  const others = pause?.otherClusters ?? [];
  const kubeconfigs = pulumi.all(others.map(({ kubernetes }) => kubernetes?.kubeconfig));
  const access = pulumi
    .all([providerCluster(component), kubeconfigs])
    .apply(
      ([{ kubeconfig, context, cluster }, configs]): Record<string, ClusterChoice> =>
        Object.fromEntries([
          [pause?.cluster ?? DEFAULT_CLUSTER, defined({ kubeconfig, context, cluster })],
          ...others.map((other, index): [string, ClusterChoice] => [
            other.cluster,
            defined({ context: other.kubernetes?.context, kubeconfig: configs[index] }),
          ]),
        ]),
    );
  return { ...setClusters(pause, schedule), access };
}

function named({ namespace, name, databases }: ReleaseDatabases): SwitchedCluster["releases"][number] {
  return { namespace, name, ...(databases && { databases: [...databases] }) };
}

function defined(choice: ClusterChoice): ClusterChoice {
  // Cast: what is left of a choice is one, all of whose members are optional.
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined)) as ClusterChoice;
}
