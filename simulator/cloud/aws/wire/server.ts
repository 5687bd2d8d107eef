import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RequestFailures } from "../../request-failures";
import { ACCOUNT, arn } from "../account";
import { accessesOf, type Parameters } from "../authorization/requests";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import { reportExchange } from "../observer";
import { autoscalingOperations } from "./autoscaling";
import { backupOperations, readRest } from "./backup";
import { dynamodbOperations } from "./dynamodb";
import { iamOperations } from "./iam";
import { jsonBody, jsonError, type Operations, readJson } from "./json";
import { type QueryOperations, queryBody, queryError, readQuery } from "./query";
import { rdsOperations } from "./rds";
import { checkSignature } from "./signature";
import { stsOperations } from "./sts";

/** Inferred: longer than anything that is sent here; a longer request would decide it. */
const MAX_BODY_BYTES = 4 * 2 ** 20;

export interface AwsEndpoint {
  /** For `AWS_ENDPOINT_URL`. */
  url: string;
  close(): Promise<void>;
}

/** Services that speak JSON, by the prefix of the `X-Amz-Target` header. */
interface JsonService {
  contentType: string;
  /** What the error's `__type` begins with. */
  namespace: string;
  /** What IAM's actions begin with. */
  action: string;
  operations: Operations;
}

/**
 * Serves the simulated AWS on one loopback port, as the SDKs' `AWS_ENDPOINT_URL` expects: which service a request is
 * for follows from its target header or form, and the region from the scope of its signature, which is checked for assumed roles.
 * Requests for credentials are not among those that `failures` count. [Amazon RDS API Reference, Common Errors: Throttling]
 */
export async function serveAws(cloud: AwsCloud, failures = new RequestFailures()): Promise<AwsEndpoint> {
  const json: Record<string, JsonService> = {
    DynamoDB_20120810: {
      contentType: "application/x-amz-json-1.0",
      namespace: "com.amazonaws.dynamodb.v20120810#",
      action: "dynamodb",
      operations: dynamodbOperations(cloud),
    },
    AnyScaleFrontendService: {
      contentType: "application/x-amz-json-1.1",
      namespace: "",
      action: "application-autoscaling",
      operations: autoscalingOperations(cloud),
    },
  };
  const query: Record<string, QueryOperations> = {
    "2014-10-31": rdsOperations(cloud),
    "2011-06-15": stsOperations(cloud),
    "2010-05-08": iamOperations(cloud),
  };

  const rest = backupOperations(cloud);

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500, { "content-type": "text/plain" });
      response.end(`the simulated AWS failed: ${error instanceof Error ? error.stack : error}`);
    });
  });

  // AWS keeps idle connections for longer than a busy machine lets a client wait; Node.js closes them after 5 s.
  server.keepAliveTimeout = 60_000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const isCredentials = request.method === "GET" && request.url === POD_IDENTITY_PATH;
    const fate = isCredentials ? "serve" : failures.next(nameOf(request, body));
    if (fate === "drop request") {
      request.socket.destroy();
      return;
    }
    reportExchange(request, body, response);
    response.setHeader("date", new Date(cloud.clock.now()).toUTCString());
    const requestId = cloud.identifiers.uuid();
    response.setHeader("x-amzn-requestid", requestId);
    if (isCredentials) return answerPod(cloud, request, response);
    if (fate === "drop answer") dropAnswer(request, response);
    const throttle = (code: string) => {
      if (fate === "throttle") throw new AwsError(code, "Rate exceeded");
    };
    const target = request.headers["x-amz-target"];
    if (typeof target === "string") {
      const [prefix = "", operation = ""] = target.split(".");
      const service = json[prefix];
      if (!service) return unknown(response, `the service ${prefix} is not simulated`);
      response.setHeader("content-type", service.contentType);
      try {
        throttle("ThrottlingException");
        const region = regionOfScope(request);
        const run = readJson(service.operations, operation, body);
        authorize(cloud, request, `${service.action}:${operation}`, region, body, JSON.parse(body || "{}"));
        response.end(jsonBody(run(region)));
      } catch (error) {
        const known = asAwsError(error);
        response.statusCode = known.status;
        response.end(jsonError(known, service.namespace));
      }
      return;
    }

    const operation = readRest(rest, request.method ?? "", new URL(request.url ?? "/", "http://localhost"));
    if (operation) {
      response.setHeader("content-type", "application/json");
      try {
        throttle("ThrottlingException");
        const region = regionOfScope(request);
        authorize(cloud, request, operation.action, region, body, operation.parameters);
        response.end(jsonBody(operation.run(region)));
      } catch (error) {
        const known = asAwsError(error);
        response.statusCode = known.status;
        // Of a REST service, the header names the error.
        response.setHeader("x-amzn-errortype", known.code);
        response.end(jsonError(known, ""));
      }
      return;
    }

    const form = new URLSearchParams(body);
    const action = form.get("Action") ?? "";
    const operations = query[form.get("Version") ?? ""];
    if (!operations)
      return unknown(response, `the request ${request.method} ${request.url} is for no simulated service`);
    response.setHeader("content-type", "text/xml");
    try {
      throttle("Throttling");
      const region = operations.operations[action]?.unsigned ? "" : regionOfScope(request);
      const run = readQuery(operations, action, form);
      if (operations.action) authorize(cloud, request, `${operations.action}:${action}`, region, body, formOf(form));
      response.end(queryBody(operations, action, run(region), requestId));
    } catch (error) {
      const known = asAwsError(error);
      response.statusCode = known.status;
      response.end(queryError(known, requestId));
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The service and the operation, such as `dynamodb DeleteTable`. A REST service's operation is its method and its path. */
function nameOf(request: IncomingMessage, body: string): string {
  const [, service = "aws"] =
    /Credential=[^/]+\/\d{8}\/[a-z0-9-]+\/([a-z0-9-]+)\//.exec(request.headers.authorization ?? "") ?? [];
  const target = String(request.headers["x-amz-target"] ?? "").split(".")[1];
  const path = (request.url ?? "").split("?")[0];
  return `${service} ${target ?? new URLSearchParams(body).get("Action") ?? `${request.method} ${path}`}`;
}

/** The request is served, and nothing of the answer leaves. */
function dropAnswer(request: IncomingMessage, response: ServerResponse): void {
  response.end = () => {
    request.socket.destroy();
    return response;
  };
}

/** Where the EKS Pod Identity agent answers pods, on a node under an address of its own. */
export const POD_IDENTITY_PATH = "/v1/credentials";

/** As that agent does. */
function answerPod(cloud: AwsCloud, request: IncomingMessage, response: ServerResponse): void {
  try {
    const session = cloud.eks.credentials(request.headers.authorization ?? "");
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        Token: session.token,
        AccountId: ACCOUNT,
        Expiration: new Date(session.expires).toISOString(),
      }),
    );
  } catch (error) {
    const known = asAwsError(error);
    response.writeHead(known.status, { "content-type": "text/plain" });
    response.end(`${known.code}: ${known.message}`);
  }
}

