import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { AzureTransport, type HttpRequest } from "../../../operations/azure-transport";
import { ArmError, type AzureCloud, type JsonObject } from "../../../simulator/cloud/azure/azure";
import type { VirtualTime } from "../../unit/pauser/virtual/time";
import { NoAnswer, type Operator, Throttled } from "./process";

/** A simulated Azure without the wire, as `aws.ts` has AWS: the operations' own client is in it, with its retries and its waiting. */
export interface InProcessAzure {
  cloud: AzureCloud;
  time: VirtualTime;
  operator(name: string): Operator | undefined;
  /** Called before a request is served. */
  arrives(by: Operator, request: string, body: JsonObject): void;
  /** Called when a request has been served. */
  served(by: Operator, request: string): void;
}

let world: InProcessAzure | undefined;

/** The world whose Azure is asked from now on. */
export function useAzure(of: InProcessAzure | undefined): void {
  world = of;
}

/** How a process is known: by the client of its managed identity, whose token is its name. */
export function azureAccessOf(operator: Operator, { subscription }: AzureCloud) {
  return { subscriptionId: subscription, useMsi: "true", clientId: operator.name, environment: "public" };
}

/** An error of the network, as `isNetworkProblem` knows it. */
class ConnectionError extends Error {
  override readonly name = "AbortError";
}

async function send({ method, url, headers, body }: HttpRequest): Promise<PipelineResponse> {
  const now = world;
  const caller = now?.operator((headers.authorization ?? "").replace("Bearer ", ""));
  // A process of an earlier world.
  if (now === undefined || caller === undefined) return new Promise(() => {});
  const { pathname, searchParams } = new URL(url);
  const request = `azure ${method} ${pathname}`;
  // Cast: a request of the Resource Manager has an object.
  const sent = (body === undefined ? {} : JSON.parse(body)) as JsonObject;
  try {
    return await caller.call(request, () => {
      now.arrives(caller, request, sent);
      const answered = answer(now, { method, path: pathname, apiVersion: searchParams.get("api-version") }, sent);
      if (method !== "GET") now.served(caller, request);
      return answered;
    });
  } catch (error) {
    if (error instanceof Throttled)
      return response(429, { error: { code: "TooManyRequests", message: error.message } });
    if (error instanceof NoAnswer) throw new ConnectionError(error.message);
    throw error;
  }
}

/** As `simulator/cloud/azure/wire.ts` does, but that a change goes on for as long as it takes. */
function answer(
  { cloud, time }: InProcessAzure,
  { method, path, apiVersion }: { method: string; path: string; apiVersion: string | null },
  body: JsonObject,
): PipelineResponse {
  if (path.startsWith("/operations/"))
    return response(200, { status: time.now < Number(path.split("/").at(-1)) ? "InProgress" : "Succeeded" });
  try {
    const made = cloud.answer({ method, path, apiVersion: apiVersion ?? undefined, body });
    const { simulatedMillis, busy = [], http, created } = made;
    if (simulatedMillis === undefined) return response(made.body === undefined ? 204 : 200, made.body);
    const ends = busy.map((lock) => lock.hold());
    time.after(simulatedMillis, () => {
      for (const end of ends) end();
    });
    const operation = `https://management.azure.com/operations/${time.now + simulatedMillis}`;
    return response(http?.status ?? (created ? 201 : 202), http?.body ?? made.body, operation);
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    return response(error.status, { error: { code: error.code, message: error.message } });
  }
}

function response(status: number, body?: JsonObject, operation?: string): PipelineResponse {
  const headers = new Map(operation === undefined ? [] : [["azure-asyncoperation", operation]]);
  // Cast: what the operations' client reads of an answer.
  return {
    status,
    headers: { get: (name: string) => headers.get(name) },
    bodyAsText: body === undefined ? "" : JSON.stringify(body),
  } as unknown as PipelineResponse;
}

/** From now on, every client of this process asks the world's Azure, with tokens that no service has issued. */
export function installAzure(): void {
  // Nothing of the user's own.
  for (const name of Object.keys(process.env)) if (name.startsWith("ARM_")) delete process.env[name];
  AzureTransport.prototype.send = send;
  const path = require.resolve("@azure/identity");
  class ManagedIdentityCredential {
    constructor(private readonly options: { clientId?: string }) {}
    getToken = async () => ({ token: this.options.clientId ?? "", expiresOnTimestamp: Number.POSITIVE_INFINITY });
  }
  // Cast: what Node.js keeps of a module that is loaded.
  require.cache[path] = {
    id: path,
    filename: path,
    loaded: true,
    exports: { ManagedIdentityCredential },
  } as NodeJS.Module;
}
