import * as http from "node:http";
import type { AddressInfo } from "node:net";

export interface KubernetesObject {
  metadata: {
    name: string;
    namespace: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the double stores whatever a test puts in
  [field: string]: any;
}

export type Kind = "pods" | "services" | "deployments" | "configmaps";

/** What a fault makes of a request: an error status, no answer at all, or a lost answer to a request that was served. */
export type Fault = number | "drop" | "drop-answer" | undefined;

/** The part of a Kubernetes API server that the pauser relies on, with its rules on conflicts. */
export class ApiServer {
  /** Added to the clock in the `Date` header. */
  skewMillis = 0;
  fault: (method: string, path: string) => Fault = () => undefined;
  /** Called when a request has been served. */
  served: (method: string, path: string) => void = () => {};
  readonly requests: string[] = [];
  readonly authorizations = new Set<string | undefined>();
  private readonly objects = new Map<string, KubernetesObject>();
  private version = 100;
  private readonly server = http.createServer((request, response) => this.serve(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Creates or changes an object as somebody else would. */
  put(kind: Kind, object: KubernetesObject): void {
    const { namespace, name } = object.metadata;
    this.objects.set(`${kind}/${namespace}/${name}`, {
      ...object,
      metadata: { ...object.metadata, uid: object.metadata.uid ?? name, resourceVersion: `${++this.version}` },
    });
  }

  remove(kind: Kind, namespace: string, name: string): void {
    this.objects.delete(`${kind}/${namespace}/${name}`);
  }

  has(kind: Kind, namespace: string, name: string): boolean {
    return this.objects.has(`${kind}/${namespace}/${name}`);
  }

  get(kind: Kind, namespace: string, name: string): KubernetesObject {
    const object = this.objects.get(`${kind}/${namespace}/${name}`);
    if (object === undefined) throw new Error(`no ${kind} ${namespace}/${name}`);
    return structuredClone(object);
  }

  private serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = new URL(request.url ?? "", this.url);
    const method = request.method ?? "";
    this.requests.push(`${method} ${url.pathname}`);
    this.authorizations.add(request.headers.authorization);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const fault = this.fault(method, url.pathname);
      if (fault === "drop") return void request.socket.destroy();
      const answer =
        typeof fault === "number"
          ? status(fault, fault === 403 ? "Forbidden: not allowed" : "a fault of the test")
          : this.answer(method, url, Buffer.concat(chunks).toString());
      if (fault === "drop-answer") return void request.socket.destroy();
      response.sendDate = false;
      response.setHeader("Date", new Date(Date.now() + this.skewMillis).toUTCString());
      response.setHeader("content-type", "application/json");
      response.statusCode = answer.code;
      response.end(JSON.stringify(answer.body));
      this.served(method, url.pathname);
    });
  }

  private answer(method: string, url: URL, text: string): { code: number; body: unknown } {
    const match = /^\/(?:api\/v1|apis\/apps\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(url.pathname);
    if (!match) return status(404, "the server could not find the requested resource");
    const [, namespace, kind, name] = match as unknown as [string, string, Kind, string | undefined];
    if (method === "GET" && name === undefined) {
      const labels = (url.searchParams.get("labelSelector") ?? "").split(",").filter(Boolean);
      const items = [...this.objects].filter(
        ([key, { metadata }]) =>
          key.startsWith(`${kind}/${namespace}/`) &&
          labels.every((label) => metadata.labels?.[label.split("=")[0] ?? ""] === label.split("=")[1]),
      );
      return { code: 200, body: { kind: "List", items: items.map(([, object]) => object) } };
    }
    const key = `${kind}/${namespace}/${name}`;
    const object = this.objects.get(key);
    if (object === undefined) return status(404, `${kind} "${name}" not found`);
    if (method === "GET") return { code: 200, body: object };
    if (method !== "PUT") return status(405, "method not allowed");
    const replacement = JSON.parse(text) as KubernetesObject;
    if (replacement.metadata.resourceVersion !== object.metadata.resourceVersion) {
      return status(409, `Operation cannot be fulfilled on ${kind} "${name}": the object has been modified`);
    }
    this.put(kind, replacement);
    return { code: 200, body: this.objects.get(key) };
  }
}

function status(code: number, message: string) {
  return { code, body: { kind: "Status", status: "Failure", code, message } };
}
