/** The simulated services as calls, without a wire, for callers that make millions. */

import type { AwsCloud } from "./aws/aws";
import { dynamodbOperations } from "./aws/wire/dynamodb";
import { rdsOperations } from "./aws/wire/rds";
import { ACCESS_REVIEWS } from "./kubernetes/access-review";
import { parsePath, type Target } from "./kubernetes/api-request";
import type { JsonObject, ObjectManifest } from "./kubernetes/objects";
import { StatusError } from "./kubernetes/status";
import type { ObjectStore } from "./kubernetes/store";

/** An operation of AWS by the members of its request. @throws {AwsError} */
export type AwsOperation = (input: object, region: string) => unknown;

/** The operations of DynamoDB and RDS by their names, such as `DeleteTable`; members that are instants have to be numbers. */
export function awsOperations(cloud: AwsCloud): ReadonlyMap<string, AwsOperation> {
  const all = { ...dynamodbOperations(cloud), ...rdsOperations(cloud).operations };
  // Cast: each reads the members of its own request.
  return new Map(Object.entries(all).map(([name, { run }]) => [name, run as AwsOperation]));
}

/** A request to a Kubernetes API server whose account may do anything. */
export interface KubernetesRequest {
  method: "GET" | "PATCH" | "POST" | "PUT";
  /** The path with its query. */
  path: string;
  body?: JsonObject;
}

/** Answers as the API server does (`kubernetes/api-server.ts`): lists in one page, merge patches, `scale` of a Deployment. */
export function answerKubernetes(store: ObjectStore, request: KubernetesRequest): { status: number; body: object } {
  try {
    return served(store, request);
  } catch (error) {
    if (error instanceof StatusError) return { status: error.code, body: error.toStatus() };
    throw error;
  }
}

/** As `kubernetes/api-server.ts` does, whose sources are there: [kubernetes: staging/src/k8s.io/apiserver, pkg/endpoints/handlers]. */
function served(store: ObjectStore, { method, path, body = {} }: KubernetesRequest): { status: number; body: object } {
  const [pathname = "", query] = path.split("?");
  const searchParams = new URLSearchParams(query);
  if (pathname === ACCESS_REVIEWS) return { status: 201, body: { ...body, status: { allowed: true } } };
  const { kind, namespace = "", name } = parsed(pathname);
  if (kind.custom) throw StatusError.noSuchResource();
  const labelSelector = searchParams.get("labelSelector") ?? "";
  if (name === undefined && method === "GET")
    return { status: 200, body: { metadata: {}, items: store.list(kind, namespace, { labelSelector }) } };
  // Cast: what is created or replaced is a whole object.
  const manifest = { ...body, apiVersion: kind.apiVersion, kind: kind.kind } as unknown as ObjectManifest;
  if (name === undefined) return { status: 201, body: store.create(manifest) };
  if (method === "GET") return { status: 200, body: store.get(kind, namespace, name) };
  if (method === "PUT") return { status: 200, body: store.update(manifest) };
  const fieldManager = searchParams.get("fieldManager") ?? "unknown";
  return { status: 200, body: store.mergePatch(kind, namespace, name, body, { fieldManager }) };
}

const targets = new Map<string, Target>();

/** The same paths are asked for again and again. */
function parsed(pathname: string): Target {
  const known = targets.get(pathname);
  if (known !== undefined) return known;
  const target = parsePath(pathname);
  targets.set(pathname, target);
  return target;
}

export { ReleaseProperties } from "./kubernetes/release-properties";
export { ObjectStore } from "./kubernetes/store";
