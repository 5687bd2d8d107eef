import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { isObject } from "../../restore-points/shape";

/**
 * Which cluster a kubeconfig selects, by the rules of client-go's clientcmd package, which the Pulumi provider uses
 * (pulumi-kubernetes, provider.go, `Configure`).
 *
 * Not @kubernetes/client-node: measured with 1.4.0, loading its `KubeConfig` takes 0.4 to 0.6 s of every preview and 54 MB
 * on disk (72 MB with its dependencies), and 2.0 needs Node.js 22.19. What is not understood here costs a warning, no more.
 */

/** The provider's settings that select the cluster. */
export interface ClusterChoice {
  /** A kubeconfig's content, or its path. Defaults to the files that KUBECONFIG names, then to ~/.kube/config. */
  kubeconfig?: string;
  /** Defaults to the kubeconfig's current context. */
  context?: string;
  /** Another cluster than the context's. */
  cluster?: string;
}

export type Environment = Record<string, string | undefined>;

/** A plugin that prints credentials, such as `aws eks get-token` and `kubelogin`. */
export interface ExecPlugin {
  apiVersion: string;
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  provideClusterInfo: boolean;
}

export interface Credentials {
  token?: string;
  username?: string;
  password?: string;
  certificate?: string;
  key?: string;
  exec?: ExecPlugin;
  /** Headers of impersonation. */
  headers: Record<string, string | string[]>;
}

/** An API server, with what is needed to talk to it. */
export interface Endpoint {
  /** The context by which it was chosen; absent inside a pod. */
  context?: string;
  server: string;
  certificateAuthority?: string;
  insecure: boolean;
  serverName?: string;
  credentials: Credentials;
}

type Fields = Record<string, unknown>;

interface Kubeconfig {
  currentContext?: string;
  clusters: Map<string, Fields>;
  contexts: Map<string, Fields>;
  users: Map<string, Fields>;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The API server that the choice selects.
 * @throws {Error} when there is no kubeconfig, or it does not name a cluster; the message holds nothing secret
 */
export function selectCluster(
  choice: ClusterChoice,
  environment: Environment,
  serviceAccount = SERVICE_ACCOUNT,
): Endpoint {
  const kubeconfig =
    choice.kubeconfig === undefined ? fromFiles(environment) : fromContentOrPath(choice.kubeconfig, environment);
  const context = choice.context ?? kubeconfig.currentContext;
  if (choice.kubeconfig === undefined && context === undefined) {
    const inside = insidePod(environment, serviceAccount);
    if (inside !== undefined) return inside;
  }
  if (context === undefined)
    throw new Error(
      kubeconfig.contexts.size === 0
        ? "there is no kubeconfig: neither kubernetes:kubeconfig, nor KUBECONFIG, nor ~/.kube/config holds a context"
        : `the kubeconfig has no current context; set kubernetes:context to one of ${[...kubeconfig.contexts.keys()].join(", ")}`,
    );
  const chosen = kubeconfig.contexts.get(context);
  if (chosen === undefined) {
    const known = [...kubeconfig.contexts.keys()].join(", ");
    throw new Error(`the kubeconfig has no context "${context}"${known === "" ? "" : `; it has ${known}`}`);
  }
  const clusterName = choice.cluster ?? textOf(chosen.cluster);
  const cluster = clusterName === undefined ? undefined : kubeconfig.clusters.get(clusterName);
  const server = cluster && textOf(cluster.server);
  if (cluster === undefined || server === undefined)
    throw new Error(`the kubeconfig has no server for cluster "${clusterName ?? ""}" of context "${context}"`);
  if (textOf(cluster["proxy-url"]) !== undefined)
    throw new Error(`cluster "${clusterName}" is reached through a proxy (proxy-url), which is not supported here`);
  const user = textOf(chosen.user);
  return {
    context,
    server,
    certificateAuthority: dataOrFile(cluster, "certificate-authority"),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    serverName: textOf(cluster["tls-server-name"]),
    credentials: credentialsOf(user === undefined ? {} : (kubeconfig.users.get(user) ?? {})),
  };
}

/** A program in a pod, such as one that the Pulumi Kubernetes Operator runs, uses the pod's own cluster. */
function insidePod(
  { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }: Environment,
  serviceAccount: string,
): Endpoint | undefined {
  if (!host || !port || !existsSync(join(serviceAccount, "token"))) return undefined;
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    certificateAuthority: readFileSync(join(serviceAccount, "ca.crt"), "utf8"),
    insecure: false,
    credentials: { token: readFileSync(join(serviceAccount, "token"), "utf8").trim(), headers: {} },
  };
}

function credentialsOf(user: Fields): Credentials {
  if (user["auth-provider"] !== undefined)
    throw new Error("the kubeconfig's user has an auth-provider, which is not supported here; use an exec plugin");
  const tokenFile = textOf(user.tokenFile);
  return {
    // As in client-go, the file's token takes precedence: it is the one that is renewed.
    token: tokenFile === undefined ? textOf(user.token) : readFileSync(tokenFile, "utf8").trim(),
    username: textOf(user.username),
    password: textOf(user.password),
    certificate: dataOrFile(user, "client-certificate"),
    key: dataOrFile(user, "client-key"),
    exec: isObject(user.exec) ? execOf(user.exec) : undefined,
    headers: impersonation(user),
  };
}

