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

export type Kind = "pods" | "services" | "deployments" | "configmaps" | "leases";

export interface Answer {
  code: number;
  body: unknown;
}

/** Objects as a Kubernetes API server keeps and serves them: the part that the pauser relies on, with its rules on conflicts. */
export class KubernetesObjects {
  private objects = new Map<string, KubernetesObject>();
  private version = 100;
  /** The state that a lagging API server returns. */
  private stale: { objects: Map<string, KubernetesObject>; version: number } | undefined;

  /** Creates or changes an object as another client would. */
  put(kind: Kind, object: KubernetesObject): void {
    const { namespace, name } = object.metadata;
    this.objects.set(`${kind}/${namespace}/${name}`, {
      ...object,
      metadata: { ...object.metadata, uid: object.metadata.uid ?? name, resourceVersion: `${++this.version}` },
    });
  }

  remove(kind: Kind, namespace: string, name: string): void {
    this.version++;
    this.objects.delete(`${kind}/${namespace}/${name}`);
  }

  has(kind: Kind, namespace: string, name: string): boolean {
    return this.objects.has(`${kind}/${namespace}/${name}`);
  }

  get(kind: Kind, namespace: string, name: string): KubernetesObject {
    const object = this.objects.get(`${kind}/${namespace}/${name}`);
    if (object === undefined) throw new Error(`no ${kind} ${namespace}/${name}`);
    return JSON.parse(textOf(object));
  }

  /** The object itself, which must not be changed. */
  peek(kind: Kind, namespace: string, name: string): KubernetesObject | undefined {
    return this.objects.get(`${kind}/${namespace}/${name}`);
  }

  all(kind: Kind, namespace: string): KubernetesObject[] {
    return [...this.objects].filter(([key]) => key.startsWith(`${kind}/${namespace}/`)).map(([, object]) => object);
  }

  /** From now on, lists show the state of this moment, until `catchUp`. */
  lagBehind(): void {
    this.stale = { objects: new Map(this.objects), version: this.version };
  }

  catchUp(): void {
    this.stale = undefined;
  }

  answer(method: string, target: string, text: string): Answer {
    if (target === "/version") return { code: 200, body: VERSION };
    const parsed = targetOf(target);
    if (!parsed) return status(404, "the server could not find the requested resource");
    const { namespace, kind, name, labels, key } = parsed;
    if (method === "GET" && name === undefined) return this.list(kind, namespace, labels);
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

  private list(kind: Kind, namespace: string, labels: [string, string | undefined][]): Answer {
    const { objects, version } = this.stale ?? { objects: this.objects, version: this.version };
    const prefix = `${kind}/${namespace}/`;
    const items: KubernetesObject[] = [];
    for (const [key, object] of objects)
      if (key.startsWith(prefix) && labels.every(([name, value]) => object.metadata.labels?.[name] === value))
        items.push(object);
    return { code: 200, body: { kind: "List", metadata: { resourceVersion: `${version}` }, items } };
  }
}

const VERSION = { major: "1", minor: "36" };

/** What a request's path and query name. */
interface Target {
  namespace: string;
  kind: Kind;
  name: string | undefined;
  key: string;
  labels: [string, string | undefined][];
}

/** The same few paths are requested again and again. */
const targets = new Map<string, Target | undefined>();

function targetOf(target: string): Target | undefined {
  if (!targets.has(target)) targets.set(target, parsedTarget(target));
  return targets.get(target);
}

function parsedTarget(target: string): Target | undefined {
  const url = new URL(target, "http://api");
  const match =
    /^\/(?:api\/v1|apis\/apps\/v1|apis\/coordination\.k8s\.io\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(
      url.pathname,
    );
  if (!match) return undefined;
  const [, namespace, kind, name] = match as unknown as [string, string, Kind, string | undefined];
  const labels = (url.searchParams.get("labelSelector") ?? "").split(",").filter(Boolean);
  return {
    namespace,
    kind,
    name,
    key: `${kind}/${namespace}/${name}`,
    labels: labels.map((label) => label.split("=") as [string, string | undefined]),
  };
}

/** An object never changes once it is stored, so its JSON is made once. */
const texts = new WeakMap<object, string>();

/** The JSON of an answer. */
export function textOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return JSON.stringify(body);
  const known = texts.get(body);
  if (known !== undefined) return known;
  const { kind, items } = body as { kind?: string; items?: object[] };
  if (kind === "List" && items !== undefined)
    return `${JSON.stringify({ ...body, items: undefined }).slice(0, -1)},"items":[${items.map(textOf).join()}]}`;
  const text = JSON.stringify(body);
  texts.set(body, text);
  return text;
}

export function status(code: number, message: string): Answer {
  return { code, body: { kind: "Status", status: "Failure", code, message } };
}
