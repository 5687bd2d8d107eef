import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { leaseName } from "../../pauser/lease-name";
import { durationText } from "../../restore-points/duration";
import { waitingClock } from "../clock";
import { type ClusterClient, isConflict } from "../kubernetes/client";
import { type Fields, numberIn, objectIn, textIn } from "../kubernetes/fields";
import type { ReleaseAddress } from "../kubernetes/releases";
import type { Say } from "./progress";

/** Short: after a kill, the next switch-over waits for so long. */
const LEASE_SECONDS = 60;
const RENEW_MILLIS = 15_000;
/** The difference between clocks that is allowed for: a lease counts as expired only this much later. The same as in the pauser. */
const CLOCK_SLACK_MILLIS = 5_000;
const POLL_MILLIS = 5_000;
/** A Lease changes every few seconds at most. */
const MAX_CONFLICTS = 10;
const HOLDER_PREFIX = "scalar-switch-over/";

/**
 * The Leases of one cluster's releases, the ones that the pauser's runs hold: neither a run nor another switch-over works on
 * these releases while they are held.
 */
export class ReleaseLocks {
  readonly #client: ClusterClient;
  readonly #cluster: string;
  readonly #releases: readonly ReleaseAddress[];
  readonly #holder = `${HOLDER_PREFIX}${hostname()}/${randomBytes(8).toString("hex")}`;
  /** Those that this switch-over may hold: their acquisition has begun. */
  readonly #begun: ReleaseAddress[] = [];
  readonly #acquired = new Set<ReleaseAddress>();
  #renewedAt = 0;
  #renewal: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #lost: Error | undefined;

  constructor(client: ClusterClient, cluster: string, releases: readonly ReleaseAddress[]) {
    this.#client = client;
    this.#cluster = cluster;
    // Take them in the same order as the pauser, so that two that want the same Leases do not wait for each other.
    this.#releases = [...releases].sort((a, b) => (label(a) < label(b) ? -1 : 1));
  }

