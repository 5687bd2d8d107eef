import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RequestFailures } from "../request-failures";
import type { AzureCloud } from "./azure";
import { DocumentError } from "./cosmosdb-wire";
import { ArmError } from "./error";
import type { JsonObject } from "./json";
import { reportArmExchange } from "./observer";
import type { LateFailure } from "./resource-type";

/** Inferred: Microsoft names this limit for templates; a longer request would decide it. */
const MAX_BODY_BYTES = 4 * 2 ** 20;
/** The secret that a request for a token must contain, as on an Azure host with a managed identity. */
const IDENTITY_HEADER = "rehearsal";
const TOKEN = "rehearsal-token";

/** A request as far as it is reported. */
interface Sent {
  url?: string;
  body?: JsonObject;
  /** Whether its answer does not arrive. */
  dropped?: boolean;
}

/** A change that goes on after Azure's first answer. */
interface UnderWay {
  done: boolean;
  says: string;
  release(): void;
  result?: JsonObject;
  failure?: LateFailure;
}

export interface AzureEndpoint {
  url: string;
  /** The variables by which the azure-native provider, and programs that read the same ones, find this Azure and an identity in it. */
  environment(): Record<string, string>;
  close(): Promise<void>;
}

/**
 * Serves the simulated Azure on one loopback port: its Resource Manager, the metadata that name it
 * (`ARM_METADATA_HOSTNAME`), and the tokens of a managed identity (`IDENTITY_ENDPOINT`).
 * Of these, `failures` count the requests to the Resource Manager. Codes of refused tokens and throttling are inferred.
 */
