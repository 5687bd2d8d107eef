/** A client of the admin interface, written from the protocol's definition and from nothing else. */

import { Client, credentials } from "@grpc/grpc-js";
import type { SimulatedPod } from "../../../../../simulator/cloud/kubernetes/pod";

export class AdminClient {
  readonly #client: Client;

  constructor(pod: Pick<SimulatedPod, "address" | "port">) {
    this.#client = new Client(`${pod.address}:${pod.port}`, credentials.createInsecure());
  }

  /** `rpc.PauseRequest{ wait_outstanding = 1, max_pause_wait_time = 2 }` */
  pause(maxWaitMillis?: number): Promise<Buffer> {
    const maxWait = maxWaitMillis === undefined ? [] : [0x10, ...varint(maxWaitMillis)];
    return this.#call("Pause", Buffer.from([0x08, 0x01, ...maxWait]));
  }

  /** Waits for no request that is inside. */
  pauseAtOnce(): Promise<Buffer> {
    return this.#call("Pause", Buffer.alloc(0));
  }

  unpause(): Promise<Buffer> {
    return this.#call("Unpause", Buffer.alloc(0));
  }

  async paused(): Promise<boolean> {
    return (await this.#call("CheckPaused", Buffer.alloc(0))).equals(Buffer.from([0x08, 0x01]));
  }

  close(): void {
    this.#client.close();
  }

  #call(method: string, request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/rpc.Admin/${method}`,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        request,
        (error, response) => (error ? reject(error) : resolve(response as Buffer)),
      );
    });
  }
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}