/** The headers by which a request is made as somebody else (client-go, transport/round_trippers.go). */
function impersonation(user: Fields): Record<string, string | string[]> {
  const as = textOf(user.as);
  const uid = textOf(user["as-uid"]);
  const groups = listOf(user["as-groups"]).map(String);
  const extra = Object.entries(isObject(user["as-user-extra"]) ? user["as-user-extra"] : {});
  return {
    ...(as !== undefined && { "Impersonate-User": as }),
    ...(uid !== undefined && { "Impersonate-Uid": uid }),
    ...(groups.length > 0 && { "Impersonate-Group": groups }),
    ...Object.fromEntries(
      extra.map(([key, values]) => [`Impersonate-Extra-${headerName(key)}`, listOf(values).map(String)]),
    ),
  };
}

/** A key as a part of a header's name: what may not be in one is percent-encoded, "%" too. */
function headerName(key: string): string {
  return key.replaceAll(/[^!#$&'*+.^_`|~0-9A-Za-z-]/gu, (each) =>
    [...Buffer.from(each)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function execOf(exec: Fields): ExecPlugin {
  return {
    apiVersion: textOf(exec.apiVersion) ?? "client.authentication.k8s.io/v1",
    command: textOf(exec.command) ?? "",
    args: listOf(exec.args).map(String),
    env: listOf(exec.env).flatMap((each) =>
      isObject(each) ? [{ name: String(each.name), value: String(each.value ?? "") }] : [],
    ),
    provideClusterInfo: exec.provideClusterInfo === true,
  };
}

/** Inline data takes precedence over a file. */
function dataOrFile(fields: Fields, key: string): string | undefined {
  const data = textOf(fields[`${key}-data`]);
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const file = textOf(fields[key]);
  return file === undefined ? undefined : readFileSync(file, "utf8");
}

/** The files of KUBECONFIG, or ~/.kube/config. Of what several files set, the first one's counts; missing files do not matter. */
function fromFiles(environment: Environment): Kubeconfig {
  const listed = (environment.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  const paths = listed.length > 0 ? listed : [join(homeOf(environment), ".kube", "config")];
  const merged: Kubeconfig = { clusters: new Map(), contexts: new Map(), users: new Map() };
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const read = parse(readFileSync(path, "utf8"), path, dirname(resolve(path)));
    merged.currentContext ??= read.currentContext;
    for (const kind of ["clusters", "contexts", "users"] as const)
      for (const [name, fields] of read[kind]) if (!merged[kind].has(name)) merged[kind].set(name, fields);
  }
  return merged;
}

/** As the provider takes its `kubeconfig`: a path if there is such a file, else the content. */
function fromContentOrPath(text: string, environment: Environment): Kubeconfig {
  const path = text.startsWith("~/") ? join(homeOf(environment), text.slice(2)) : text;
  // The provider does not resolve paths inside it against its folder, but against the working directory.
  if (!text.includes("\n") && existsSync(path)) return parse(readFileSync(path, "utf8"), path, process.cwd());
  return parse(text, "kubernetes:kubeconfig", process.cwd());
}

const homeOf = ({ HOME }: Environment) => HOME || homedir();

/** Files that a kubeconfig names are relative to it. */
const FILES = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

function parse(text: string, source: string, directory: string): Kubeconfig {
  const content = parseYaml(text, source);
  const named = (list: unknown, key: string) =>
    new Map(
      (Array.isArray(list) ? list : []).flatMap((entry): [string, Fields][] => {
        if (!isObject(entry) || typeof entry.name !== "string") return [];
        return [[entry.name, withPaths(isObject(entry[key]) ? entry[key] : {}, directory)]];
      }),
    );
  return {
    currentContext: textOf(content["current-context"]),
    clusters: named(content.clusters, "cluster"),
    contexts: named(content.contexts, "context"),
    users: named(content.users, "user"),
  };
}

function withPaths(fields: Fields, directory: string): Fields {
  const resolved = { ...fields };
  for (const key of FILES) {
    const path = textOf(fields[key]);
    if (path !== undefined && !isAbsolute(path)) resolved[key] = resolve(directory, path);
  }
  if (!isObject(fields.exec)) return resolved;
  const command = textOf(fields.exec.command);
  // A bare name is looked for on the PATH.
  if (command === undefined || isAbsolute(command) || !/[\\/]/.test(command)) return resolved;
  return { ...resolved, exec: { ...fields.exec, command: resolve(directory, command) } };
}

function parseYaml(text: string, source: string): Fields {
  const content = asJson(text) ?? asYaml(text, source);
  if (content === undefined || content === null) return {};
  if (!isObject(content)) throw new Error(`the kubeconfig (${source}) is not a map`);
  return content;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asYaml(text: string, source: string): unknown {
  // Loaded here: a preview without a schedule needs no YAML.
  const { LineCounter, parse, YAMLParseError }: typeof import("yaml") = require("yaml");
  const lines = new LineCounter();
  try {
    return parse(text, { merge: true, prettyErrors: false, lineCounter: lines });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    // Its message may quote the text, which holds credentials.
    throw new Error(
      `the kubeconfig (${source}) is not YAML: ${error.code} in line ${lines.linePos(error.pos[0]).line}`,
    );
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