  /** @throws {Error} naming the holder, if a switch-over is running, or a run does not end within the limit */
  async acquire(say: Say, limitMillis: number): Promise<void> {
    this.#lost = undefined;
    this.#renewedAt = this.#client.serverNow();
    this.#timer ??= setInterval(() => void this.#renew().catch(() => {}), RENEW_MILLIS).unref();
    try {
      for (const release of this.#releases) {
        // Note it before the answer arrives: if that is lost, the Lease is released all the same.
        if (!this.#begun.includes(release)) this.#begun.push(release);
        await this.#acquireOne(release, say, limitMillis);
        this.#acquired.add(release);
      }
      await this.keep();
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  /** Whether they were acquired, and not released since. */
  get held(): boolean {
    return this.#acquired.size > 0;
  }

  /** Released, they can be acquired at once. A Lease that cannot be released expires within a minute. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#renewal;
    this.#acquired.clear();
    await Promise.allSettled(
      this.#begun.splice(0).map(async (release) => {
        const spec = { holderIdentity: "", leaseDurationSeconds: 1 };
        await this.#change(release, (lease) => (holderOf(lease) === this.#holder ? spec : undefined));
      }),
    );
  }

  /**
   * Renews the Leases if that is due. To be called before each write.
   * @throws {Error} when somebody else has acquired one: this process was suspended or disconnected for a minute
   */
  async keep(): Promise<void> {
    if (!this.held) throw new Error("the releases' Leases are not held: lock before changing anything");
    const now = () => this.#client.serverNow();
    if (this.#lost === undefined && now() - this.#renewedAt >= RENEW_MILLIS) {
      const asked = now();
      await this.#renew();
      // An answer that came after they had expired does not show who holds them now.
      if (this.#lost === undefined && now() - asked >= LEASE_SECONDS * 1000) await this.#renew();
    }
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** One renewal at a time. */
  #renew(): Promise<void> {
    const renewed = this.#renewal.then(async () => {
      if (this.#timer === undefined || this.#lost !== undefined) return;
      await Promise.all(this.#begun.map((release) => this.#renewOne(release)));
      this.#renewedAt = this.#client.serverNow();
    });
    this.#renewal = renewed.catch(() => {});
    return renewed;
  }

  async #renewOne(release: ReleaseAddress): Promise<void> {
    await this.#change(release, (lease) => {
      const holder = holderOf(lease);
      if (holder === this.#holder) return { renewTime: this.#time() };
      if (!this.#acquired.has(release)) return undefined;
      this.#lost = new Error(
        `the Lease ${release.namespace}/${leaseName(release.name)} in cluster "${this.#cluster}" ${holder === "" ? "was released" : `is held by ${holder}`} in the meantime: this process was suspended or disconnected. Run it again; it continues where it was`,
      );
      return undefined;
    });
  }

  async #acquireOne(release: ReleaseAddress, say: Say, limitMillis: number): Promise<void> {
    const begin = waitingClock().now();
    let seen: string | undefined;
    for (;;) {
      let blocker: Blocker | undefined;
      await this.#change(release, (lease) => {
        blocker = this.#blocker(lease);
        if (blocker !== undefined) return undefined;
        const now = this.#time();
        const transitions = numberIn(objectIn(lease ?? {}, "spec"), "leaseTransitions") ?? 0;
        return {
          holderIdentity: this.#holder,
          leaseDurationSeconds: LEASE_SECONDS,
          acquireTime: now,
          renewTime: now,
          leaseTransitions: transitions + 1,
        };
      });
      if (blocker === undefined) return;
      const { holder, renewTime } = blocker;
      const what = `the Lease of release ${label(release)} in cluster "${this.#cluster}" is held by ${holder}`;
      // One that was killed renews no more.
      if (holder.startsWith(HOLDER_PREFIX) && seen !== undefined && seen !== `${holder} ${renewTime}`)
        throw new Error(`${what}: another switch-over is running. Wait for its end; then run this again`);
      if (waitingClock().now() - begin > limitMillis)
        throw new Error(
          `${what}, and was not released within ${durationText(limitMillis)}: wait until it expires at ${blocker.expires}, then run this again`,
        );
      if (seen === undefined) say(`${what}, until ${blocker.expires} at the latest: waiting for its release`);
      seen ??= `${holder} ${renewTime}`;
      await waitingClock().wait(POLL_MILLIS);
    }
  }

  #blocker(lease: Fields | undefined): Blocker | undefined {
    const holder = holderOf(lease);
    if (holder === "" || holder === this.#holder) return undefined;
    const spec = objectIn(lease ?? {}, "spec");
    const renewTime = textIn(spec, "renewTime") ?? "";
    const expires = Date.parse(renewTime) + (numberIn(spec, "leaseDurationSeconds") ?? 0) * 1000 + CLOCK_SLACK_MILLIS;
    if (!(this.#client.serverNow() < expires)) return undefined;
    return { holder, renewTime, expires: new Date(expires).toISOString() };
  }

  /** Sets fields of a Lease's spec, or none if `change` returns undefined. */
  async #change({ namespace, name }: ReleaseAddress, change: (lease: Fields | undefined) => Fields | undefined) {
    const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    const path = `${collection}/${leaseName(name)}`;
    for (let conflicts = 0; ; conflicts += 1) {
      const lease = await this.#client.get(path);
      const changed = change(lease);
      if (changed === undefined) return;
      const kind = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
      try {
        if (lease !== undefined)
          await this.#client.replace(path, { ...lease, ...kind, spec: { ...objectIn(lease, "spec"), ...changed } });
        // A release that no schedule pauses has none. A schedule that is declared later adopts it.
        else
          await this.#client.create(collection, {
            ...kind,
            metadata: { namespace, name: leaseName(name) },
            spec: changed,
          });
        return;
      } catch (error) {
        if (!isConflict(error) || conflicts === MAX_CONFLICTS) throw error;
      }
    }
  }

  /** A MicroTime by the server's clock, by which pausers' nodes go too. */
  #time(): string {
    return `${new Date(this.#client.serverNow()).toISOString().slice(0, -1)}000Z`;
  }
}

interface Blocker {
  holder: string;
  renewTime: string;
  expires: string;
}

const holderOf = (lease: Fields | undefined): string =>
  (lease && textIn(objectIn(lease, "spec"), "holderIdentity")) ?? "";

const label = ({ namespace, name }: ReleaseAddress): string => `${namespace}/${name}`;