/** Holds who has taken a role to its policies, and to what they have signed; the account's user to those that restrict them. */
function authorize(
  cloud: AwsCloud,
  request: IncomingMessage,
  action: string,
  region: string,
  body: string,
  parameters: Parameters,
): void {
  const [, accessKeyId = ""] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "") ?? [];
  const token = request.headers["x-amz-security-token"];
  const session = cloud.sessions.find(accessKeyId, typeof token === "string" ? token : undefined);
  if (session === undefined) {
    cloud.caller.authorize(accessesOf(action, parameters, region));
    return;
  }
  checkSignature(request, body, session.secretAccessKey, cloud.clock.now());
  const { TableName, BackupArn, ResourceArn } = parameters;
  const named = BackupArn ?? ResourceArn ?? TableName;
  const resource =
    typeof named !== "string"
      ? undefined
      : named.startsWith("arn:")
        ? named
        : arn("dynamodb", region, `table/${named}`);
  cloud.sessions.authorize(session, action, resource ?? "*");
}

/** A form's members, a list under its own name. */
function formOf(form: URLSearchParams): Parameters {
  return Object.fromEntries([...form].map(([path, value]) => [path.split(".")[0] ?? path, value]));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`a request body of more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * From `Authorization: AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, ...`.
 * [Amazon RDS API Reference, Common Errors]
 */
function regionOfScope(request: IncomingMessage): string {
  const scope = /Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\//.exec(request.headers.authorization ?? "");
  if (!scope) throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  return scope[1] as string;
}

/** What isn't an AWS error is a problem of the simulation, and not to be hidden as one of AWS. */
function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}

function unknown(response: ServerResponse, problem: string): void {
  response.writeHead(400, { "content-type": "application/json" });
  response.end(JSON.stringify({ __type: "UnknownOperationException", message: problem }));
}
