import { type ApiConnection, type ApiRequest, connect, objectOf, RefusedError } from "./connection";
import type { Endpoint, Environment } from "./kubeconfig";
import { listPages } from "./pages";

/** The limit for a complete look-up, if a cluster does not answer. */
const DEADLINE_MILLIS = 10_000;

/** Reads objects of a cluster; nothing is changed. */
export class ClusterReader {
  readonly #connection: ApiConnection;
  readonly #deadlineMillis: number;
  readonly #deadline: AbortSignal;

  private constructor(connection: ApiConnection, deadlineMillis: number) {
    this.#connection = connection;
    this.#deadlineMillis = deadlineMillis;
    this.#deadline = AbortSignal.timeout(deadlineMillis);
  }

  /** Gets credentials for the cluster. @throws {Error} when a credential plugin fails */
  static async open(
    endpoint: Endpoint,
    environment: Environment,
    deadlineMillis = DEADLINE_MILLIS,
  ): Promise<ClusterReader> {
    return new ClusterReader(await connect(endpoint, environment), deadlineMillis);
  }

  /** A name for messages: the context, or the server's address. */
  get name(): string {
    return this.#connection.name;
  }

  /** The object at a path; undefined when there is none. @throws {Error} when the server cannot be asked, or refuses */
  async get(path: string): Promise<Record<string, unknown> | undefined> {
    try {
      return await this.#read(path);
    } catch (error) {
      if (error instanceof RefusedError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** All objects of a collection that match the label selector. */
  list(path: string, labelSelector?: string): Promise<Record<string, unknown>[]> {
    return listPages((page) => this.#read(page), path, labelSelector);
  }

  async #read(path: string): Promise<Record<string, unknown>> {
    const request: ApiRequest = { method: "GET", path };
    const limit = { signal: this.#deadline, millis: this.#deadlineMillis };
    return objectOf(this.#connection, request, await this.#connection.send(request, limit), "look-up");
  }
}
