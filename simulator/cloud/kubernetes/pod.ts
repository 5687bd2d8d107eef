/** One pod of a Scalar product: a real gRPC server on loopback that can be paused, and can fail. */

import { setTimeout as delay } from "node:timers/promises";
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { SimulatedClock } from "../clock";
import { type AdminMethod, AdminService, adminImplementation } from "./admin";
import { RequestGate } from "./gate";
import { HeldAddress } from "./held-address";

/** Inferred: a real pod takes seconds; long enough for callers to see that it is not ready. */
const START_MILLIS = 20;

/** What a product serves in addition to the admin interface. */
export interface PodService {
  definition: ServiceDefinition;
  implementation: UntypedServiceImplementation;
}

/** The product that runs in a pod; made anew whenever the pod's container starts. */
export type Application = (pod: { name: string; gate: RequestGate }) => PodService[];

export interface PodEvent {
  /** By the cluster's clock, milliseconds since the epoch. */
  at: number;
  /** `paused` when the gate is closed and no request is inside. */
  event: "started" | "paused" | "unpaused" | "stopped";
}

export interface PodOptions {
  namespace: string;
  name: string;
  release: string;
  product: string;
  clock: SimulatedClock;
  address: string;
  /** 0 for any that is free; it is then kept over restarts, as a pod's port is. */
  port: number;
  application?: Application;
  credentials?: ServerCredentials;
}

export class SimulatedPod {
  readonly #options: PodOptions;
  #server: Server | undefined;
  #gate = new RequestGate();
  readonly #held: HeldAddress;
  readonly #port: number;
  #restarts = 0;
  readonly #history: PodEvent[] = [];
  /**
   * Called before each call of the admin interface is served: what it throws is answered (with `code` as the gRPC
   * status), and what it waits for delays the answer. For problems.
   */
  beforeAdminCall?: (method: AdminMethod) => Promise<void> | void;

  private constructor(options: PodOptions, held: HeldAddress) {
    this.#options = options;
    this.#held = held;
    this.#port = held.port;
  }

  /** @throws when the address can't be listened on */
  static async start(options: PodOptions): Promise<SimulatedPod> {
    const pod = new SimulatedPod(options, await HeldAddress.bind(options.address, options.port));
    pod.#serve();
    return pod;
  }

  get name(): string {
    return this.#options.name;
  }

  get namespace(): string {
    return this.#options.namespace;
  }

  get release(): string {
    return this.#options.release;
  }

  get product(): string {
    return this.#options.product;
  }

  get address(): string {
    return this.#options.address;
  }

  get port(): number {
    return this.#port;
  }

  get paused(): boolean {
    return this.#gate.paused;
  }

  /** The number of requests that the product is serving now. */
  get running(): number {
    return this.#gate.running;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get up(): boolean {
    return this.#server !== undefined;
  }

  /** All that has happened to the pod, oldest first: the truth to judge recorded windows by. */
  get history(): readonly PodEvent[] {
    return this.#history;
  }

  /** Whether the pod was paused at every instant of an interval, both ends included, by its own history. */
  pausedThroughout(from: number, to: number): boolean {
    const before = this.#history.filter(({ at }) => at <= from).at(-1);
    return (
      before?.event === "paused" && !this.#history.some(({ at, event }) => at > from && at <= to && event !== "paused")
    );
  }

  /** The process in the container dies at once; after its restart it is not paused. */
  async restart(): Promise<void> {
    this.die();
    this.#restarts += 1;
    // A process takes longer to start than its clients take to see that the one before is gone.
    await delay(START_MILLIS);
    this.#serve();
  }

  /** The process in the container dies: it drops every connection, and running requests are left half done. The pod stays. */
  die(): void {
    if (!this.#server) return;
    this.#gate.die();
    // First the sessions, so that clients learn of it; they notice a cut socket only after a while.
    this.#server.forceShutdown();
    this.#held.disconnect();
    this.#server = undefined;
    this.#record("stopped");
  }

  /** The pod ends, and with it its address. */
  stop(): void {
    this.die();
    this.#held.release();
  }

  #serve(): void {
    const { name, application, credentials = ServerCredentials.createInsecure() } = this.#options;
    const gate = new RequestGate((drained) => this.#record(drained ? "paused" : "unpaused"));
    const server = new Server();
    server.addService(
      AdminService,
      adminImplementation(gate, (method) => this.beforeAdminCall?.(method)),
    );
    for (const { definition, implementation } of application?.({ name, gate }) ?? []) {
      server.addService(definition, implementation);
    }
    const injector = server.createConnectionInjector(credentials);
    this.#held.connectTo((socket) => injector.injectConnection(socket));
    this.#gate = gate;
    this.#server = server;
    this.#record("started");
  }

  #record(event: PodEvent["event"]): void {
    this.#history.push({ at: this.#options.clock.now(), event });
  }
}
