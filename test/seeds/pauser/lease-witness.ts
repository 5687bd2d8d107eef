import type { VirtualCluster } from "../../unit/pauser/virtual/cluster";
import type { VirtualTime } from "../../unit/pauser/virtual/time";
import type { Actor } from "./actor";
import type { Schedule } from "./schedule";

/** By how much clocks may be wrong that decide whether a Lease has expired: their offsets and steps in these worlds, and more. */
const CLOCKS_MILLIS = 30_000;

/** What it has to know of a world. */
interface Facts {
  plan: Schedule;
  time: VirtualTime;
  actor(name: string): Actor | undefined;
  violate(text: string): void;
}

interface Held {
  holder: string;
  expires: number;
}

/** The schedule of a Lease's holder: all but the last part, which is the run's. */
const scheduleOf = (holder: string) => holder.slice(0, holder.lastIndexOf("/"));

/** Sees who takes a Lease from whom: no run takes one that another schedule's run holds. */
export class LeaseWitness {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly world: Facts,
    private readonly cluster: VirtualCluster,
  ) {}

  /** To be called after each write of a Lease, with its path and the writer's name. */
  written(path: string, by: string): void {
    const [, namespace, name] = /namespaces\/([^/]+)\/leases\/([^/]+)$/.exec(path) ?? [];
    // A person who changes a Lease changes who holds it.
    if (namespace === undefined || name === undefined || this.world.plan.events.some((event) => "lease" in event))
      return;
    const { spec = {} } = this.cluster.api.get("leases", namespace, name);
    const before = this.held.get(path);
    const holder: string = spec.holderIdentity ?? "";
    this.held.set(path, { holder, expires: Date.parse(spec.renewTime) + spec.leaseDurationSeconds * 1000 });
    const { record } = this.world.actor(by) ?? {};
    if (before === undefined || before.holder === "" || holder === before.holder || record === undefined) return;
    const isOthers = scheduleOf(before.holder) !== `${record.namespace}/${record.name}`;
    if (isOthers && before.expires > this.world.time.now + CLOCKS_MILLIS)
      this.world.violate(`${by} has taken the Lease ${name}, which ${before.holder} was holding`);
  }
}
