import { messageOf } from "../../restore-points/error-message";
import { AdminError, type AdminInterface } from "../ports";
import type { TlsSettings } from "../settings";
import { CallError, GrpcChannel } from "./grpc";
import { decodeCheckPausedResponse, decodeErrorReason, encodeEmpty, encodePauseRequest } from "./messages";

/** gRPC's status of a method that the server does not have. */
const UNIMPLEMENTED = 12;

/** One pod's admin interface over gRPC. */
export class AdminClient implements AdminInterface {
  private readonly channel: GrpcChannel;

  constructor(
    address: string,
    private readonly port: number,
    private readonly tls?: TlsSettings,
  ) {
    this.channel = new GrpcChannel(address, port, tls);
  }

  async pause(maxDrainMillis: number, timeoutMillis: number): Promise<void> {
    const request = { waitOutstanding: true, maxPauseWaitMillis: maxDrainMillis };
    // A Pause that arrives after all pods have been unpaused would leave its pod paused.
    await this.call("Pause", encodePauseRequest(request), timeoutMillis, { resetOnTimeout: true });
  }

  async unpause(timeoutMillis: number): Promise<void> {
    await this.call("Unpause", encodeEmpty(), timeoutMillis);
  }

  async isPaused(timeoutMillis: number): Promise<boolean> {
    return decodeCheckPausedResponse(await this.call("CheckPaused", encodeEmpty(), timeoutMillis)).paused;
  }

  renew(): void {
    this.channel.renew();
  }

  close(): void {
    this.channel.close();
  }

  private async call(
    method: string,
    message: Buffer,
    timeoutMillis: number,
    options?: { resetOnTimeout: boolean },
  ): Promise<Buffer> {
    try {
      return await this.channel.call(`/rpc.Admin/${method}`, message, timeoutMillis, options);
    } catch (error) {
      const message = messageOf(error);
      const { status, details } = error instanceof CallError ? error : {};
      throw new AdminError(
        `${method} failed: ${message}${this.hint(message, status)}`,
        details && decodeErrorReason(details),
      );
    }
  }

  /** How to fix what the messages of gRPC, TLS and HTTP/2 do not explain. */
  private hint(message: string, status: number | undefined): string {
    if (status === UNIMPLEMENTED)
      return ` (port ${this.port} serves no admin interface; if scalar.db.cluster.node.admin.port moves it, set the release's adminPort to that port)`;
    if (this.tls && /wrong version number|packet length/i.test(message))
      return " (the pod does not speak TLS; remove the release's tls settings)";
    if (this.tls && /certificate|altname/i.test(message)) {
      return " (check the release's tls.caCertificate and tls.overrideAuthority against the pods' certificate)";
    }
    if (!this.tls && /closed without an answer|ECONNRESET|socket hang up|Protocol error/i.test(message)) {
      return " (if the release uses TLS, add its tls settings)";
    }
    return "";
  }
}
