import { type ChannelCredentials, type ChannelOptions, Client, credentials } from "@grpc/grpc-js";
import { decodeCheckPausedResponse, decodeEmpty, encodeEmpty, encodePauseRequest } from "./messages";
import type { TlsSettings } from "./settings";

/** A client of one pod's admin interface (`rpc.Admin`). */
export class AdminClient {
  private client: Client;
  private readonly target: string;
  private readonly credentials: ChannelCredentials;
  private readonly options: ChannelOptions;

  constructor(
    address: string,
    port: number,
    private readonly tls?: TlsSettings,
  ) {
    this.target = `${address.includes(":") ? `[${address}]` : address}:${port}`;
    this.credentials = tls
      ? credentials.createSsl(tls.caCertificate === undefined ? null : Buffer.from(tls.caCertificate))
      : credentials.createInsecure();
    this.options = {
      // Pods are reached directly, whatever proxy the environment names.
      "grpc.enable_http_proxy": 0,
      // A connection of one's own, so that `renew` really makes a new one.
      "grpc.use_local_subchannel_pool": 1,
      "grpc.enable_retries": 0,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 1000,
      ...(tls?.overrideAuthority && {
        "grpc.ssl_target_name_override": tls.overrideAuthority,
        "grpc.default_authority": tls.overrideAuthority,
      }),
    };
    this.client = this.connect();
  }

  /** Returns when the pod has drained and is paused. */
  pause(maxDrainMillis: number, timeoutMillis: number): Promise<void> {
    const request = { waitOutstanding: true, maxPauseWaitMillis: maxDrainMillis };
    return this.call("Pause", encodePauseRequest(request), decodeEmpty, timeoutMillis);
  }

  unpause(timeoutMillis: number): Promise<void> {
    return this.call("Unpause", encodeEmpty(), decodeEmpty, timeoutMillis);
  }

  async isPaused(timeoutMillis: number): Promise<boolean> {
    return (await this.call("CheckPaused", encodeEmpty(), decodeCheckPausedResponse, timeoutMillis)).paused;
  }

  /** Drops the connection: one that lost its peer without a word would swallow every retry. */
  renew(): void {
    this.client.close();
    this.client = this.connect();
  }

  close(): void {
    this.client.close();
  }

  private connect(): Client {
    return new Client(this.target, this.credentials, this.options);
  }

  private call<T>(method: string, message: Buffer, decode: (m: Buffer) => T, timeoutMillis: number): Promise<T> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        `/rpc.Admin/${method}`,
        (bytes: Buffer) => bytes,
        decode,
        message,
        { deadline: Date.now() + timeoutMillis },
        (error, response) => {
          if (error)
            reject(new Error(`${method} failed: ${error.details || error.message}${this.hint(error.details)}`));
          else resolve(response as T);
        },
      );
    });
  }

  /** What to mend where gRPC's own words do not tell. */
  private hint(details: string): string {
    if (this.tls && /certificate|altname|wrong version number|packet length/i.test(details)) {
      return " (check the release's tls.caCertificate and tls.overrideAuthority against the pods' certificate)";
    }
    if (!this.tls && /Failed to connect|Connection dropped|ECONNRESET|Protocol error/i.test(details)) {
      return " (does the release use TLS? then give its tls settings)";
    }
    return "";
  }
}
