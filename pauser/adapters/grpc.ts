import * as http2 from "node:http2";
import * as net from "node:net";
import * as tls from "node:tls";

/** A call that failed: the server's own refusal, or why there is no answer. */
export class CallError extends Error {
  constructor(
    message: string,
    /** The server's own status code; absent when there is no answer. */
    readonly status?: number,
    /** `google.rpc.Status`, serialized, if the server sent details. */
    readonly details?: Buffer,
  ) {
    super(message);
  }
}

export interface ChannelTls {
  /** In PEM; by default the public CAs that Node.js knows. */
  caCertificate?: string | undefined;
  /** The name in the server's certificate, if not its address. */
  overrideAuthority?: string | undefined;
}

/** gRPC's length prefix: a byte that tells whether the message is compressed, and four with its length. */
const PREFIX_BYTES = 5;

const REQUEST_HEADERS: http2.OutgoingHttpHeaders = {
  ":method": "POST",
  "content-type": "application/grpc",
  te: "trailers",
  "user-agent": "scalar-backup-pauser",
};

/**
 * Unary gRPC calls to one server, over one HTTP/2 connection that is made with the first call and again when it was lost.
 *
 * Written by hand on Node's own HTTP/2: sixty pods at once are held paused for as long as the calls take to be put
 * together, which is several times less than with a gRPC runtime, and there is no dependency to be mounted into the pod.
 */
export class GrpcChannel {
  private readonly origin: string;
  private readonly authority: string;
  private session: http2.ClientHttp2Session | undefined;
  /** Every connection that is open still, also those that only finish their calls, with its TCP socket. */
  private readonly sessions = new Map<http2.ClientHttp2Session, net.Socket>();

  constructor(
    private readonly address: string,
    private readonly port: number,
    private readonly tls?: ChannelTls,
  ) {
    const host = address.includes(":") ? `[${address}]` : address;
    this.origin = `${tls ? "https" : "http"}://${host}:${port}`;
    this.authority = tls?.overrideAuthority ?? `${host}:${port}`;
  }

  /**
   * @param path such as `/rpc.Admin/Pause`
   * @param options `resetOnTimeout`: a call without an answer must not arrive later. Closing a connection does not prevent that:
   *   what the kernel has not yet delivered it goes on delivering, for minutes. A reset discards it.
   * @throws CallError
   */
  call(
    path: string,
    message: Buffer,
    timeoutMillis: number,
    { resetOnTimeout = false }: { resetOnTimeout?: boolean } = {},
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const session = this.connected();
      const stream = session.request({
        ...REQUEST_HEADERS,
        ":path": path,
        ":authority": this.authority,
        "grpc-timeout": `${Math.ceil(timeoutMillis)}m`,
      });
      const answer: Answer = { chunks: [] };
      const timer = setTimeout(() => {
        answer.failure ??= `no answer within ${timeoutMillis / 1000} s`;
        if (resetOnTimeout) this.reset(session);
        else stream.close(http2.constants.NGHTTP2_CANCEL);
      }, timeoutMillis);
      stream.on("response", (headers) => {
        answer.http = headers[":status"];
        readStatus(answer, headers);
      });
      stream.on("data", (chunk: Buffer) => answer.chunks.push(chunk));
      stream.on("trailers", (trailers) => readStatus(answer, trailers));
      stream.on("error", (error) => {
        answer.failure ??= causeOf(error);
      });
      // Comes whatever has happened, and after everything else.
      stream.on("close", () => {
        clearTimeout(timer);
        try {
          resolve(messageOf(answer));
        } catch (error) {
          reject(error);
        }
      });
      stream.end(framed(message));
    });
  }

  /** The next call makes a new connection: one that lost its peer without a word would swallow every retry. */
  renew(): void {
    // Calls that are under way end on the old one: a Pause that still drains must not be taken for one that is over.
    this.session?.close();
    this.session = undefined;
  }

  close(): void {
    for (const session of this.sessions.keys()) session.destroy();
    this.session = undefined;
  }

  private reset(session: http2.ClientHttp2Session): void {
    this.sessions.get(session)?.resetAndDestroy();
    session.destroy();
    if (this.session === session) this.session = undefined;
  }

  private connected(): http2.ClientHttp2Session {
    if (this.session && !this.session.closed && !this.session.destroyed) return this.session;
    const socket = net.connect({ host: this.address, port: this.port, noDelay: true });
    // The session reports it.
    socket.on("error", () => {});
    const session = http2.connect(this.origin, {
      createConnection: () => (this.tls ? this.encrypted(socket, this.tls) : socket),
      settings: { enablePush: false },
    });
    // Each call hears of it by itself.
    session.on("error", () => {});
    session.on("close", () => this.sessions.delete(session));
    this.sessions.set(session, socket);
    this.session = session;
    return session;
  }

  private encrypted(socket: net.Socket, { caCertificate, overrideAuthority }: ChannelTls): tls.TLSSocket {
    return tls.connect({
      socket,
      // Without it, the certificate is checked for the address.
      ...(overrideAuthority === undefined ? { host: this.address } : { servername: overrideAuthority }),
      ...(caCertificate !== undefined && { ca: caCertificate }),
      ALPNProtocols: ["h2"],
    });
  }
}

/** What has come of a call so far. */
interface Answer {
  chunks: Buffer[];
  http?: number | undefined;
  /** gRPC's own status, in the headers if there is no message, else in the trailers. */
  status?: string | undefined;
  message?: string | undefined;
  /** `google.rpc.Status`, in base64. */
  details?: string | undefined;
  failure?: string;
}

function readStatus(answer: Answer, headers: http2.IncomingHttpHeaders): void {
  const { "grpc-status": status, "grpc-message": message, "grpc-status-details-bin": details } = headers;
  if (status === undefined) return;
  answer.status = String(status);
  answer.message = message === undefined ? "" : unescaped(String(message));
  if (details !== undefined) answer.details = String(details);
}

/** @throws CallError */
function messageOf({ chunks, http, status, message, details, failure }: Answer): Buffer {
  if (status === undefined) {
    if (failure !== undefined) throw new CallError(failure);
    if (http !== undefined && http !== 200) throw new CallError(`HTTP ${http} instead of a gRPC answer`);
    throw new CallError("the connection was closed without an answer");
  }
  if (status !== "0")
    throw new CallError(
      message || `gRPC status ${status}`,
      Number(status),
      details === undefined ? undefined : Buffer.from(details, "base64"),
    );
  const body = Buffer.concat(chunks);
  if (body.length < PREFIX_BYTES || body.length < PREFIX_BYTES + body.readUInt32BE(1))
    throw new CallError("the answer is cut short");
  if (body[0] !== 0) throw new CallError("the answer is compressed, which was not asked for");
  return body.subarray(PREFIX_BYTES, PREFIX_BYTES + body.readUInt32BE(1));
}

function framed(message: Buffer): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, PREFIX_BYTES);
  return frame;
}

/** Status messages travel percent-encoded; one that is encoded wrongly is better than none. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A call that never got a connection is told so in a roundabout way; what counts is why there was none. */
function causeOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  const { code = "", reason } = cause as { code?: string; reason?: string };
  // OpenSSL's own message names its source files.
  if (code.startsWith("ERR_SSL_") && reason) return `TLS: ${reason}`;
  return cause.message || code || String(cause);
}
