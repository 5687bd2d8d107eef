import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { BinaryWriter } from "google-protobuf";

/** How a pod misbehaves; by default not at all. */
export interface Faults {
  /** How long its running requests take to finish. */
  drainMillis?: number;
  /** Fails every Pause at once. */
  refusePause?: boolean;
  /** Answers Pause, but does not pause. */
  pretendToPause?: boolean;
  /** Dies in the middle of the Pause. */
  dieOnPause?: boolean;
  /** This many Unpauses fail. */
  failUnpauses?: number;
  /** This many Unpauses return success without unpausing. */
  ignoreUnpauses?: number;
  /** Never answers Unpause. */
  hangOnUnpause?: boolean;
  /** Every Pause fails with this outcome, as ScalarDB 3.19 and ScalarDL report it. */
  pauseOutcome?: "TIMED_OUT_STILL_PAUSED" | "GATE_OPEN";
}

interface Tls {
  key: Buffer;
  certificate: Buffer;
}

type Call = ServerUnaryCall<Buffer, Buffer>;
type Answer = sendUnaryData<Buffer>;

const bytes = { requestSerialize: (b: Buffer) => b, requestDeserialize: (b: Buffer) => b };
const method = (name: string) => ({
  path: `/rpc.Admin/${name}`,
  requestStream: false,
  responseStream: false,
  ...bytes,
  responseSerialize: (b: Buffer) => b,
  responseDeserialize: (b: Buffer) => b,
});

/** A real gRPC server that behaves like a Scalar product's admin interface, and keeps its own log of its state. */
export class ScalarPodServer {
  paused = false;
  /** Every change of state, by the server's own clock; `false` at its start. */
  readonly log: { at: number; paused: boolean }[] = [];
  readonly calls: string[] = [];
  faults: Faults = {};
  /** Its admin interface is on another port. */
  withoutAdmin = false;
  port = 0;
  private server: Server | undefined;
  private readonly drains = new Set<NodeJS.Timeout>();
  private restarting: Promise<void> = Promise.resolve();

  constructor(
    readonly address = "127.0.0.1",
    private readonly tls?: Tls,
  ) {}

