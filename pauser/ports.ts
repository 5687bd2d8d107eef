import type { ScalarPod } from "./scalar-pod";

/**
 * What a run needs of the world around it. `adapters/` has the real ones; tests put simulated ones in their place, in virtual
 * time, and run the same code.
 */
export interface Ports {
  clock: Clock;
  api: ApiTransport;
  /** The admin interface of one pod. */
  admin(pod: ScalarPod): AdminInterface;
}

export interface Clock {
  /** The wall clock, in milliseconds since the epoch. */
  now(): number;
  /** A clock that is never stepped, in milliseconds. */
  monotonic(): number;
  /** Waits, or returns early when `stop` is aborted. Never throws: the caller looks at `stop`. */
  sleep(millis: number, stop?: AbortSignal): Promise<void>;
  /** From 0 to 1, for the jitter of retries. */
  random(): number;
}

export interface ApiRequest {
  method: "GET" | "PUT";
  /** Path and query. */
  path: string;
  body?: string;
}

export interface ApiAnswer {
  status: number;
  text: string;
  /** The `Date` header. */
  date?: string | undefined;
}

/** Requests to the Kubernetes API server, without retries. */
export interface ApiTransport {
  /** The API server's URL, for messages. */
  readonly origin: string;
  /** @throws {Error} when there is no answer */
  exchange(request: ApiRequest): Promise<ApiAnswer>;
  close(): void;
}

/** A pod's admin interface (`rpc.Admin` over gRPC). Its calls throw `AdminError`. */
export interface AdminInterface {
  /** Returns when the pod has drained and is paused. */
  pause(maxDrainMillis: number, timeoutMillis: number): Promise<void>;
  unpause(timeoutMillis: number): Promise<void>;
  isPaused(timeoutMillis: number): Promise<boolean>;
  /** The next call makes a new connection; calls that are under way end on the old one. */
  renew(): void;
  close(): void;
}

/** A call to a pod that failed. */
export class AdminError extends Error {
  constructor(
    message: string,
    /** The outcome of a failed Pause: `ErrorInfo.reason`, from ScalarDB 3.19 and ScalarDL 3.14 on. */
    readonly reason?: string,
  ) {
    super(message);
  }
}
