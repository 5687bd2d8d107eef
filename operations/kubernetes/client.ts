import { waitingClock } from "../clock";
import type { Purpose } from "../missing-right";
import { type ApiConnection, type ApiRequest, connect, objectOf, RefusedError, UnreachableError } from "./connection";
import type { Fields } from "./fields";
import { type ClusterChoice, type Environment, selectCluster } from "./kubeconfig";
import { listPages } from "./pages";

/** How long one request may take. */
const REQUEST_MILLIS = 10_000;
/** How long a request is repeated while the server is unavailable. A control plane's upgrade takes minutes. */
const RETRY_MILLIS = 5 * 60_000;
/** Tokens of credential plugins live for 15 minutes (EKS) or longer. */
const CREDENTIALS_MILLIS = 5 * 60_000;

/** Opens a connection with fresh credentials. */
export type Connect = () => Promise<ApiConnection>;

/** Connects to the cluster that a provider's settings select. */
export function connectTo(access: ClusterChoice, environment: Environment): Connect {
  return async () => connect(selectCluster(access, environment), environment);
}

/**
 * Reads and writes objects of a cluster for as long as it takes. Every request is repeated while the server is unavailable, so a
 * write whose answer was lost can be sent twice: each has a resourceVersion or creates an object, and the second one gets 409.
 * The caller then reads the object again.
 */
export class ClusterClient {
  readonly #connect: Connect;
  readonly #retryMillis: number;
  readonly #purpose: Purpose;
  #connection: Promise<ApiConnection> | undefined;
  #wasConnected = false;
  #connectedAt = 0;
  #aheadMillis = 0;

  /**
   * @param retryMillis How long a request is repeated.
   * @param purpose What its errors say of rights that are missing.
   */
  constructor(connect: Connect, retryMillis = RETRY_MILLIS, purpose: Purpose = "switch-over") {
    this.#connect = connect;
    this.#retryMillis = retryMillis;
    this.#purpose = purpose;
  }

  /** Epoch milliseconds by the API server's clock, as of its last answer. Whole seconds are exact to half a second. */
  serverNow(): number {
    return Date.now() + this.#aheadMillis;
  }

  /** The object at a path; undefined when there is none. */
  async get(path: string): Promise<Fields | undefined> {
    try {
      return await this.#request({ method: "GET", path });
    } catch (error) {
      if (hasCode(error, 404)) return undefined;
      throw error;
    }
  }

  /** All objects of a collection, as of now: the server reads a list without a resourceVersion from its store. */
  list(path: string, labelSelector?: string): Promise<Fields[]> {
    return listPages((page) => this.#request({ method: "GET", path: page }), path, labelSelector);
  }

  create(path: string, body: object): Promise<Fields> {
    return this.#request({ method: "POST", path, body });
  }

  /** @param body With the resourceVersion that was read. */
  replace(path: string, body: object): Promise<Fields> {
    return this.#request({ method: "PUT", path, body });
  }

  /** A JSON merge patch. */
  patch(path: string, body: object): Promise<Fields> {
    return this.#request({ method: "PATCH", path, body, contentType: "application/merge-patch+json" });
  }

  async #request(request: ApiRequest): Promise<Fields> {
    const end = waitingClock().now() + this.#retryMillis;
    let renewed = false;
    for (let wait = 250; ; wait = Math.min(2 * wait, 5_000)) {
      try {
        return await this.#once(request);
      } catch (error) {
        const expired: boolean = hasCode(error, 401) && !renewed;
        if (!expired && (!isTransient(error) || waitingClock().now() > end)) throw error;
        renewed ||= expired;
        if (expired) this.#connection = undefined;
      }
      await waitingClock().wait(wait);
    }
  }

  async #once(request: ApiRequest): Promise<Fields> {
    const connection = await this.#open();
    const signal = AbortSignal.timeout(REQUEST_MILLIS);
    const answer = await connection.send(request, { signal, millis: REQUEST_MILLIS });
    const date = Date.parse(answer.date ?? "");
    if (!Number.isNaN(date)) this.#aheadMillis = date + 500 - Date.now();
    return objectOf(connection, request, answer, this.#purpose);
  }

  #open(): Promise<ApiConnection> {
    if (this.#connection !== undefined && Date.now() - this.#connectedAt < CREDENTIALS_MILLIS) return this.#connection;
    this.#connectedAt = Date.now();
    const opened = this.#connect().then(
      (connection) => {
        this.#wasConnected = true;
        return connection;
      },
      (error: Error) => {
        this.#connection = undefined;
        // A plugin that has worked before may work again: it asks a cloud.
        throw this.#wasConnected ? new UnreachableError(error.message) : error;
      },
    );
    this.#connection = opened;
    return opened;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof RefusedError && error.code === code;
}

/** Whether somebody else has changed or created the object since it was read. */
export const isConflict = (error: unknown): boolean => hasCode(error, 409);

/** Whether the account may not do this. */
export const isForbidden = (error: unknown): boolean => hasCode(error, 403);

function isTransient(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  return error instanceof RefusedError && (error.code === 429 || error.code >= 500);
}