  async start(): Promise<void> {
    this.set(false);
    this.server = new Server();
    if (!this.withoutAdmin)
      this.server.addService(
        { pause: method("Pause"), unpause: method("Unpause"), checkPaused: method("CheckPaused") },
        {
          pause: (call: Call, answer: Answer) => this.pause(call.request, answer),
          unpause: (_: Call, answer: Answer) => this.unpause(answer),
          checkPaused: (_: Call, answer: Answer) => {
            this.calls.push("CheckPaused");
            answer(null, Buffer.from(this.paused ? [0x08, 1] : []));
          },
        },
      );
    const credentials = this.tls
      ? ServerCredentials.createSsl(null, [{ private_key: this.tls.key, cert_chain: this.tls.certificate }])
      : ServerCredentials.createInsecure();
    this.port = await new Promise<number>((resolve, reject) => {
      this.server?.bindAsync(`${this.address}:${this.port}`, credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  /** Ends like a killed process: connections drop, and its state is lost. */
  die(): void {
    for (const drain of this.drains) clearTimeout(drain);
    this.drains.clear();
    this.server?.forceShutdown();
    this.server = undefined;
    this.set(false);
  }

  /** One restart after the other: two servers cannot use the port at once. */
  restart(): Promise<void> {
    this.restarting = this.restarting.then(() => {
      this.die();
      return this.start();
    });
    return this.restarting;
  }

  /** As if another caller had requested it. */
  forceUnpause(): void {
    if (this.alive) this.set(false);
  }

  get alive(): boolean {
    return this.server !== undefined;
  }

  /** Whether it was paused from the first to the last of these instants (epoch milliseconds), by its own log. */
  wasPausedThroughout(from: number, to: number): boolean {
    const before = this.log.filter(({ at }) => at <= from).at(-1);
    return before?.paused === true && !this.log.some(({ at, paused }) => !paused && at > from && at < to);
  }

  private set(paused: boolean): void {
    this.paused = paused;
    this.log.push({ at: Date.now(), paused });
  }

  private pause(request: Buffer, answer: Answer): void {
    this.calls.push("Pause");
    if (this.faults.pauseOutcome) {
      answer(outcomeOf(this.faults.pauseOutcome));
      return;
    }
    if (this.faults.refusePause) {
      answer(failure(status.INTERNAL, "refused to pause"));
      return;
    }
    if (this.faults.dieOnPause) {
      this.set(true);
      this.die();
      return;
    }
    const drainMillis = this.faults.drainMillis ?? 0;
    const maxMillis = maxPauseWaitMillis(request);
    const drained = () => {
      this.drains.delete(drain);
      if (drainMillis > maxMillis) {
        answer(failure(status.FAILED_PRECONDITION, "requests are still running"));
        return;
      }
      if (!this.faults.pretendToPause) this.set(true);
      answer(null, Buffer.alloc(0));
    };
    // The worst case: it becomes paused at the end of its drain, even if an Unpause came in between.
    const drain = setTimeout(drained, Math.min(drainMillis, maxMillis));
    this.drains.add(drain);
  }

  private unpause(answer: Answer): void {
    this.calls.push("Unpause");
    if (this.faults.hangOnUnpause) return;
    if ((this.faults.failUnpauses ?? 0) > 0) {
      this.faults.failUnpauses = (this.faults.failUnpauses ?? 0) - 1;
      answer(failure(status.INTERNAL, "failed to unpause"));
      return;
    }
    if ((this.faults.ignoreUnpauses ?? 0) > 0) {
      this.faults.ignoreUnpauses = (this.faults.ignoreUnpauses ?? 0) - 1;
      answer(null, Buffer.alloc(0));
      return;
    }
    this.set(false);
    answer(null, Buffer.alloc(0));
  }
}

function failure(code: status, details: string): Partial<ServiceError> {
  return { code, details };
}

/**
 * `google.rpc.Status` with an `ErrorInfo` (https://github.com/googleapis/googleapis/tree/master/google/rpc), written by
 * a different encoder than the pauser's.
 */
function statusWithReason(code: number, message: string, reason: string): Buffer {
  const info = new BinaryWriter();
  info.writeString(1, reason);
  info.writeString(2, "com.scalar.dl.admin");
  const any = new BinaryWriter();
  any.writeString(1, "type.googleapis.com/google.rpc.ErrorInfo");
  any.writeBytes(2, info.getResultBuffer());
  const rpcStatus = new BinaryWriter();
  rpcStatus.writeInt32(1, code);
  rpcStatus.writeString(2, message);
  rpcStatus.writeBytes(3, any.getResultBuffer());
  return Buffer.from(rpcStatus.getResultBuffer());
}

/** A failed Pause as ScalarDL's AdminService reports it (`failureException`). */
function outcomeOf(reason: NonNullable<Faults["pauseOutcome"]>): Partial<ServiceError> {
  const [code, message]: [status, string] =
    reason === "GATE_OPEN"
      ? [status.ABORTED, "Pause did not complete: the gate was reopened by a concurrent unpause"]
      : [
          status.FAILED_PRECONDITION,
          "Pause did not complete: outstanding requests were not drained within 1000 ms; the gate stays closed by an earlier pause",
        ];
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", statusWithReason(code, message, reason));
  return { code, details: message, metadata };
}

/** Field 2 of PauseRequest, decoded independently: the product's default is 30 s. */
function maxPauseWaitMillis(request: Buffer): number {
  const at = request.indexOf(0x10);
  if (at < 0) return 30_000;
  let value = 0;
  for (let index = at + 1, factor = 1; index < request.length; index++, factor *= 128) {
    const byte = request[index] as number;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return value;
}
