/** The bank's gRPC interface, which its pods serve in addition to Scalar's admin interface. */

import { type ServerUnaryCall, type ServiceDefinition, type sendUnaryData, status } from "@grpc/grpc-js";
import type { Application } from "../../simulator/cloud/kubernetes/cluster";
import { PausedError } from "../../simulator/cloud/kubernetes/cluster";
import { ConflictError, InsufficientBalanceError } from "./transactions";

export interface TransferRequest {
  txId: string;
  from: string;
  to: string;
  amount: number;
}

export const TRANSFER_PATH = "/bank.Bank/Transfer";

/** Messages are JSON: no other program reads them. */
export const encode = (message: unknown) => Buffer.from(JSON.stringify(message));
export const decode = <Message>(bytes: Buffer) => JSON.parse(bytes.toString("utf8")) as Message;

const BankService: ServiceDefinition = {
  transfer: {
    path: TRANSFER_PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: encode,
    requestDeserialize: decode,
    responseSerialize: encode,
    responseDeserialize: decode,
  },
};

/** The application in a pod: transfers, each a request that a pause waits for. */
export function bankApplication(
  transfer: (request: TransferRequest, death: AbortSignal) => Promise<void>,
): Application {
  return ({ gate }) => [
    {
      definition: BankService,
      implementation: {
        transfer: async (call: ServerUnaryCall<TransferRequest, object>, answer: sendUnaryData<object>) => {
          try {
            await gate.run((death) => transfer(call.request, death));
            answer(null, {});
          } catch (error) {
            answer({ code: codeOf(error), details: error instanceof Error ? error.message : String(error) });
          }
        },
      },
    },
  ];
}

function codeOf(error: unknown): status {
  if (error instanceof PausedError) return status.UNAVAILABLE;
  if (error instanceof ConflictError) return status.ABORTED;
  if (error instanceof InsufficientBalanceError) return status.FAILED_PRECONDITION;
  return status.INTERNAL;
}