export async function serveAzure(cloud: AzureCloud, failures = new RequestFailures()): Promise<AzureEndpoint> {
  /** What Azure goes on with after its first answer, and what comes of it: looked at once, it is still under way. */
  const underWay = new Map<string, UnderWay>();
  let url = "";
  const server = createServer((request, response) => {
    const sent: Sent = {};
    const respond = (status: number, body?: JsonObject) => {
      const { method = "" } = request;
      if (sent.url !== undefined)
        reportArmExchange({ from: "http", method, url: sent.url, request: sent.body, status, answer: body });
      write(response, status, body);
    };
    const failing = (status: number, body?: JsonObject) => {
      if (sent.dropped) return void request.socket.destroy();
      respond(status, body);
    };
    answer(request, response, sent, failing).catch((error) => {
      if (sent.dropped) return void request.socket.destroy();
      // Simulated time does not pass by waiting: a refused client may ask again at once.
      if (error instanceof ArmError && (error.status === 409 || error.status === 412))
        response.setHeader("retry-after", "0");
      if (error instanceof ArmError)
        return respond(error.status, { error: { code: error.code, message: error.message } });
      respond(500, { error: { code: "SimulationFailed", message: String(error?.stack ?? error) } });
    });
  });

  /** A request to a Cosmos DB account, whose host is the first segment (`document-hosts.mjs`). */
  async function answerAccount(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, host = "", path = ""] = /^\/documents\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
    const headers = request.headers as Record<string, string | undefined>;
    const body = await readBody(request);
    response.setHeader("x-ms-activity-id", cloud.identifiers.uuid());
    try {
      const answered = cloud.cosmosdb.answerDocuments({ method: request.method ?? "", host, path, headers, body });
      for (const [name, value] of Object.entries(answered.headers)) response.setHeader(name, value);
      write(response, answered.status, answered.body);
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
      write(response, error.status, { code: error.code, message: error.message });
    }
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    sent: Sent,
    respond: (status: number, body?: JsonObject) => void,
  ): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    response.setHeader("date", new Date(cloud.clock.now()).toUTCString());
    if (pathname.startsWith("/documents/")) return answerAccount(pathname, request, response);
    if (pathname === "/metadata/endpoints") return respond(200, metadata(url));
    if (pathname === "/identity/token") {
      if (request.headers["x-identity-header"] !== IDENTITY_HEADER) return respond(401, { error: "unauthorized" });
      const expires = Math.floor(cloud.clock.now() / 1000) + 24 * 3600;
      return respond(200, {
        access_token: TOKEN,
        expires_on: String(expires),
        resource: searchParams.get("resource") ?? "",
        token_type: "Bearer",
      });
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      throw new ArmError("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", 401);
    const fate = failures.next(`azure ${request.method} ${pathname}`);
    if (fate === "drop request") return void request.socket.destroy();
    if (fate === "throttle") throw new ArmError("TooManyRequests", "Too many requests.", 429);
    sent.dropped = fate === "drop answer";
    if (pathname.startsWith("/operations/")) {
      const operation = underWay.get(pathname);
      if (!operation) throw new ArmError("NotFound", `There is no operation ${pathname}.`, 404);
      const { done, result, says, failure } = operation;
      operation.done = true;
      response.setHeader("retry-after", "0");
      if (done) operation.release();
      if (result !== undefined) return done ? respond(200, result) : respond(202);
      if (!done) return respond(200, { status: says });
      if (failure === undefined) return respond(200, { status: "Succeeded" });
      const error = { code: failure.code, message: failure.message };
      if (failure.status !== undefined) return respond(failure.status, { error });
      return respond(200, { status: failure.says ?? "Failed", error });
    }
    const text = await readBody(request);
    // Only what the Resource Manager itself is asked: the addresses of operations are the simulation's own.
    sent.url = request.url;
    if (text !== "") sent.body = JSON.parse(text) as JsonObject;
    const {
      body,
      created,
      simulatedMillis,
      busy = [],
      failure,
      afterwards,
      http,
    } = cloud.answer({
      method: request.method as string,
      path: pathname,
      apiVersion: searchParams.get("api-version") ?? undefined,
      body: sent.body,
    });
    if (simulatedMillis === undefined) return respond(body === undefined ? 204 : 200, body);
    const operation = `/operations/${cloud.identifiers.uuid()}`;
    const [first, ...others] = busy;
    const ends = [...(first ? [first.hold(afterwards)] : []), ...others.map((lock) => lock.hold())];
    const release = () => {
      for (const end of ends) end();
    };
    const says = http?.underWay ?? "InProgress";
    response.setHeader("retry-after", "0");
    if (request.method === "POST" && body !== undefined) {
      // The result of an action is found elsewhere, later.
      underWay.set(operation, { done: false, says, release, result: body });
      response.setHeader("location", `${url}${operation}`);
      return respond(202);
    }
    underWay.set(operation, { done: false, says, release, failure });
    response.setHeader("azure-asyncoperation", `${url}${operation}`);
    if (http?.location) response.setHeader("location", `${url}${operation}`);
    respond(http?.status ?? (created ? 201 : 202), http?.body ?? body);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    environment: () => ({
      ARM_METADATA_HOSTNAME: url,
      ARM_SUBSCRIPTION_ID: cloud.subscription,
      ARM_USE_MSI: "true",
      IDENTITY_ENDPOINT: `${url}/identity/token`,
      IDENTITY_HEADER,
      // Nothing of the user's own.
      ARM_CLIENT_ID: "",
      ARM_CLIENT_SECRET: "",
      ARM_CLIENT_CERTIFICATE_PATH: "",
      ARM_TENANT_ID: "",
      ARM_USE_OIDC: "",
      ARM_USE_DEFAULT_AZURE_CREDENTIAL: "",
      ARM_ENVIRONMENT: "",
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function metadata(url: string): JsonObject {
  return {
    name: "Rehearsal",
    resourceManager: url,
    authentication: { loginEndpoint: "https://login.microsoftonline.com", audiences: ["https://management.azure.com"] },
  };
}

function write(response: ServerResponse, status: number, body?: JsonObject): void {
  response.writeHead(status, body === undefined ? {} : { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Inferred: a longer request would decide the code. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new ArmError("RequestContentTooLarge", "The request content is too large.", 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
