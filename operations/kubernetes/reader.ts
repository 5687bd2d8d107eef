import * as http from "node:http";
import * as https from "node:https";
import { isObject } from "../../restore-points/shape";
import { execCredential } from "./exec-credential";
import type { Endpoint, Environment } from "./kubeconfig";

/** The limit for a complete look-up, if a cluster does not answer. */
const DEADLINE_MILLIS = 10_000;
const PAGE_ITEMS = 500;

/** An API server's refusal. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/** Reads objects of a cluster; nothing is changed. */
export class ClusterReader {
  readonly #endpoint: Endpoint;
  readonly #tls: https.RequestOptions;
  readonly #headers: http.OutgoingHttpHeaders;
  readonly #deadlineMillis: number;
  readonly #deadline: AbortSignal;

  private constructor(
    endpoint: Endpoint,
    tls: https.RequestOptions,
    headers: http.OutgoingHttpHeaders,
    deadlineMillis: number,
  ) {
    this.#deadlineMillis = deadlineMillis;
    this.#deadline = AbortSignal.timeout(deadlineMillis);
    this.#endpoint = endpoint;
    this.#tls = tls;
    this.#headers = headers;
  }

  /** Gets credentials for the cluster. @throws {Error} when a credential plugin fails */
  static async open(
    endpoint: Endpoint,
    environment: Environment,
    deadlineMillis = DEADLINE_MILLIS,
  ): Promise<ClusterReader> {
    const { credentials } = endpoint;
    const { username, password } = credentials;
    const basic = username === undefined ? undefined : `${username}:${password ?? ""}`;
    // As in client-go, a plugin is asked only where nothing else identifies the user.
    const identified = credentials.token !== undefined || basic !== undefined;
    const printed =
      credentials.exec && !identified ? await execCredential(credentials.exec, endpoint, environment) : undefined;
    const token = credentials.token ?? printed?.token;
    const authorization =
      token !== undefined ? `Bearer ${token}` : basic && `Basic ${Buffer.from(basic).toString("base64")}`;
    const tls = {
      ca: endpoint.certificateAuthority,
      cert: credentials.certificate ?? printed?.certificate,
      key: credentials.key ?? printed?.key,
      rejectUnauthorized: !endpoint.insecure,
      ...(endpoint.serverName !== undefined && { servername: endpoint.serverName }),
    };
    const headers = {
      accept: "application/json",
      ...credentials.headers,
      ...(authorization !== undefined && { authorization }),
    };
    return new ClusterReader(endpoint, tls, headers, deadlineMillis);
  }

  /** For people: the context, or the server's address. */
  get name(): string {
    const { context, server } = this.#endpoint;
    return context === undefined ? server : `context "${context}"`;
  }

  /** The object at a path; undefined when there is none. @throws {Error} when the server cannot be asked, or refuses */
  async get(path: string): Promise<Record<string, unknown> | undefined> {
    try {
      return await this.#request(path);
    } catch (error) {
      if (error instanceof RefusedError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** All objects of a collection that match the label selector. */
  async list(path: string, labelSelector?: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    const query = new URLSearchParams({
      limit: String(PAGE_ITEMS),
      ...(labelSelector !== undefined && { labelSelector }),
    });
    for (;;) {
      const page = await this.#request(`${path}?${query}`);
      if (Array.isArray(page.items)) items.push(...page.items.filter(isObject));
      const next = isObject(page.metadata) ? page.metadata.continue : undefined;
      if (typeof next !== "string" || next === "") return items;
      query.set("continue", next);
    }
  }

  async #request(path: string): Promise<Record<string, unknown>> {
    const { server } = this.#endpoint;
    const url = new URL(server.replace(/\/+$/, "") + path);
    const { request } = url.protocol === "http:" ? http : https;
    const [status, text] = await new Promise<[number, string]>((resolve, reject) => {
      const options = { ...this.#tls, headers: this.#headers, signal: this.#deadline };
      const failed = (error: Error) =>
        reject(
          new Error(
            this.#deadline.aborted
              ? `${server} did not answer within ${this.#deadlineMillis / 1000} s`
              : `${server} cannot be reached: ${reasonOf(error)}`,
          ),
        );
      const sent = request(url, options, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.once("error", failed);
        response.once("end", () => resolve([response.statusCode ?? 0, body]));
      });
      sent.once("error", failed);
      sent.end();
    });
    const answer = objectOf(text);
    if (status !== 200) {
      const message =
        typeof answer?.message === "string" ? answer.message : `GET ${url.pathname} is answered with ${status}`;
      throw new RefusedError(`${server} refuses: ${message}`, status);
    }
    if (answer === undefined) throw new Error(`${server} does not answer GET ${url.pathname} with a JSON object`);
    return answer;
  }
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Of several addresses that were tried, Node.js reports an error without a message. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join(", ");
  return error.message;
}
