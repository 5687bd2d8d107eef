import {
  AdminError,
  type AdminInterface,
  type ApiAnswer,
  type ApiRequest,
  type Clock,
  type Ports,
} from "../../../../pauser/ports";
import type { VirtualApi } from "./api";
import { Refusal, type VirtualPod } from "./pod";
import type { VirtualTime } from "./time";

/** How long the API server may take to answer a request, as in the real adapter. */
const API_ANSWER_MILLIS = 10_000;

/**
 * One process of the pauser: its clocks and its connections. It can be frozen (SIGSTOP) and killed (SIGKILL) at any
 * instant: requests that it has sent still arrive, and answers are delayed or lost.
 */
export class VirtualProcess {
  readonly stop = new AbortController();
  readonly killed: Promise<void>;
  private tellKilled: () => void = () => {};
  /** This node's wall clock minus the world's. */
  wallOffset = 0;
  private state: "running" | "frozen" | "dead" = "running";
  private heldBack: (() => void)[] = [];
  private readonly startedAt: number;

  constructor(
    readonly time: VirtualTime,
    private readonly api: VirtualApi,
    private readonly podAt: (address: string, port: number) => VirtualPod | undefined,
    private readonly random: () => number,
  ) {
    this.startedAt = time.now;
    this.killed = new Promise((resolve) => {
      this.tellKilled = resolve;
    });
  }

  get dead(): boolean {
    return this.state === "dead";
  }

  freeze(): void {
    if (this.state === "running") this.state = "frozen";
  }

  thaw(): void {
    if (this.state !== "frozen") return;
    this.state = "running";
    for (const fire of this.heldBack.splice(0)) fire();
  }

  kill(): void {
    this.state = "dead";
    this.heldBack = [];
    this.tellKilled();
  }

  signal(name: string): void {
    this.deliver(() => this.stop.abort(name));
  }

  get ports(): Ports {
    return {
      clock: this.clock,
      api: { origin: "http://api", exchange: (request) => this.exchange(request), close: () => {} },
      admin: ({ address, port }) => this.admin(address, port),
    };
  }

  private get clock(): Clock {
    return {
      now: () => this.time.now + this.wallOffset,
      monotonic: () => this.time.now - this.startedAt,
      random: this.random,
      sleep: (millis, stop) =>
        new Promise((resolve) => {
          if (stop?.aborted) return resolve();
          const end = () => {
            takeBack();
            stop?.removeEventListener("abort", end);
            resolve();
          };
          const takeBack = this.after(millis, end);
          stop?.addEventListener("abort", end);
        }),
    };
  }

  private deliver(fire: () => void): void {
    if (this.state === "running") fire();
    else if (this.state === "frozen") this.heldBack.push(fire);
  }

  private after(millis: number, fire: () => void): () => void {
    return this.time.after(millis, () => this.deliver(fire));
  }

  private exchange(request: ApiRequest): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const timeout = this.after(API_ANSWER_MILLIS, () => reject(new Error("no answer within 10 s")));
      this.time.after(this.api.tripMillis / 2, () => {
        const answer = this.api.serve(request);
        this.time.after(this.api.tripMillis / 2, () =>
          this.deliver(() => {
            timeout();
            if (answer instanceof Error) reject(answer);
            else resolve(answer);
          }),
        );
      });
    });
  }

  private admin(address: string, port: number): AdminInterface {
    const call = <T>(method: string, timeoutMillis: number, serve: (pod: VirtualPod) => T | Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const fail = (message: string, reason?: string) =>
          this.deliver(() => {
            timeout();
            reject(new AdminError(`${method} failed: ${message}`, reason));
          });
        const timeout = this.after(timeoutMillis, () =>
          reject(new AdminError(`${method} failed: no answer within ${timeoutMillis / 1000} s`)),
        );
        const trip = (this.podAt(address, port)?.tripMillis ?? 1) / 2;
        this.time.after(trip, async () => {
          const pod = this.podAt(address, port);
          if (!pod?.alive) return void this.time.after(trip, () => fail("connect ECONNREFUSED"));
          await pod.served();
          if (!pod.alive) return void this.time.after(trip, () => fail("the connection was closed without an answer"));
          try {
            const result = await serve(pod);
            // A process that has died in the meantime does not answer.
            if (!pod.alive)
              return void this.time.after(trip, () => fail("the connection was closed without an answer"));
            this.time.after(trip, () =>
              this.deliver(() => {
                timeout();
                resolve(result);
              }),
            );
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            this.time.after(trip, () => fail(error.message, error.reason));
          }
        });
      });
    return {
      pause: (maxDrainMillis, timeoutMillis) => call("Pause", timeoutMillis, (pod) => pod.pause(maxDrainMillis)),
      unpause: (timeoutMillis) => call("Unpause", timeoutMillis, (pod) => pod.unpause()),
      isPaused: (timeoutMillis) => call("CheckPaused", timeoutMillis, (pod) => pod.checkPaused()),
      renew: () => {},
      close: () => {},
    };
  }
}
