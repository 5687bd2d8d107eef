import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import type { ClockOffset } from "./clock";
import type { Deadline } from "./time";

/** What the pauser reads of Kubernetes' objects. */
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
    containerStatuses?: { restartCount: number }[];
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

/** The API server's refusal, or the reason why it could not be reached. */
export class KubernetesError extends Error {
  constructor(
    message: string,
    /** The HTTP status; absent when no answer came. */
    readonly status?: number,
  ) {
    super(message);
  }

  /** Whether the same request may succeed a moment later. */
  get transient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}

const REQUEST_TIMEOUT_MILLIS = 10_000;

/** A client of the few calls that the pauser's Roles allow. */
export class KubernetesClient {
  private readonly agent: http.Agent;

  constructor(
    private readonly apiServer: URL,
    private readonly serviceAccountDirectory: string,
    private readonly clock: ClockOffset,
  ) {
    const options = { keepAlive: true, maxSockets: 8 };
    this.agent =
      apiServer.protocol === "https:"
        ? new https.Agent({ ...options, ca: readFileSync(join(serviceAccountDirectory, "ca.crt")) })
        : new http.Agent(options);
  }

  close(): void {
    this.agent.destroy();
  }

  /** Retries what is transient until the deadline. */
  async get<T>(path: string, deadline: Deadline, stop?: AbortSignal): Promise<T> {
    for (;;) {
      try {
        return await this.request<T>("GET", path);
      } catch (error) {
        const transient = error instanceof KubernetesError && error.transient;
        if (!transient || deadline.passed || stop?.aborted) throw error;
        await deadline.backOff(stop);
      }
    }
  }

  /** One attempt: only the caller knows what a lost answer to a write means. */
  put<T>(path: string, body: T): Promise<T> {
    return this.request<T>("PUT", path, JSON.stringify(body));
  }

  private request<T>(method: string, path: string, body?: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (error: Error) =>
        reject(new KubernetesError(`the API server at ${this.apiServer.origin} does not answer: ${error.message}`));
      const base = this.apiServer.pathname.replace(/\/$/, "");
      const sent = Date.now();
      const request = (this.apiServer.protocol === "https:" ? https : http).request(
        new URL(base + path, this.apiServer),
        { method, agent: this.agent, headers: this.headers(body), timeout: REQUEST_TIMEOUT_MILLIS },
        (response) => {
          const received = Date.now();
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", fail);
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            const text = Buffer.concat(chunks).toString("utf8");
            this.clock.observe(response.headers.date, sent, received);
            if (status >= 300) return reject(new KubernetesError(refusal(method, path, status, text), status));
            try {
              resolve(JSON.parse(text) as T);
            } catch {
              fail(new Error("its answer is cut short"));
            }
          });
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MILLIS / 1000} s`)));
      request.on("error", fail);
      request.end(body);
    });
  }

  private headers(body?: string): http.OutgoingHttpHeaders {
    return {
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      ...this.authorization(),
    };
  }

  /** Read afresh for every request, because the kubelet renews the token. */
  private authorization(): http.OutgoingHttpHeaders {
    try {
      return { authorization: `Bearer ${readFileSync(join(this.serviceAccountDirectory, "token"), "utf8").trim()}` };
    } catch (error) {
      // Behind `kubectl proxy` there is no token: the API server then says itself what it thinks of that.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      throw error;
    }
  }
}

/** The API server's own words (a `Status` object), or what stood in their place. */
function refusal(method: string, path: string, status: number, text: string): string {
  let message = text.slice(0, 300);
  try {
    message = (JSON.parse(text) as { message?: string }).message ?? message;
  } catch {
    // Not a Status: a proxy in between, most likely.
  }
  return `${method} ${path}: ${status} ${message}`;
}
