import * as http from "node:http";
import * as https from "node:https";
import { isObject } from "../../restore-points/shape";
import type { Purpose } from "../missing-right";
import { execCredential } from "./exec-credential";
import type { Endpoint, Environment } from "./kubeconfig";

export interface ApiRequest {
  method: "GET" | "PATCH" | "POST" | "PUT";
  /** The path with its query. */
  path: string;
  body?: object;
  /** Defaults to `application/json`. */
  contentType?: string;
}

export interface ApiAnswer {
  status: number;
  text: string;
  /** The `Date` header: the server's clock. */
  date?: string;
}

/** Sends requests to one API server, once each. */
export interface ApiConnection {
  /** The server's address. */
  readonly server: string;
  /** A name for messages: the context, or the server's address. */
  readonly name: string;
  /** @throws {UnreachableError} without an answer; a write may have happened all the same */
  send(request: ApiRequest, limit: RequestLimit): Promise<ApiAnswer>;
}

/** When an answer is no longer waited for. */
export interface RequestLimit {
  signal: AbortSignal;
  millis: number;
}

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

/** A request without an answer. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** Gets credentials for a cluster. @throws {Error} when a credential plugin fails */
export async function connect(endpoint: Endpoint, environment: Environment): Promise<ApiConnection> {
  const { context, credentials, server } = endpoint;
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
  return {
    server,
    name: context === undefined ? server : `context "${context}"`,
    send: (request, limit) => exchange(server, { ...tls, headers }, request, limit),
  };
}

function exchange(
  server: string,
  options: https.RequestOptions & { headers: http.OutgoingHttpHeaders },
  { method, path, body, contentType = "application/json" }: ApiRequest,
  { signal, millis }: RequestLimit,
): Promise<ApiAnswer> {
  const url = new URL(server.replace(/\/+$/, "") + path);
  const { request } = url.protocol === "http:" ? http : https;
  const content = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...options.headers,
    ...(content !== undefined && { "content-type": contentType, "content-length": Buffer.byteLength(content) }),
  };
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(
        new UnreachableError(
          signal.aborted
            ? `${server} did not answer within ${millis / 1000} s`
            : `${server} cannot be reached: ${reasonOf(error)}`,
        ),
      );
    const sent = request(url, { ...options, method, headers, signal }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("error", failed);
      response.once("end", () => {
        const { date } = response.headers;
        resolve({ status: response.statusCode ?? 0, text, ...(date !== undefined && { date }) });
      });
    });
    sent.once("error", failed);
    sent.end(content);
  });
}

/** The object in an answer. @throws {RefusedError} when the server has refused */
export function objectOf(
  { server }: ApiConnection,
  { method, path }: ApiRequest,
  { status, text }: ApiAnswer,
  purpose: Purpose,
): Record<string, unknown> {
  const answer = parsed(text);
  const what = `${method} ${path.split("?")[0]}`;
  if (status < 200 || status >= 300) {
    const message = typeof answer?.message === "string" ? answer.message : `${what} is answered with ${status}`;
    const hint = status === 403 ? missingRight().kubernetesHint(message, purpose) : "";
    throw new RefusedError(`${server} refuses: ${message}${hint}`, status);
  }
  if (answer === undefined) throw new Error(`${server} does not answer ${what} with a JSON object`);
  return answer;
}

// Loaded with the first such answer, because it reads all documents.
function missingRight(): typeof import("../missing-right") {
  return require("../missing-right");
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** If Node.js has tried several addresses, its error has no message. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join(", ");
  return error.message;
}
