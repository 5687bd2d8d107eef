import type { ScalarPod } from "./scalar-pod";

/**
 * The run's interfaces to the outside. `adapters/` implements them for real; tests implement them in virtual time and
 * run the same code.
 */
export interface Ports {
  clock: Clock;
  api: ApiTransport;
  /** The admin interface of one pod. */
  admin(pod: ScalarPod): AdminInterface;
  web: WebTransport;
}

/** A request to a server outside the cluster's API. */
export interface WebRequest {
  url: URL;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
  /** A CA besides the public ones, in PEM. */
  ca?: string | undefined;
}

export interface WebAnswer {
  status: number;
  /** The beginning of the answer. */
  text: string;
  /** The `Location` header. */
  location?: string | undefined;
}

/** Requests to servers outside the cluster's API, without retries and redirects. */
export interface WebTransport {
  /** @throws {Error} when there is no answer, or when `signal` is aborted */
  send(request: WebRequest, signal: AbortSignal): Promise<WebAnswer>;
}

export interface Clock {
  /** The wall clock, in milliseconds since the epoch. */
  now(): number;
  /** A clock that never jumps, in milliseconds. */
  monotonic(): number;
  /** Waits, or returns early when `stop` is aborted. Never throws: the caller checks `stop`. */
  sleep(millis: number, stop?: AbortSignal): Promise<void>;
  /** A random number from 0 to 1, for the jitter of retries. */
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
  /** The next call opens a new connection; calls in flight finish on the old one. */
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
