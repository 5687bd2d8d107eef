/** How both of the engines' servers answer over gRPC. */
import { type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyMap } from "../providers/provider";
import { Cancelled } from "./deployment";

export function toStruct(values: PropertyMap): Struct {
  return Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
}

export function answering<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return async (call: ServerUnaryCall<Request, Response>, respond: sendUnaryData<Response>) => {
    try {
      respond(null, await answer(call.request));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // The SDK ends the program silently on "unavailable": what went wrong has been reported already.
      const code = error instanceof Cancelled ? status.UNAVAILABLE : status.UNKNOWN;
      respond({ code, details: message, message });
    }
  };
}

/** Refuses every call, with this message. */
export function refusing(message: string) {
  return (_call: ServerUnaryCall<unknown, unknown>, respond: sendUnaryData<unknown>) =>
    respond({ code: status.UNIMPLEMENTED, details: message, message });
}
