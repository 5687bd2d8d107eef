import {
  AdminError,
  type AdminInterface,
  type ApiAnswer,
  type ApiRequest,
  type Clock,
  type Ports,
  type WebAnswer,
  type WebRequest,
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
  /** Its pod's name, by which the world knows who has requested what. */
  name = "a process";
  /** Called before each call is sent, and after it was served; the process may be killed or frozen there. */
  calling: (when: "before" | "after", method: string, target: string) => void = () => {};
  /** What servers outside the cluster answer, and after how long. */
  answers: (request: WebRequest) => { millis: number; answer: WebAnswer | Error } = () => {
    throw new Error("no server outside the cluster is expected to be asked");
  };
  /** What it cannot reach, as on a node that has lost its network. */
  readonly unreachable = { api: false, pods: false };
  /** By how much its clocks run faster than the world's, in parts per million. */
  driftPpm = 0;
  /** It gets CPU time only once in so many milliseconds; 0: always. */
  starvedMillis = 0;
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
      web: { send: (request, signal) => this.send(request, signal) },
    };
  }

  private get rate(): number {
    return 1 + this.driftPpm / 1e6;
  }

  private get clock(): Clock {
    const passed = () => (this.time.now - this.startedAt) * this.rate;
    return {
      // Date.now() has whole milliseconds.
      now: () => Math.floor(this.startedAt + this.wallOffset + passed()),
      monotonic: passed,
      random: this.random,
      sleep: (millis, stop) =>
        new Promise((resolve) => {
          if (stop?.aborted) return resolve();
          const end = () => {
            takeBack();
            stop?.removeEventListener("abort", end);
            resolve();
          };
          // Node.js's timers take a millisecond at least.
          const takeBack = this.after(millis > 0 ? Math.max(1, millis / this.rate) : 0, end);
          stop?.addEventListener("abort", end);
        }),
    };
  }

  private deliver(fire: () => void): void {
    const { starvedMillis } = this;
    if (this.state === "running" && starvedMillis > 0) {
      this.time.after(starvedMillis - (this.time.now % starvedMillis), () => this.deliverNow(fire));
    } else this.deliverNow(fire);
  }

  private deliverNow(fire: () => void): void {
    if (this.state === "running") fire();
    else if (this.state === "frozen") this.heldBack.push(fire);
  }

  /** For other ports of the process: fires unless it is dead by then, later if it is frozen. */
  later(millis: number, fire: () => void): void {
    this.after(millis, fire);
  }

  private after(millis: number, fire: () => void): () => void {
    return this.time.after(millis, () => this.deliver(fire));
  }

  private exchange(request: ApiRequest): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      if (!this.dead) this.calling("before", request.method, request.path);
      if (this.dead) return;
      const timeout = this.after(API_ANSWER_MILLIS, () => reject(new Error("no answer within 10 s")));
      if (this.unreachable.api) return;
      this.time.after(this.api.tripMillis / 2, () => {
        const answer = this.api.serve(request, this.name);
        if (answer === undefined) return;
        if (!this.dead) this.calling("after", request.method, request.path);
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

  /** A request to a server outside: it is in `answers` what comes back, and when. */
  private send(request: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
    return new Promise((resolve, reject) => {
      if (this.dead) return;
      signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      const { millis, answer } = this.answers(request);
      this.after(millis, () => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }

  private admin(address: string, port: number): AdminInterface {
    const call = <T>(method: string, timeoutMillis: number, serve: (pod: VirtualPod) => T | Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        if (!this.dead) this.calling("before", method, address);
        if (this.dead) return;
        const fail = (message: string, reason?: string) =>
          this.deliver(() => {
            timeout();
            reject(new AdminError(`${method} failed: ${message}`, reason));
          });
        const timeout = this.after(timeoutMillis, () =>
          reject(new AdminError(`${method} failed: no answer within ${timeoutMillis / 1000} s`)),
        );
        if (this.unreachable.pods) return;
        const target = this.podAt(address, port);
        const trip = (target?.tripMillis ?? 1) / 2;
        const lateMillis = method === "Pause" ? (target?.faults.lateMillis ?? 0) : 0;
        this.time.after(Math.max(trip, lateMillis), async () => {
          const pod = this.podAt(address, port);
          if (!pod?.alive) return void this.time.after(trip, () => fail("connect ECONNREFUSED"));
          await pod.served();
          if (!pod.alive) return void this.time.after(trip, () => fail("the connection was closed without an answer"));
          try {
            const result = await serve(pod);
            if (!this.dead) this.calling("after", method, address);
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
      pause: (maxDrainMillis, timeoutMillis) =>
        call("Pause", timeoutMillis, (pod) => pod.pause(maxDrainMillis, this.name)),
      unpause: (timeoutMillis) => call("Unpause", timeoutMillis, (pod) => pod.unpause(this.name)),
      isPaused: (timeoutMillis) => call("CheckPaused", timeoutMillis, (pod) => pod.checkPaused()),
      renew: () => {},
      close: () => {},
    };
  }
}
