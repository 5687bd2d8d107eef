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

/** The answers of an admin interface are a few bytes. What is longer would only cost memory and time while pods are paused. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** gRPC's length prefix: a byte that says whether the message is compressed, and four with its length. */
const PREFIX_BYTES = 5;

const REQUEST_HEADERS: http2.OutgoingHttpHeaders = {
  ":method": "POST",
  "content-type": "application/grpc",
  te: "trailers",
  "user-agent": "scalar-backup-pauser",
};

/**
 * Unary gRPC calls to one server over one HTTP/2 connection, opened by the first call and reopened when it is lost.
 *
 * On Node's own HTTP/2 instead of @grpc/grpc-js: pods stay paused while the calls are built, and a gRPC runtime takes
 * several times as long for sixty pods (docs/decisions/0014-http2-without-grpc-js.md).
 */
export class GrpcChannel {
  private readonly origin: string;
  private readonly authority: string;
  private session: http2.ClientHttp2Session | undefined;
  /** Every open connection with its TCP socket, including those that only finish their calls. */
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
   * @param options `resetOnTimeout`: a call without an answer must not arrive later. Closing a connection does not
   *   prevent that: the kernel keeps trying to deliver data for minutes. A reset discards the data.
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
      let size = 0;
      const timer = setTimeout(() => {
        answer.failure ??= `no answer within ${timeoutMillis / 1000} s`;
        if (resetOnTimeout) this.reset(session);
        else stream.close(http2.constants.NGHTTP2_CANCEL);
      }, timeoutMillis);
      stream.on("response", (headers) => {
        answer.http = headers[":status"];
        readStatus(answer, headers);
      });
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_ANSWER_BYTES) answer.chunks.push(chunk);
        else if (!stream.closed) {
          answer.failure ??= `the answer is longer than ${MAX_ANSWER_BYTES} bytes`;
          stream.close(http2.constants.NGHTTP2_CANCEL);
        }
      });
      stream.on("trailers", (trailers) => readStatus(answer, trailers));
      stream.on("error", (error) => {
        answer.failure ??= causeOf(error);
      });
      // "close" is always emitted, and last.
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

  /** The next call opens a new connection: a connection that lost its peer silently would swallow every retry. */
  renew(): void {
    // Calls in flight finish on the old connection: a Pause that is still draining must not count as finished.
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
    // The session emits "error", too.
    socket.on("error", () => {});
    const session = http2.connect(this.origin, {
      createConnection: () => (this.tls ? this.encrypted(socket, this.tls) : socket),
      settings: { enablePush: false },
    });
    // Each call gets its own "error" event.
    session.on("error", () => {});
    session.on("close", () => this.sessions.delete(session));
    this.sessions.set(session, socket);
    this.session = session;
    return session;
  }

  private encrypted(socket: net.Socket, { caCertificate, overrideAuthority }: ChannelTls): tls.TLSSocket {
    return tls.connect({
      socket,
      // By default, the certificate is checked against the address.
      ...(overrideAuthority === undefined ? { host: this.address } : { servername: overrideAuthority }),
      ...(caCertificate !== undefined && { ca: caCertificate }),
      ALPNProtocols: ["h2"],
    });
  }
}

/** What a call has received so far. */
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
  if (body[0] !== 0) throw new CallError("the answer is compressed although the request does not allow it");
  return body.subarray(PREFIX_BYTES, PREFIX_BYTES + body.readUInt32BE(1));
}

function framed(message: Buffer): Buffer {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, PREFIX_BYTES);
  return frame;
}

/** Status messages are percent-encoded; a wrongly encoded message is better than none. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A call without a connection fails with a generic error; the cause says why there was no connection. */
function causeOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = "code" in cause ? String(cause.code) : "";
  // OpenSSL's own message names its source files.
  if (code.startsWith("ERR_SSL_") && "reason" in cause && cause.reason) return `TLS: ${cause.reason}`;
  return cause.message || code || String(cause);
}
