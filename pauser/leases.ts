import { randomBytes } from "node:crypto";
import type { KubernetesClient, Lease } from "./kubernetes";
import { KubernetesError } from "./kubernetes-error";
import { leaseName } from "./lease-name";
import { longestPauseSeconds } from "./longest-run";
import { end } from "./outcome";
import type { Clock } from "./ports";
import type { ReleaseSettings, Settings } from "./settings";
import type { Deadline } from "./time";

/** By how much nodes' clocks may differ: a lease counts as expired only this much later. */
const CLOCK_SLACK_MILLIS = 5000;

/**
 * The Leases of all releases of a run: two schedules that share a release never pause it at the same time. The stack
 * declares them, so the pauser needs no permission to create any.
 */
export class ReleaseLeases {
  /** The schedule, by its record. The note already prevents two runs of one schedule at the same time. */
  private readonly schedule: string;
  private readonly holder: string;
  private readonly held: { release: ReleaseSettings; path: string }[] = [];

  constructor(
    private readonly kubernetes: KubernetesClient,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {
    this.schedule = `${settings.record.namespace}/${settings.record.name}`;
    this.holder = `${this.schedule}/${randomBytes(8).toString("hex")}`;
  }

  /**
   * Acquires the leases of all releases, in the same order for all schedules.
   * @throws {RunEnded} when another schedule holds one
   */
  async acquire(deadline: Deadline, stop: AbortSignal): Promise<void> {
    const releases = [...this.settings.releases].sort((a, b) => (label(a) < label(b) ? -1 : 1));
    for (const release of releases) {
      const path = pathOf(release);
      // Before the answer: if the answer is lost, the lease is released all the same.
      this.held.push({ release, path });
      await this.acquireOne(release, path, deadline, stop);
    }
  }

  /** The releases whose lease this run no longer holds. */
  async lost(deadline: Deadline, stop: AbortSignal): Promise<string[]> {
    const lost = await Promise.all(
      this.held.map(async ({ release, path }) => {
        const { spec } = await this.kubernetes.get<Lease>(path, deadline, stop);
        if (spec?.holderIdentity === this.holder) return [];
        return [
          `another run has acquired the lease of release ${label(release)}: ${spec?.holderIdentity || "no run"} holds it`,
        ];
      }),
    );
    return lost.flat();
  }

  /**
   * Releases the leases. If that fails, the next run of this schedule takes them over, and others wait until they
   * expire.
   * @returns why it failed; after a success, lists read from now on are newer than the release of the leases
   */
  async release(deadline: Deadline): Promise<Error | undefined> {
    const paths = this.held.splice(0).map(({ path }) => path);
    return this.giveBack(paths, (holder) => holder === this.holder, deadline);
  }

  /**
   * Of the schedule's releases, those whose lease a run of another schedule holds. One that cannot be read is not among them.
   * @returns `namespace/name`
   */
  async heldByOthers(deadline: Deadline, stop: AbortSignal): Promise<Set<string>> {
    const held = await Promise.all(
      this.settings.releases.map(async (release) => {
        try {
          const { spec } = await this.kubernetes.get<Lease>(pathOf(release), deadline, stop);
          return this.othersHold(spec) ? [label(release)] : [];
        } catch (error) {
          if (error instanceof KubernetesError) return [];
          throw error;
        }
      }),
    );
    return new Set(held.flat());
  }

  /** Releases the leases of a killed run of this schedule; only the owner of the schedule's note may do that. */
  async releaseOfKilledRun(deadline: Deadline): Promise<void> {
    await this.giveBack(this.settings.releases.map(pathOf), (holder) => this.isOfSchedule(holder), deadline);
  }

  private async giveBack(paths: string[], held: (holder: string) => boolean, deadline: Deadline) {
    const failures = await Promise.all(
      paths.map((path) => this.giveBackOne(path, held, deadline).catch((error: Error) => error)),
    );
    return failures.find((failure) => failure !== undefined);
  }

  private async giveBackOne(path: string, held: (holder: string) => boolean, deadline: Deadline): Promise<undefined> {
    for (let tried = false; ; tried = true) {
      const lease = await this.kubernetes.get<Lease>(path, deadline);
      const holder = lease.spec?.holderIdentity ?? "";
      if (!held(holder)) {
        if (!tried) throw new Error(`${holder || "no run"} holds ${path}`);
        // Released already, by an attempt whose answer was lost.
        return;
      }
      try {
        // As Kubernetes' own clients release a lease.
        const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1 };
        await this.kubernetes.put(path, { ...lease, spec });
        return;
      } catch (error) {
        const again = error instanceof KubernetesError && error.mayBeWrittenAgain;
        if (!again || deadline.passed) throw error;
        await deadline.backOff();
      }
    }
  }

  private isOfSchedule(holder: string): boolean {
    return holder.startsWith(`${this.schedule}/`);
  }

  private async acquireOne(
    release: ReleaseSettings,
    path: string,
    deadline: Deadline,
    stop: AbortSignal,
  ): Promise<void> {
    for (;;) {
      const lease = await this.read(release, path, deadline, stop);
      // The answer to an earlier attempt was lost.
      if (lease.spec?.holderIdentity === this.holder) return;
      this.refuseHeld(release, lease);
      try {
        await this.kubernetes.put(path, this.acquired(lease));
        return;
      } catch (error) {
        const again = error instanceof KubernetesError && error.mayBeWrittenAgain;
        if (!again || deadline.passed || stop.aborted) throw error;
        await deadline.backOff(stop);
      }
    }
  }

  private async read(release: ReleaseSettings, path: string, deadline: Deadline, stop: AbortSignal): Promise<Lease> {
    try {
      return await this.kubernetes.get<Lease>(path, deadline, stop);
    } catch (error) {
      if (!(error instanceof KubernetesError && error.status === 404)) throw error;
      throw end(
        "void",
        `Lease ${release.namespace}/${leaseName(release.name)} does not exist (${error.message}): create it with \`pulumi up\``,
      );
    }
  }

  private refuseHeld(release: ReleaseSettings, { spec }: Lease): void {
    const holds = this.othersHold(spec);
    if (holds === undefined) return;
    throw end(
      "busy",
      `another schedule pauses release ${label(release)}: ${holds.holder} holds its lease until it ends, ${new Date(holds.expires).toISOString()} at the latest; give the two schedules different times, or pause the release by one of them`,
    );
  }

  /** The run of another schedule that holds a lease, and until when; undefined if none does. */
  private othersHold(spec: Lease["spec"]): { holder: string; expires: number } | undefined {
    const { holderIdentity: holder, leaseDurationSeconds = 0, renewTime = "" } = spec ?? {};
    if (!holder || this.isOfSchedule(holder)) return undefined;
    const expires = Date.parse(renewTime) + leaseDurationSeconds * 1000 + CLOCK_SLACK_MILLIS;
    return this.clock.now() < expires ? { holder, expires } : undefined;
  }

  private acquired({ spec, ...lease }: Lease): Lease {
    const now = `${new Date(this.clock.now()).toISOString().slice(0, -1)}000Z`;
    return {
      ...lease,
      spec: {
        ...spec,
        holderIdentity: this.holder,
        leaseDurationSeconds: Math.ceil(longestPauseSeconds(this.settings)),
        acquireTime: now,
        renewTime: now,
        leaseTransitions: (spec?.leaseTransitions ?? 0) + 1,
      },
    };
  }
}

const pathOf = ({ namespace, name }: ReleaseSettings): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${leaseName(name)}`;

const label = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;
