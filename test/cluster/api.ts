import * as https from "node:https";

/** What is read of Kubernetes' objects here. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    [field: string]: unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects are looked into freely
  [field: string]: any;
}

const PLURALS: Record<string, string> = {
  ConfigMap: "configmaps",
  CronJob: "cronjobs",
  Deployment: "deployments",
  Job: "jobs",
  HorizontalPodAutoscaler: "horizontalpodautoscalers",
  Lease: "leases",
  Namespace: "namespaces",
  Pod: "pods",
  Role: "roles",
  RoleBinding: "rolebindings",
  Secret: "secrets",
  Service: "services",
  ServiceAccount: "serviceaccounts",
};

/** The API server's refusal. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: number,
    /** The `Status` that it answered with. */
    readonly status: { reason?: string; message?: string; details?: { causes?: { field?: string }[] } },
  ) {
    super(message);
  }
}

/** A user's access to the API server: mostly the administrator's. */
export class Api {
  private readonly agent: https.Agent;

  constructor(
    readonly url: string,
    readonly ca: string,
    readonly token: string,
  ) {
    this.agent = new https.Agent({ keepAlive: true, ca });
  }

  close(): void {
    this.agent.destroy();
  }

  create(object: KubernetesObject, { dryRun = false, fieldManager = "" } = {}): Promise<KubernetesObject> {
    const options = new URLSearchParams({ ...(dryRun && { dryRun: "All" }), ...(fieldManager && { fieldManager }) });
    return this.request("POST", `${collection(object)}?${options}`, object);
  }

  /** Server-side apply: makes the object, or sets these fields in the one that is there. */
  apply(
    object: KubernetesObject,
    fieldManager: string,
    { force = true, dryRun = false } = {},
  ): Promise<KubernetesObject> {
    const options = new URLSearchParams({ fieldManager, force: `${force}`, ...(dryRun && { dryRun: "All" }) });
    const path = `${collection(object)}/${object.metadata.name}?${options}`;
    return this.request("PATCH", path, object, "application/apply-patch+yaml");
  }

  replace(object: KubernetesObject): Promise<KubernetesObject> {
    return this.request("PUT", `${collection(object)}/${object.metadata.name}`, object);
  }

  async list(apiVersion: string, kind: string, namespace: string, selector = ""): Promise<KubernetesObject[]> {
    const path = collection({ apiVersion, kind, metadata: { name: "", namespace } });
    const { items } = await this.request("GET", `${path}?labelSelector=${encodeURIComponent(selector)}`);
    // A list does not repeat what kind its items are.
    return items.map((item: KubernetesObject) => ({ ...item, apiVersion, kind }));
  }

  get(apiVersion: string, kind: string, namespace: string, name: string): Promise<KubernetesObject> {
    return this.request("GET", `${collection({ apiVersion, kind, metadata: { name, namespace } })}/${name}`);
  }

  /** Removes it at once, as when its node is gone for good. */
  delete(object: KubernetesObject): Promise<unknown> {
    const path = `${collection(object)}/${object.metadata.name}?gracePeriodSeconds=0&propagationPolicy=Background`;
    return this.request("DELETE", path);
  }

  setStatus(object: KubernetesObject, status: object): Promise<KubernetesObject> {
    const path = `${collection(object)}/${object.metadata.name}/status`;
    return this.request("PATCH", path, { status }, "application/merge-patch+json");
  }

  /** Changes fields of it, as somebody else does. */
  patch(object: KubernetesObject, fields: object, fieldManager?: string): Promise<KubernetesObject> {
    const options = fieldManager === undefined ? "" : `?fieldManager=${fieldManager}`;
    const path = `${collection(object)}/${object.metadata.name}${options}`;
    return this.request("PATCH", path, fields, "application/merge-patch+json");
  }

  /** A token as the kubelet gets it for a pod. */
  async tokenOf(namespace: string, serviceAccount: string): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
    return (await this.request("POST", path, request)).status.token;
  }

  request(method: string, path: string, body?: object, type = "application/json"): Promise<KubernetesObject> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.token}`, "content-type": type };
      const request = https.request(new URL(path, this.url), { method, headers, agent: this.agent }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => {
          // A watch answers a line for each event, and may have none.
          if ((response.statusCode ?? 0) < 300) resolve(JSON.parse(path.includes("watch=true") ? "{}" : text));
          else {
            const message = `${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`;
            reject(new Refusal(message, response.statusCode ?? 0, text.startsWith("{") ? JSON.parse(text) : {}));
          }
        });
      });
      request.on("error", reject);
      request.end(body && JSON.stringify(body));
    });
  }
}

/** The path of the objects of a kind, in one namespace. */
export function collection({
  apiVersion,
  kind,
  metadata,
}: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const where = metadata.namespace ? `/namespaces/${metadata.namespace}` : "";
  return `${group}${where}/${PLURALS[kind]}`;
}
