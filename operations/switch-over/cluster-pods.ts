import { messageOf } from "../../restore-points/error-message";
import { releaseLabel } from "../../restore-points/window";
import { ClusterClient, type Connect, isForbidden } from "../kubernetes/client";
import type { ClusterContext } from "./cluster-context";
import { isOf, type Journal, JournalFile } from "./journal";
import { otherInProgress } from "./journal-changes";
import { ReleaseLocks } from "./locks";
import { obstaclesOf } from "./obstacles";
import type { Say } from "./progress";
import { readProperties } from "./properties";
import { missingRights, rightAsText, rightsFor } from "./rights";
import { startPods } from "./start";
import { type FreshCounts, recordCounts, stopPods } from "./stop";
import type { CarriedProperties, ClusterReleases, PodsOptions } from "./stoppable-pods";
import { keyOf, readPods, readWorkloads } from "./workloads";

/** Stopping and starting ends after this long. */
const LIMIT_MILLIS = 15 * 60_000;
/** Shorter than in the middle of a switch-over, because nothing is locked yet. */
const UNLOCKED_RETRY_MILLIS = 10_000;

/** The pods of a set in one cluster, which has at least one release. */
export class ClusterPods {
  readonly #context: ClusterContext;
  readonly #options: PodsOptions;
  readonly #connect: Connect;

  constructor(cluster: ClusterReleases, connect: Connect, options: PodsOptions) {
    const client = new ClusterClient(connect);
    this.#connect = connect;
    this.#options = options;
    this.#context = {
      cluster,
      client,
      journal: new JournalFile(client, cluster.releases),
      locks: new ReleaseLocks(client, cluster.cluster, cluster.releases),
      limitMillis: options.limitMillis ?? LIMIT_MILLIS,
    };
  }

  async problems(instant: string): Promise<string[]> {
    const where = `cluster "${this.#context.cluster.cluster}"`;
    try {
      return (await this.#problemsOf(instant)).map((problem) => `${where}: ${problem}`);
    } catch (error) {
      return [`${where} cannot be read: ${messageOf(error)}. A switch-over has to reach it to stop the pods`];
    }
  }

  async #problemsOf(instant: string): Promise<string[]> {
    const { cluster } = this.#context;
    const client = this.#previewClient();
    const workloads = await unlessForbidden(readWorkloads(client, cluster.releases));
    const missing = await missingRights(client, rightsFor(cluster, workloads ?? []));
    const rights = missing.map(
      (right) =>
        `the account may not ${rightAsText(right)} in namespace "${right.namespace}": grant it; docs/recovery.md#rights has the Roles`,
    );
    if (workloads === undefined) return rights;
    const absent = cluster.releases
      .filter(({ namespace, name }) => !workloads.some((each) => each.namespace === namespace && each.release === name))
      .map(
        ({ namespace, name }) =>
          `release ${namespace}/${name} has no Deployment of a Scalar product: correct its namespace or name, or remove it from the releases`,
      );
    const found = await unlessForbidden(this.#previewJournal(client).read());
    const other = otherInProgress(found, instant, cluster.releases);
    return [
      ...absent,
      ...rights,
      ...(await obstaclesOf(client, workloads, this.#options)),
      ...(other === undefined ? [] : [other]),
    ];
  }

  #previewClient(): ClusterClient {
    return new ClusterClient(this.#connect, UNLOCKED_RETRY_MILLIS);
  }

  #previewJournal(client: ClusterClient): JournalFile {
    return new JournalFile(client, this.#context.cluster.releases);
  }

  lock(say: Say): Promise<void> {
    return this.#context.locks.acquire(say, this.#context.limitMillis);
  }

  unlock(): Promise<void> {
    return this.#context.locks.release();
  }

  keep(): Promise<void> {
    return this.#context.locks.keep();
  }

  /** Undefined if there is none of these releases. */
  async journal(): Promise<Journal | undefined> {
    const { cluster, journal, locks } = this.#context;
    const found = await (locks.held ? journal : this.#previewJournal(this.#previewClient())).read();
    return found !== undefined && isOf(found, cluster.releases) ? found : undefined;
  }

  record(instant: string): Promise<FreshCounts> {
    return recordCounts(this.#context, instant);
  }

  stop(fresh: FreshCounts, say: Say): Promise<void> {
    return stopPods(this.#context, fresh, say);
  }

  start(say: Say): Promise<void> {
    return startPods(this.#context, say);
  }

  async note(notes: Record<string, string>): Promise<void> {
    const { cluster, journal, locks } = this.#context;
    await locks.keep();
    await journal.update((current) => {
      if (current === undefined || !isOf(current, cluster.releases))
        throw new Error(
          `${journal.name} in cluster "${cluster.cluster}" holds no journal of these releases: nothing can be noted in it`,
        );
      return { ...current, notes: { ...current.notes, ...notes } };
    });
  }

  /** @throws {RefusedError} where the account may not read the properties */
  async carried(): Promise<CarriedProperties[]> {
    const { cluster, locks } = this.#context;
    const client = locks.held ? this.#context.client : this.#previewClient();
    return await readProperties(client, cluster);
  }

  /** The recorded counts, of all Deployments of a release together. */
  async counts(): Promise<Record<string, number>> {
    const { cluster, client } = this.#context;
    const journal = await this.journal();
    if (journal === undefined) return {};
    const counts: Record<string, number> = {};
    for (const workload of await readWorkloads(client, cluster.releases)) {
      const label = releaseLabel({ ...workload, name: workload.release, cluster: cluster.cluster });
      counts[label] = (counts[label] ?? 0) + (journal.replicas[keyOf(workload)] ?? 0);
    }
    return counts;
  }

  async present(): Promise<string[]> {
    const { cluster, client, locks } = this.#context;
    if (locks.held) await locks.keep();
    const pods = await readPods(client, cluster.releases);
    return pods.map(({ namespace, name, phase }) => `${cluster.cluster}: ${namespace}/${name} (${phase})`);
  }
}

/** Undefined where the account may not read: a missing right is a problem of its own. */
async function unlessForbidden<Found>(reading: Promise<Found>): Promise<Found | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
