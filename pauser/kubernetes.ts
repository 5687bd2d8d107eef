import { messageOf } from "../restore-points/error-message";
import { isObject } from "../restore-points/shape";
import type { ClockOffset } from "./clock";
import { KubernetesError } from "./kubernetes-error";
import { ListVersions } from "./list-versions";
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

/** Every object of the API; a proxy's answer may have no metadata. */
interface KubernetesObject {
  metadata?: Metadata;
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

/** Every answer has a `Date` header; this one is small, and every account may read it. */
const CLOCK_PATH = "/version";

/** A client of the few calls that the pauser's Roles allow. */
export class KubernetesClient {
  private readonly versions = new ListVersions();

  constructor(
    private readonly transport: ApiTransport,
    private readonly clock: Clock,
    private readonly offset: ClockOffset,
  ) {}

  close(): void {
    this.transport.close();
  }

  /** Retries transient errors until the deadline. */
  async get<T extends KubernetesObject>(path: string, deadline: Deadline, stop?: AbortSignal): Promise<T> {
    return this.insist(() => this.requestObject<T>({ method: "GET", path }), deadline, stop);
  }

  /**
   * All objects of a list, at least as new as everything that this client has read and written before. A list without
   * a resourceVersion in its request is consistent by Kubernetes' documentation; an API server that lags behind all the
   * same is asked again.
   * @param resources The list's path in any namespace, such as `/api/v1/pods`.
   */
  async list<T>(resources: string, path: string, deadline: Deadline, stop?: AbortSignal): Promise<T[]> {
    return this.insist(
      async () => {
        const refuseOlder = this.versions.listOf(resources);
        const list = await this.request<{ metadata?: { resourceVersion?: string }; items: T[] }>({
          method: "GET",
          path,
        });
        refuseOlder(list.metadata?.resourceVersion);
        return list.items;
      },
      deadline,
      stop,
    );
  }

  /** One attempt: only the caller knows what to do when the answer to a write is lost. */
  put<T extends KubernetesObject>(path: string, body: T): Promise<T> {
    return this.requestObject<T>({ method: "PUT", path, body: JSON.stringify(body) });
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

  private async requestObject<T extends KubernetesObject>(request: ApiRequest): Promise<T> {
    const object = await this.request<T>(request);
    this.versions.sawObject(request.path, object.metadata?.resourceVersion);
    return object;
  }

  private async request<T>(request: ApiRequest): Promise<T> {
    const { status, text } = await this.exchange(request);
    const { method, path } = request;
    if (status >= 300) throw new KubernetesError(refusal(method, path, status, text), status);
    try {
      // The API server's schema, not this program, says what its objects have.
      const object: T = JSON.parse(text);
      return object;
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
      throw this.silent(messageOf(error));
    }
  }

  private silent(why: string): KubernetesError {
    return new KubernetesError(`the API server at ${this.transport.origin} does not answer: ${why}`);
  }
}

/** The API server's message (a `Status` object), or the text of the answer if it is not one. */
function refusal(method: string, path: string, status: number, text: string): string {
  let message = text.slice(0, 300);
  try {
    const answer: unknown = JSON.parse(text);
    if (isObject(answer) && typeof answer.message === "string") message = answer.message;
  } catch {
    // Not a Status: a proxy in between, most likely.
  }
  // Quotas and admission answer 403, too.
  const lacksRight = status === 403 && /cannot \w+ resource/.test(message);
  return `${method} ${path}: ${status} ${message}${lacksRight ? GRANTED_BY : ""}`;
}

/** The stack declares the Roles with all rights of the pauser: one that is missing was taken away. */
const GRANTED_BY = "; `pulumi up --refresh` gives this right to the pauser's account again";
