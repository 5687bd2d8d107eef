/** The server's side of Scalar's admin interface: gRPC, package `rpc`, service `Admin`. */

import {
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { DrainTimeoutError, type RequestGate } from "./gate";

/** `rpc.PauseRequest`: `wait_outstanding` = 1, `max_pause_wait_time` = 2 (optional, milliseconds). */
interface PauseRequest {
  waitOutstanding: boolean;
  maxPauseWaitMillis?: number;
}

export type AdminMethod = "Pause" | "Unpause" | "CheckPaused";

/** The products wait this long for outstanding requests unless told otherwise. */
const DEFAULT_MAX_PAUSE_WAIT_MILLIS = 30_000;

const EMPTY = Buffer.alloc(0);

const nothing = { serialize: () => EMPTY, deserialize: () => ({}) };

function method<Request, Response>(
  name: AdminMethod,
  deserialize: (bytes: Buffer) => Request,
  serialize: (response: Response) => Buffer,
) {
  return {
    path: `/rpc.Admin/${name}`,
    requestStream: false,
    responseStream: false,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    requestSerialize: () => EMPTY,
    responseDeserialize: () => ({}) as Response,
  };
}

export const AdminService: ServiceDefinition = {
  pause: method("Pause", decodePauseRequest, nothing.serialize),
  unpause: method("Unpause", nothing.deserialize, nothing.serialize),
  checkPaused: method("CheckPaused", nothing.deserialize, encodeCheckPausedResponse),
};

/**
 * @param intercept called before each call is served; what it throws is the answer, and what it waits for delays it
 */
export function adminImplementation(
  gate: RequestGate,
  intercept: (method: AdminMethod) => Promise<void> | void,
  done: (method: AdminMethod) => void,
): UntypedServiceImplementation {
  const handle =
    <Request, Response>(name: AdminMethod, serve: (request: Request) => Promise<Response> | Response) =>
    async (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
      try {
        await intercept(name);
        const response = await serve(call.request);
        done(name);
        answer(null, response);
      } catch (error) {
        const failed = error as Error & { code?: number };
        const code = error instanceof DrainTimeoutError ? status.FAILED_PRECONDITION : (failed.code ?? status.INTERNAL);
        answer({ code, details: failed.message });
      }
    };
  return {
    pause: handle("Pause", async ({ waitOutstanding, maxPauseWaitMillis }: PauseRequest) => {
      await gate.pause(waitOutstanding, maxPauseWaitMillis ?? DEFAULT_MAX_PAUSE_WAIT_MILLIS);
      return {};
    }),
    unpause: handle("Unpause", () => {
      gate.unpause();
      return {};
    }),
    checkPaused: handle("CheckPaused", () => ({ paused: gate.paused })),
  };
}

/** Both fields are varints; others, of a newer client, are none of ours but must be varints too. */
function decodePauseRequest(bytes: Buffer): PauseRequest {
  const request: PauseRequest = { waitOutstanding: false };
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[offset++];
      if (byte === undefined) throw new Error("PauseRequest ends in the middle of a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
  };
  while (offset < bytes.length) {
    const tag = Number(varint());
    if ((tag & 7) !== 0) throw new Error(`PauseRequest's field ${tag >> 3} is no number`);
    const value = varint();
    if (tag >> 3 === 1) request.waitOutstanding = value !== 0n;
    if (tag >> 3 === 2) request.maxPauseWaitMillis = Number(value);
  }
  return request;
}

/** `rpc.CheckPausedResponse`: `paused` = 1. As in all of proto3, false is not sent. */
function encodeCheckPausedResponse({ paused }: { paused: boolean }): Buffer {
  return paused ? Buffer.from([0x08, 0x01]) : EMPTY;
}
