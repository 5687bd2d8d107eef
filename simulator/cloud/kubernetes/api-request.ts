/** What a request to the API server asks for: its path, its options and its body. */

import type { IncomingMessage } from "node:http";
import { type Kind, kindByPlural } from "./kinds";
import { isObject, type JsonObject, type ObjectManifest } from "./objects";
import { StatusError } from "./status";
import type { WriteOptions } from "./store";

/** Kubernetes' own limit of a request's body. [k8s.io/apiserver/pkg/server/config.go, MaxRequestBodyBytes] */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

export interface Target {
  kind: Kind;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/**
 * Such as `/api/v1/namespaces/scalar/pods/x` or `/apis/apps/v1/deployments`. Kubernetes installs a route for each resource it serves, and
 * answers 404 for all others. [k8s.io/apiserver/pkg/endpoints/installer.go, registerResourceHandlers]
 */
export function parsePath(pathname: string): Target {
  const parts = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const apiVersion = parts[0] === "api" ? parts[1] : parts[0] === "apis" ? `${parts[1]}/${parts[2]}` : undefined;
  const rest = parts.slice(parts[0] === "api" ? 2 : 3);
  if (apiVersion === undefined) throw StatusError.noSuchResource();
  const [namespace, [plural, name, subresource, ...more]] =
    rest[0] === "namespaces" && rest.length > 2 ? [rest[1], rest.slice(2)] : [undefined, rest];
  const kind = plural === undefined ? undefined : kindByPlural(apiVersion, plural);
  const misplaced = kind && name !== undefined && kind.namespaced !== (namespace !== undefined);
  if (!kind || misplaced || more.length > 0) throw StatusError.noSuchResource();
  return { kind, namespace, name, subresource };
}

/** [k8s.io/apiserver/pkg/endpoints/handlers/rest.go, limitedReadBody and transformDecodeError] */
export async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new StatusError("RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY_BYTES}`);
    }
    chunks.push(chunk);
  }
  try {
    const json = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (isObject(json)) return json as JsonObject;
  } catch {
    // Answered below.
  }
  throw new StatusError("BadRequest", "the object provided is unrecognized: the body is no JSON object");
}

/**
 * A manifest whose name and namespace are those of the path. Only the manifest of an update has to repeat the name.
 * [k8s.io/apiserver/pkg/endpoints/handlers/rest.go, transformDecodeError and checkName; pkg/registry/rest/meta.go,
 * EnsureObjectNamespaceMatchesRequestNamespace]
 */
export async function readManifest(request: IncomingMessage, target: Target): Promise<ObjectManifest> {
  const manifest = (await readJson(request)) as unknown as ObjectManifest;
  const { kind, name, namespace } = target;
  const differs = (given: unknown, expected: unknown) =>
    given !== undefined && expected !== undefined && given !== expected;
  if (differs(manifest.kind, kind.kind) || differs(manifest.apiVersion, kind.apiVersion)) {
    throw new StatusError(
      "BadRequest",
      `${manifest.kind} in version "${manifest.apiVersion}" cannot be handled as a ${kind.kind}`,
    );
  }
  if (request.method === "PUT" && !manifest.metadata?.name) {
    throw new StatusError(
      "BadRequest",
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (differs(manifest.metadata?.name, name)) {
    throw new StatusError(
      "BadRequest",
      `the name of the object (${manifest.metadata?.name}) does not match the name on the URL (${name})`,
    );
  }
  if (differs(manifest.metadata?.namespace, namespace)) {
    throw new StatusError(
      "BadRequest",
      `the namespace of the provided object does not match the namespace sent on the request`,
    );
  }
  const metadata = {
    ...manifest.metadata,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  };
  return { ...manifest, apiVersion: kind.apiVersion, kind: kind.kind, metadata };
}

export function writeOptions(query: URLSearchParams): WriteOptions {
  return { fieldManager: query.get("fieldManager") ?? undefined, dryRun: query.get("dryRun") === "All" };
}
