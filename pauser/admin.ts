import { GrpcChannel } from "./grpc";
import { decodeCheckPausedResponse, encodeEmpty, encodePauseRequest } from "./messages";
import type { TlsSettings } from "./settings";

/** A client of one pod's admin interface (`rpc.Admin`). */
export class AdminClient {
  private readonly channel: GrpcChannel;

  constructor(
    address: string,
    port: number,
    private readonly tls?: TlsSettings,
  ) {
    this.channel = new GrpcChannel(address, port, tls);
  }

  /** Returns when the pod has drained and is paused. */
  async pause(maxDrainMillis: number, timeoutMillis: number): Promise<void> {
    const request = { waitOutstanding: true, maxPauseWaitMillis: maxDrainMillis };
    await this.call("Pause", encodePauseRequest(request), timeoutMillis);
  }

  async unpause(timeoutMillis: number): Promise<void> {
    await this.call("Unpause", encodeEmpty(), timeoutMillis);
  }

  async isPaused(timeoutMillis: number): Promise<boolean> {
    return decodeCheckPausedResponse(await this.call("CheckPaused", encodeEmpty(), timeoutMillis)).paused;
  }

  /** The next call makes a new connection; calls that are under way end on the old one. */
  renew(): void {
    this.channel.renew();
  }

  close(): void {
    this.channel.close();
  }

  private async call(method: string, message: Buffer, timeoutMillis: number): Promise<Buffer> {
    try {
      return await this.channel.call(`/rpc.Admin/${method}`, message, timeoutMillis);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${method} failed: ${message}${this.hint(message)}`);
    }
  }

  /** What to mend where the words of TLS and HTTP/2 do not tell. */
  private hint(details: string): string {
    if (this.tls && /wrong version number|packet length/i.test(details))
      return " (the pod does not speak TLS; remove the release's tls settings)";
    if (this.tls && /certificate|altname/i.test(details)) {
      return " (check the release's tls.caCertificate and tls.overrideAuthority against the pods' certificate)";
    }
    if (!this.tls && /closed without an answer|ECONNRESET|socket hang up|Protocol error/i.test(details)) {
      return " (does the release use TLS? then give its tls settings)";
    }
    return "";
  }
}
