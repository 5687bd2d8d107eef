/**
 * The server's side of Scalar's admin interface: gRPC, package `rpc`, service `Admin`, by ScalarDL's `AdminService`
 * [scalar-labs/scalardl at d4ada364, ledger/src/main/java/com/scalar/dl/ledger/server/AdminService.java].
 */

import {
  Metadata,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { BinaryWriter } from "google-protobuf";
import type { PauseResult, RequestGate } from "./gate";

/** `rpc.PauseRequest`: `wait_outstanding` = 1, `max_pause_wait_time` = 2 (optional, milliseconds). */
interface PauseRequest {
  waitOutstanding: boolean;
  maxPauseWaitMillis?: number;
}

export type AdminMethod = "Pause" | "Unpause" | "CheckPaused";

/** The products wait this long for outstanding requests by default. [scalar-labs/scalardl, AdminService, DEFAULT_MAX_PAUSE_WAIT_TIME_MILLIS] */
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

/** ScalarDB 3.19's release notes name this domain; ScalarDL's is `com.scalar.dl.admin`. */
const ERROR_DOMAIN = "com.scalar.db.cluster.admin";

/**
 * @param intercept called before each call is served; what it throws is the answer, and what it waits for delays it
 */
export function adminImplementation(
  gate: RequestGate,
  intercept: (method: AdminMethod) => Promise<void> | void,
): UntypedServiceImplementation {
  const handle =
    <Request, Response>(name: AdminMethod, serve: (request: Request) => Promise<Response> | Response) =>
    async (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
      try {
        await intercept(name);
        answer(null, await serve(call.request));
      } catch (error) {
        const { code = status.INTERNAL, message, metadata } = error as Error & { code?: number; metadata?: Metadata };
        answer({ code, details: message, ...(metadata && { metadata }) });
      }
    };
  return {
    pause: handle("Pause", async (request: PauseRequest) => {
      const maxWaitMillis = maxWaitOf(request);
      const result = maxWaitMillis === undefined ? gate.pause() : await gate.pauseAndAwaitDrained(maxWaitMillis);
      if (result !== "PAUSED") throw failedPause(result, maxWaitMillis ?? 0);
      return {};
    }),
    unpause: handle("Unpause", () => {
      gate.unpause();
      return {};
    }),
    checkPaused: handle("CheckPaused", () => ({ paused: gate.paused })),
  };
}

/**
 * How long a Pause may wait for requests; undefined if it does not wait, even with a limit.
 * @throws with INVALID_ARGUMENT when the limit has passed before the wait begins
 */
function maxWaitOf({ waitOutstanding, maxPauseWaitMillis }: PauseRequest): number | undefined {
  if (!waitOutstanding) return undefined;
  if (maxPauseWaitMillis === undefined) return DEFAULT_MAX_PAUSE_WAIT_MILLIS;
  if (maxPauseWaitMillis > 0) return maxPauseWaitMillis;
  throw Object.assign(
    new Error(
      `max_pause_wait_time must be greater than 0 ms, but was ${maxPauseWaitMillis} ms; leave it unset to use the default of ${DEFAULT_MAX_PAUSE_WAIT_MILLIS} ms`,
    ),
    { code: status.INVALID_ARGUMENT },
  );
}

/** The outcome is in the status trailers: two outcomes share a status code, but only after one of them may a caller unpause. */
function failedPause(result: Exclude<PauseResult, "PAUSED">, maxWaitMillis: number): Error {
  const notDrained = `Pause did not complete: outstanding requests were not drained within ${maxWaitMillis} ms`;
  const [code, message] = {
    GATE_OPEN: [status.ABORTED, "Pause did not complete: the gate was reopened by a concurrent unpause"] as const,
    PAUSE_IN_PROGRESS: [status.ABORTED, "Pause did not start: another pause request is in progress"] as const,
    TIMED_OUT: [status.FAILED_PRECONDITION, `${notDrained}; the gate has been reopened`] as const,
    TIMED_OUT_STILL_PAUSED: [
      status.FAILED_PRECONDITION,
      `${notDrained}; the gate stays closed by an earlier pause`,
    ] as const,
  }[result];
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", encodeStatus(code, message, result));
  return Object.assign(new Error(message), { code, metadata });
}

/** `google.rpc.Status{ code = 1, message = 2, details = 3 }` with one `google.rpc.ErrorInfo{ reason = 1, domain = 2 }`. */
function encodeStatus(code: status, message: string, reason: PauseResult): Buffer {
  const info = new BinaryWriter();
  info.writeString(1, reason);
  info.writeString(2, ERROR_DOMAIN);
  const any = new BinaryWriter();
  any.writeString(1, "type.googleapis.com/google.rpc.ErrorInfo");
  any.writeBytes(2, info.getResultBuffer());
  const rpcStatus = new BinaryWriter();
  rpcStatus.writeInt32(1, code);
  rpcStatus.writeString(2, message);
  rpcStatus.writeBytes(3, any.getResultBuffer());
  return Buffer.from(rpcStatus.getResultBuffer());
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
