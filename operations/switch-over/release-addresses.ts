import { counted } from "../../restore-points/counted";
import { releaseLabel } from "../../restore-points/window";
import { isForbidden } from "../kubernetes/client";
import { until } from "../until";
import { type Carried, carriedOf, type MovedAddress } from "./addresses";
import type { Say } from "./member";
import type { CarriedProperties, StoppablePods } from "./stoppable-pods";

const MINUTE = 60_000;
const POLL_MILLIS = 15_000;
/** How long the releases' upgrade may take: somebody has to make it. */
const LIMIT_MILLIS = 2 * 60 * MINUTE;
/** A release that is scaled out again so often is not upgraded with the values that hold it at 0. */
const MAX_REOPENINGS = 5;

/** The note in the journal of pods that were started on copies with other addresses: the instant. */
export const STARTED_ON_COPIES = "started-on-copies";

/** A database whose copy has another address, once its source and its copy have been found. */
export interface MovedDatabase {
  readonly name: string;
  address(): MovedAddress;
}

/** Which address one Deployment has of one database. */
interface ReleaseState {
  /** For messages: `release scalar/ledger (database ledger)`. */
  label: string;
  namespace: string;
  release: string;
  carried: Carried;
  address: MovedAddress;
}

/**
 * The addresses that releases have of databases whose copies have others. They decide which database a pod uses that starts, so
 * pods are started only once each release names the copies.
 */
export class ReleaseAddresses {
  constructor(
    private readonly pods: StoppablePods,
    private readonly databases: readonly MovedDatabase[],
  ) {}

  /** What keeps the releases from being switched over, before anything is stopped. The databases have been found. */
  async problems(instant: string): Promise<string[]> {
    const journal = await this.pods.journal();
    // Once pods were started on the copies, it only goes on, whatever a deployment has put back since.
    if (journal?.instant === instant && (journal.state !== "started" || journal.notes[STARTED_ON_COPIES] === instant))
      return [];
    const states = await this.#statesUnlessForbidden();
    if (isMoved(states)) return [];
    return states.flatMap(({ label, carried, namespace, release, address }) => {
      if ("because" in carried)
        return [
          `${label}: ${carried.because}. Its properties decide which database its pods use, so they have to show it`,
        ];
      if (carried.of === "source") return [];
      return [
        `${label} names ${address.copy} already, before its pods are stopped: put its former properties back (helm rollback ${release} --namespace ${namespace}), and upgrade it again when the switch-over waits for it`,
      ];
    });
  }

  /** Whether every release names the copies. */
  async moved(): Promise<boolean> {
    return isMoved(await this.#states());
  }

  /** The releases that name a copy, whatever else is wrong with them. */
  async movedReleases(): Promise<string[]> {
    const moved = (await this.#states()).filter(({ carried }) => carried.of !== "source" && carried.of !== "neither");
    return [...new Set(moved.map(({ label }) => label))];
  }

  /**
   * Waits until every release names the copies, twice in a row, while no pod runs: an upgrade that starts some has them stopped again.
   * @throws {Error} when the limit has passed, or pods are started again and again
   */
  async awaitCopies(instant: string, say: Say): Promise<void> {
    let looks = 0;
    let reopenings = 0;
    say(
      "upgrade the releases now, in another terminal, with the values of the output helmValues: they name the copies, and hold replicaCount at 0 (docs/recovery.md)",
    );
    const wait = { what: "upgrade of the releases", everyMillis: POLL_MILLIS, limitMillis: LIMIT_MILLIS };
    const look = async () => {
      const present = await this.pods.present();
      if (present.length > 0) {
        looks = 0;
        reopenings += 1;
        if (reopenings > MAX_REOPENINGS)
          throw new Error(
            `pods were started again ${MAX_REOPENINGS} times, the last time ${present.join(", ")}: upgrade the releases with the values of the output helmValues, which hold replicaCount at 0, then run "pulumi up" again`,
          );
        say(
          `${present.join(", ")} ${present.length === 1 ? "runs" : "run"} too early, before all databases are ready: ${present.length === 1 ? "it is" : "they are"} stopped again (was replicaCount 0 in the upgrade's values?)`,
        );
        await this.pods.stop(instant, say);
      }
      const left = await this.#strayed();
      looks = left.length === 0 ? looks + 1 : 0;
      if (looks === 2) return undefined;
      return left.length === 0 ? "every release names the copies; looking once more" : left.join("; ");
    };
    await until(wait, look, say);
    say(`every release names the copies (${counted(this.databases.length, "database")})`);
  }

  /** Waits for the copies' addresses once more where a deployment has put the former ones back since. No pod may start with these. */
  async regain(instant: string, say: Say): Promise<void> {
    const strayed = await this.#strayed();
    if (strayed.length === 0) return;
    say(`${strayed.join("; ")}: the former properties were deployed again, so its pods are stopped again`);
    await this.pods.stop(instant, say);
    await this.awaitCopies(instant, say);
  }

  /** @throws {Error} where a deployment has put former addresses back while the pods were started, or since */
  async expectKept(): Promise<void> {
    const strayed = await this.#strayed();
    if (strayed.length > 0)
      throw new Error(
        `${strayed.join("; ")}: the former properties were deployed again in the meantime, so pods use a replaced database. Stop what deploys them (a pipeline, GitOps), then run "pulumi up" again: it stops the pods, and waits until the releases are upgraded`,
      );
  }

  /** The releases that do not name the copies, with what they name. */
  async #strayed(): Promise<string[]> {
    return (await this.#states()).filter(({ carried }) => carried.of !== "copy").map(asText);
  }

  async #states(): Promise<ReleaseState[]> {
    const carried = await this.pods.carried();
    return carried.flatMap((properties) =>
      this.databases
        .filter(({ name }) => properties.databases === undefined || properties.databases.includes(name))
        .map((database) => stateOf(properties, database.address())),
    );
  }

  /** A missing right is a problem of its own. */
  async #statesUnlessForbidden(): Promise<ReleaseState[]> {
    try {
      return await this.#states();
    } catch (error) {
      if (isForbidden(error)) return [];
      throw error;
    }
  }
}

function isMoved(states: readonly ReleaseState[]): boolean {
  return states.every(({ carried }) => carried.of === "copy");
}

function stateOf(properties: CarriedProperties, address: MovedAddress): ReleaseState {
  const { cluster, namespace, release } = properties;
  return {
    label: `release ${releaseLabel({ cluster, namespace, name: release })} (database ${address.name})`,
    namespace,
    release,
    carried: carriedOf(properties, address),
    address,
  };
}

function asText({ label, carried, address }: ReleaseState): string {
  return "because" in carried ? `${label}: ${carried.because}` : `${label} still names ${address.source}`;
}
