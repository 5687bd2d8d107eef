import { messageOf } from "../../restore-points/error-message";
import { connectTo } from "../kubernetes/client";
import { ClusterPods } from "./cluster-pods";
import type { Journal } from "./journal";
import type { Say } from "./progress";
import type { CarriedProperties, ClusterReleases, PodsJournal, PodsOptions, StoppablePods } from "./stoppable-pods";

export type {
  CarriedProperties,
  ClusterReleases,
  JournalState,
  PodsJournal,
  PodsOptions,
  StoppablePods,
} from "./stoppable-pods";

/** The pods of the releases, in all clusters. Nothing is asked or changed yet. */
export async function podsOf(clusters: readonly ClusterReleases[], options: PodsOptions = {}): Promise<StoppablePods> {
  const { environment = process.env, connect } = options;
  const parts = clusters.flatMap((cluster) => {
    if (cluster.releases.length === 0) return [];
    const connection = connect?.(cluster) ?? connectTo(cluster.access, environment);
    return [new ClusterPods(cluster, connection, options)];
  });
  return new PodsOfClusters(parts);
}

class PodsOfClusters implements StoppablePods {
  readonly #clusters: readonly ClusterPods[];

  constructor(clusters: readonly ClusterPods[]) {
    this.#clusters = clusters;
  }

  async problems(instant: string): Promise<string[]> {
    return (await this.#each((cluster) => cluster.problems(instant))).flat();
  }

  async lock(say: Say): Promise<void> {
    try {
      await this.#each((cluster) => cluster.lock(say));
    } catch (error) {
      await this.unlock();
      throw error;
    }
  }

  async unlock(): Promise<void> {
    await this.#each((cluster) => cluster.unlock());
  }

  async keep(): Promise<void> {
    await this.#each((cluster) => cluster.keep());
  }

  async journal(): Promise<PodsJournal | undefined> {
    const found = await this.#each((cluster) => cluster.journal());
    const journals = found.filter((journal) => journal !== undefined);
    // A cluster that is behind decides: there is still something to do.
    const decisive = ["stopped", "starting", "started"]
      .map((state) => journals.find((journal) => journal.state === state))
      .find((journal): journal is Journal => journal !== undefined);
    if (decisive === undefined) return undefined;
    const { instant, state } = decisive;
    const notes = found[0]?.instant === instant ? found[0].notes : {};
    return { instant, state, notes };
  }

  async stop(instant: string, say: Say): Promise<void> {
    // All counts are recorded before the first pod is stopped.
    const fresh = await this.#each((cluster) => cluster.record(instant));
    await this.#each((cluster, index) => cluster.stop(fresh[index] ?? new Map(), say));
  }

  async note(notes: Record<string, string>): Promise<void> {
    await this.#clusters[0]?.note(notes);
  }

  async carried(): Promise<CarriedProperties[]> {
    return (await this.#each((cluster) => cluster.carried())).flat();
  }

  async counts(): Promise<Record<string, number>> {
    return Object.assign({}, ...(await this.#each((cluster) => cluster.counts())));
  }

  async present(): Promise<string[]> {
    return (await this.#each((cluster) => cluster.present())).flat();
  }

  async start(say: Say): Promise<void> {
    await this.#each((cluster) => cluster.start(say));
  }

  /** Does it in all clusters, to the end in each, and then reports every failure. */
  async #each<Result>(work: (cluster: ClusterPods, index: number) => Promise<Result>): Promise<Result[]> {
    const ends = await Promise.allSettled(this.#clusters.map(work));
    const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 0) throw new Error(failures.map(messageOf).join("\n"));
    return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
  }
}
