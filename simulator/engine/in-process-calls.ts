/** The engine's two services for a program in the engine's own process: the SDK's calls without a wire, in the order in which they are made. */
import { AsyncResource } from "node:async_hooks";
import type { sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import type { Monitor } from "./monitor";

interface Reachable {
  monitor: Monitor;
  /** What the engine does for a program is not done in the program's context. */
  context: AsyncResource;
}

const monitors = new Map<string, Reachable>();
let addresses = 0;

/** Gives a monitor an address for `clientsAt`. */
export function reachable(monitor: Monitor): { address: string; close(): void } {
  const address = `in-process:${++addresses}`;
  monitors.set(address, { monitor, context: new AsyncResource("ENGINE") });
  return { address, close: () => monitors.delete(address) };
}

/**
 * What the SDK's clients of both services are, for such an address.
 * @param passes Whether a call reaches the engine, and its answer the program: not after the program has been killed.
 */
export function clientsAt(address: string, passes: () => boolean): { monitor: object; engine: object } {
  const reached = monitors.get(address);
  if (reached === undefined) throw new Error(`no engine of this process has the address ${address}`);
  const { monitor, engine } = reached.monitor.services;
  return {
    monitor: clientOf(ResourceMonitorService, monitor, reached.context, passes),
    engine: clientOf(EngineService, engine, reached.context, passes),
  };
}

/** A client with a method for each of the service's. Neither side keeps a message, so that none is copied. */
function clientOf(
  definition: object,
  served: UntypedServiceImplementation,
  context: AsyncResource,
  passes: () => boolean,
): object {
  const methods = Object.keys(definition).map((name) => {
    const call = (request: unknown, ...more: unknown[]) => {
      // Cast: the last argument of a unary call; metadata and options before it do not matter here.
      const respond = more.at(-1) as sendUnaryData<unknown>;
      const answer = AsyncResource.bind((...answered: Parameters<typeof respond>) => passes() && respond(...answered));
      // Cast: the engine's services look at the request alone.
      const serve = served[name] as unknown as (call: { request: unknown }, respond: sendUnaryData<unknown>) => void;
      setImmediate(() => {
        if (!passes()) return;
        const answered: typeof respond = (...values) => void setImmediate(answer, ...values);
        context.runInAsyncScope(serve, undefined, { request }, answered);
      });
    };
    return [name, call];
  });
  return { ...Object.fromEntries(methods), close() {} };
}
