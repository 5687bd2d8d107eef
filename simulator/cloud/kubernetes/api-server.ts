/** The simulated cluster's API server: Kubernetes' REST API over plain http on loopback. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { SimulatedClock } from "../clock";
import { RequestFailures } from "../request-failures";
import { ACCESS_REVIEWS, reviewAccess } from "./access-review";
import { parsePath, readJson, readManifest, type Target, writeOptions } from "./api-request";
import { HeldAddress } from "./held-address";
import type { Kind } from "./kinds";
import type { JsonObject, KubernetesObject } from "./objects";
import { ADMINISTRATOR, authorize, type User, type Verb } from "./rbac";
import { StatusError } from "./status";
import type { ObjectStore } from "./store";

export interface ApiServerOptions {
  clock: SimulatedClock;
  store: ObjectStore;
  /** The token's account; undefined for an unknown token. */
  accountOf(token: string): User;
  /** The plurals of the custom resources whose definitions are installed. */
  customResources: ReadonlySet<string>;
  /** What goes wrong with its requests. */
  failures?: RequestFailures;
}

/** One request as it was answered, for tests that ask what a client has done. */
export interface ServedRequest {
  user: string | undefined;
  method: string;
  path: string;
  status: number;
}

export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #failures: RequestFailures;
  readonly #server: Server;
  readonly #held: HeldAddress;
  readonly #port: number;
  /** Called before each request is answered; what it throws is answered instead. For problems in tests. */
  beforeRequest?: (method: string, path: string) => void | Promise<void>;
  readonly requests: ServedRequest[] = [];
  /** The date of its answers, in epoch milliseconds: the cluster's clock, unless a test stops it. */
  now: () => number = () => this.#options.clock.now();

  private constructor(options: ApiServerOptions, held: HeldAddress) {
    this.#options = options;
    this.#failures = options.failures ?? new RequestFailures();
    this.#held = held;
    this.#port = held.port;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.comeBack();
  }

  static async start(options: ApiServerOptions): Promise<ApiServer> {
    return new ApiServer(options, await HeldAddress.bind("127.0.0.1", 0));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Cuts every connection and resets new ones, until `comeBack`. */
  goAway(): void {
    this.#held.disconnect();
  }

  /** Serves where it has served before. */
  comeBack(): void {
    this.#held.connectTo((socket) => this.#server.emit("connection", socket));
  }

  stop(): void {
    this.#held.release();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", this.url);
    const fate = this.#failures.next(`kubernetes ${method} ${url.pathname}`);
    if (fate === "drop request") {
      request.socket.destroy();
      return;
    }
    let account: User;
    let status = 200;
    let body: unknown;
    try {
      if (fate === "throttle") throw StatusError.tooManyRequests();
      await this.beforeRequest?.(method, url.pathname);
      account = this.#authenticate(request);
      [status, body] = await this.#answer(method, url, account, request);
    } catch (error) {
      const failure = error instanceof StatusError ? error : StatusError.internal(error);
      status = failure.code;
      body = failure.toStatus();
    }
    const user = account === ADMINISTRATOR ? "admin" : account && `${account.namespace}/${account.name}`;
    this.requests.push({ user, method, path: url.pathname, status });
    if (fate === "drop answer") {
      request.socket.destroy();
      return;
    }
    response.sendDate = false;
    response.setHeader("date", new Date(this.now()).toUTCString());
    if (fate === "throttle") {
      // Not a Status object. [k8s.io/apiserver/pkg/server/filters/priority-and-fairness.go, tooManyRequests]
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "retry-after": "1" });
      response.end("Too many requests, please try again later.\n");
      return;
    }
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  }

  /** [k8s.io/apiserver/pkg/endpoints/filters/authentication.go, Unauthorized] */
  #authenticate(request: IncomingMessage): User {
    const header = request.headers.authorization;
    if (header === undefined) return undefined;
    const token = /^Bearer (.+)$/.exec(header)?.[1];
    const account = token === undefined ? undefined : this.#options.accountOf(token);
    if (!account) throw StatusError.unauthorized();
    return account;
  }

  async #answer(
    method: string,
    url: URL,
    account: User,
    request: IncomingMessage,
  ): Promise<[status: number, body: unknown]> {
    if (/^\/(livez|readyz|healthz)$/.test(url.pathname)) return [200, "ok"];
    if (url.pathname === ACCESS_REVIEWS && method === "POST") {
      return [201, reviewAccess(this.#options.store, account, await readJson(request))];
    }
    if (url.pathname === "/version") return [200, { major: "1", minor: "34", gitVersion: "v1.34.0-simulated" }];

    const target = parsePath(url.pathname);
    const { store } = this.#options;
    const served = !target.kind.custom || this.#options.customResources.has(target.kind.plural);
    const query = url.searchParams;
    const namespace = target.namespace ?? "";
    // Who may not list a kind does not learn whether it is served: [k8s.io/apiserver/pkg/server/config.go, DefaultBuildHandlerChain].
    const check = (verb: Verb, name = target.name) => {
      authorize(store, account, { ...target, verb, name });
      if (!served) throw StatusError.noSuchResource();
    };
    if (query.get("watch") === "true" || query.get("watch") === "1") {
      throw new StatusError("MethodNotAllowed", "the simulated API server doesn't serve watches");
    }

    if (target.name === undefined) {
      switch (method) {
        case "GET": {
          const selector = query.get("fieldSelector") ?? "";
          // As in Kubernetes, a list of the one object of a name is judged by that name.
          check("list", /(?:^|,)metadata\.name==?([^,]+)/.exec(selector)?.[1]);
          return [200, this.#list(target.kind, target.namespace, query)];
        }
        case "POST":
          check("create");
          return [201, store.create(await readManifest(request, target), writeOptions(query))];
        default:
          throw methodNotAllowed();
      }
    }
    if (target.subresource !== undefined) {
      if (target.subresource !== "scale" || target.kind.kind !== "Deployment") throw StatusError.noSuchResource();
      return [200, await this.#scale(method, target.name, target, check, request, query)];
    }
    switch (method) {
      case "GET":
        check("get");
        return [200, store.get(target.kind, namespace, target.name)];
      case "PUT":
        check("update");
        return [200, store.update(await readManifest(request, target), writeOptions(query))];
      case "PATCH":
        check("patch");
        return [200, await this.#patch(target, target.name, request, query, () => check("create", undefined))];
      case "DELETE": {
        check("delete");
        const { uid } = store.delete(target.kind, namespace, target.name).metadata;
        const details = { name: target.name, group: target.kind.group, kind: target.kind.plural, uid };
        return [200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details }];
      }
      default:
        throw methodNotAllowed();
    }
  }

  #list(kind: Kind, namespace: string | undefined, query: URLSearchParams): unknown {
    const all = this.#options.store.list(kind, namespace, {
      labelSelector: query.get("labelSelector") ?? "",
      fieldSelector: query.get("fieldSelector") ?? "",
    });
    const from = Number(query.get("continue") ?? 0);
    const limit = Number(query.get("limit") ?? 0) || all.length;
    const rest = all.length - from - limit;
    return {
      kind: `${kind.kind}List`,
      apiVersion: kind.apiVersion,
      metadata: {
        resourceVersion: this.#options.store.resourceVersion,
        ...(rest > 0 && { continue: String(from + limit), remainingItemCount: rest }),
      },
      // As in Kubernetes, what is the same for all items is in the list only.
      items: all.slice(from, from + limit).map(({ apiVersion: _version, kind: _kind, ...item }) => item),
    };
  }

  /** [k8s.io/apiserver/pkg/endpoints/handlers/patch.go, PatchResource] */
  async #patch(
    target: Target,
    name: string,
    request: IncomingMessage,
    query: URLSearchParams,
    checkCreate: () => void,
  ): Promise<KubernetesObject> {
    const { store } = this.#options;
    const namespace = target.namespace ?? "";
    const type = request.headers["content-type"]?.split(";")[0];
    const options = writeOptions(query);
    switch (type) {
      case "application/merge-patch+json":
        return store.mergePatch(target.kind, namespace, name, await readJson(request), options);
      case "application/apply-patch+yaml": {
        const { fieldManager } = options;
        if (!fieldManager) {
          const problem = { field: "fieldManager", message: "Required value: is required for apply patch" };
          throw StatusError.invalid(PATCH_OPTIONS, "PatchOptions", "", [problem]);
        }
        if (!store.find(target.kind, namespace, name)) checkCreate();
        const manifest = await readManifest(request, target);
        return store.apply(manifest, { ...options, fieldManager, force: query.get("force") === "true" });
      }
      default:
        throw new StatusError(
          "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: application/merge-patch+json, application/apply-patch+yaml",
        );
    }
  }

  /** A Deployment's wished and actual pods. [kubernetes: pkg/registry/apps/deployment/storage/storage.go, ScaleREST] */
  async #scale(
    method: string,
    name: string,
    { kind, namespace = "" }: Target,
    check: (verb: Verb) => void,
    request: IncomingMessage,
    query: URLSearchParams,
  ): Promise<unknown> {
    const { store } = this.#options;
    let deployment: KubernetesObject;
    if (method === "GET") {
      check("get");
      deployment = store.get(kind, namespace, name);
    } else if (method === "PUT" || method === "PATCH") {
      check(method === "PUT" ? "update" : "patch");
      const scale = await readJson(request);
      const current = method === "PATCH" ? store.get(kind, namespace, name).spec?.replicas : 0;
      const replicas = (scale.spec as JsonObject | undefined)?.replicas ?? current ?? 1;
      if (!Number.isInteger(replicas) || Number(replicas) < 0) throw invalidScale(name, replicas);
      // scaleUpdatedObjectInfo: a resourceVersion is the Deployment's own.
      const { resourceVersion } = (scale.metadata ?? {}) as JsonObject;
      const patch = { ...(resourceVersion && { metadata: { resourceVersion } }), spec: { replicas } };
      deployment = store.mergePatch(kind, namespace, name, patch, writeOptions(query));
    } else {
      throw methodNotAllowed();
    }
    const { uid, resourceVersion, creationTimestamp } = deployment.metadata;
    return {
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
      spec: { replicas: deployment.spec?.replicas ?? 1 },
      status: { replicas: deployment.status?.replicas ?? 0 },
    };
  }
}

const PATCH_OPTIONS = { group: "meta.k8s.io", plural: "patchoptions" };

const invalidScale = (name: string, replicas: unknown) =>
  StatusError.invalid({ group: "autoscaling", plural: "scales" }, "Scale", name, [
    { field: "spec.replicas", message: `Invalid value: ${replicas}: must be greater than or equal to 0` },
  ]);

const methodNotAllowed = () =>
  new StatusError("MethodNotAllowed", "the server does not allow this method on the requested resource");
