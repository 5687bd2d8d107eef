/** What goes wrong with one request. */
export type RequestFailure =
  /** The program that sends it dies before it is served: neither this request nor any later one is. */
  | "kill before"
  /** The program that sends it dies when it has been served: its answer does not arrive, and no later request is served. */
  | "kill after"
  /** It is not served. Later ones are. */
  | "no connection"
  /** It is served, but its answer does not arrive. Later ones do. */
  | "lost answer"
  /** The service answers that there are too many requests. */
  | "throttled";

/** What a server does with a request. */
export type Fate = "serve" | "drop request" | "drop answer" | "throttle";

/**
 * Lets one request to the simulated clouds go wrong, by its number, so that a test can let a program die before and after each.
 * Servers that share one of these count together. What is dropped ends its connection, as the death of a process does; the AWS
 * SDKs try such a request again, which counts as another one.
 */
export class RequestFailures {
  /** Those counted so far, such as `rds ModifyDBInstance` and `kubernetes PATCH /apis/...`. */
  readonly requests: string[] = [];
  #armed: { at: number; failure: RequestFailure; counts: (request: string) => boolean } | undefined;
  #dead = false;

  /** Whether a failure has killed the program that sends the requests. */
  get dead(): boolean {
    return this.#dead;
  }

  /**
   * Counts from 1 again, and lets the request of that number go wrong.
   * @param counts which requests are counted, and refused after a kill; all of them by default.
   */
  arm(at: number, failure: RequestFailure, counts: (request: string) => boolean = () => true): void {
    this.reset();
    this.#armed = { at, failure, counts };
  }

  /** Counts from 1 again, and lets nothing go wrong: a new process begins. */
  reset(): void {
    this.requests.length = 0;
    this.#armed = undefined;
    this.#dead = false;
  }

  /** What a server does with the next request. */
  next(request: string): Fate {
    if (this.#armed && !this.#armed.counts(request)) return "serve";
    if (this.#dead) return "drop request";
    const number = this.requests.push(request);
    if (number !== this.#armed?.at) return "serve";
    const { failure } = this.#armed;
    this.#dead = failure === "kill before" || failure === "kill after";
    if (failure === "throttled") return "throttle";
    return failure === "kill before" || failure === "no connection" ? "drop request" : "drop answer";
  }
}
