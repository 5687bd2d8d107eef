import type { ClockOffset } from "./clock";
import type { ApiAnswer, ApiRequest, ApiTransport, Clock } from "./ports";
import type { Deadline } from "./time";

/** The fields of Kubernetes objects that the pauser reads. */
export interface Metadata {
  name: string;
  namespace: string;
  uid?: string;
  labels?: Record<string, string>;
  resourceVersion?: string;
  generation?: number;
  deletionTimestamp?: string;
}

export interface Pod {
  metadata: Metadata;
  spec: { containers: { name: string; ports?: { name?: string; containerPort: number }[] }[] };
  status?: {
    phase?: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { name?: string; restartCount: number }[];
  };
}

export interface Service {
  metadata: Metadata;
  spec: { ports?: { name?: string; port: number; targetPort?: number | string }[] };
}

export interface Deployment {
  metadata: Metadata;
  spec: { replicas?: number };
  status?: { observedGeneration?: number; replicas?: number; updatedReplicas?: number };
}

export interface ConfigMap {
  metadata: Metadata;
  data?: Record<string, string>;
}

/** https://kubernetes.io/docs/concepts/architecture/leases/ */
export interface Lease {
  metadata: Metadata;
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** The API server refused a request, or could not be reached. */
export class KubernetesError extends Error {
  constructor(
    message: string,
    /** The HTTP status; absent without an answer. */
    readonly status?: number,
  ) {
    super(message);
  }

  /** Whether the same request may succeed a moment later. */
  get transient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }

  /** Whether a write may succeed after reading the object again: a write conflict or a transient error. */
  get mayBeWrittenAgain(): boolean {
    return this.transient || this.status === 409;
  }
}

/** Every answer has a `Date` header; this one is small, and every account may read it. */
const CLOCK_PATH = "/version";

/** A client of the few calls that the pauser's Roles allow. */
export class KubernetesClient {
  /** The newest resourceVersion of a list, by the list's path without namespaces. */
  private readonly newestLists = new Map<string, bigint>();

  constructor(
    private readonly transport: ApiTransport,
    private readonly clock: Clock,
    private readonly offset: ClockOffset,
  ) {}

  close(): void {
    this.transport.close();
  }

  /** Retries transient errors until the deadline. */
  async get<T>(path: string, deadline: Deadline, stop?: AbortSignal): Promise<T> {
    return this.insist(() => this.request<T>({ method: "GET", path }), deadline, stop);
  }

  /**
   * All objects of a list. An API server that lags behind another one may return an older list than before, without a
   * new pod: read it again.
   * @param resources The list's path in any namespace, such as `/api/v1/pods`.
   */
  async list<T>(resources: string, path: string, deadline: Deadline, stop?: AbortSignal): Promise<T[]> {
    return this.insist(
      async () => {
        const list = await this.request<{ metadata?: { resourceVersion?: string }; items: T[] }>({
          method: "GET",
          path,
        });
        this.refuseOlder(resources, list.metadata?.resourceVersion);
        return list.items;
      },
      deadline,
      stop,
    );
  }

  /** One attempt: only the caller knows what to do when the answer to a write is lost. */
  put<T>(path: string, body: T): Promise<T> {
    return this.request<T>({ method: "PUT", path, body: JSON.stringify(body) });
  }

  /**
   * From now on, refuses lists that are older than `written`: an API server that lags behind would hide a pod that was
   * added since. Only for lists whose versions increased from `before`, a version that was read earlier: a cluster may
   * keep some resource types in a separate store, whose versions cannot be compared with others.
   */
  requireListsSince(before: string | undefined, written: string | undefined): void {
    const [earlier, since] = [versionOf(before), versionOf(written)];
    if (earlier === undefined || since === undefined) return;
    for (const [resources, newest] of this.newestLists)
      if (newest >= earlier && since > newest) this.newestLists.set(resources, since);
  }

  /** Reads the API server's clock once more, and ignores a failure. */
  async readClock(): Promise<void> {
    await this.exchange({ method: "GET", path: CLOCK_PATH }).catch(() => {});
  }

  private async insist<T>(attempt: () => Promise<T>, deadline: Deadline, stop?: AbortSignal): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const transient = error instanceof KubernetesError && error.transient;
        if (!transient || deadline.passed || stop?.aborted) throw error;
        await deadline.backOff(stop);
      }
    }
  }

  /** ResourceVersions of one type of resources can be compared where they are numbers (KEP-5504). */
  private refuseOlder(resources: string, text: string | undefined): void {
    const version = versionOf(text);
    if (version === undefined) return;
    const newest = this.newestLists.get(resources) ?? 0n;
    if (version < newest)
      throw new KubernetesError(
        `the API server's list ${resources} is older (resourceVersion ${version}) than a list read before (${newest})`,
      );
    this.newestLists.set(resources, version);
  }

  private async request<T>(request: ApiRequest): Promise<T> {
    const { status, text } = await this.exchange(request);
    const { method, path } = request;
    if (status >= 300) throw new KubernetesError(refusal(method, path, status, text), status);
    try {
      return JSON.parse(text) as T;
    } catch {
      throw this.silent("its answer is cut short");
    }
  }

  private async exchange(request: ApiRequest): Promise<ApiAnswer> {
    const sent = this.clock.monotonic();
    try {
      const answer = await this.transport.exchange(request);
      this.offset.observe(answer.date, sent, this.clock.monotonic());
      return answer;
    } catch (error) {
      throw this.silent((error as Error).message);
    }
  }

  private silent(why: string): KubernetesError {
    return new KubernetesError(`the API server at ${this.transport.origin} does not answer: ${why}`);
  }
}

function versionOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** The API server's message (a `Status` object), or the text of the answer if it is not one. */
function refusal(method: string, path: string, status: number, text: string): string {
  let message = text.slice(0, 300);
  try {
    message = (JSON.parse(text) as { message?: string }).message ?? message;
  } catch {
    // Not a Status: a proxy in between, most likely.
  }
  return `${method} ${path}: ${status} ${message}`;
}
