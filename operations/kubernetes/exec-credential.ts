import { execFile } from "node:child_process";
import { isObject } from "../../restore-points/shape";
import type { Endpoint, Environment, ExecPlugin } from "./kubeconfig";

/** How long a plugin may take: some ask a cloud, which may be slow. It cannot ask the user. */
const PLUGIN_MILLIS = 30_000;

/** What a plugin printed. */
export interface ExecCredential {
  token?: string;
  certificate?: string;
  key?: string;
}

/**
 * Runs a credential plugin as client-go does (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 * @throws {Error} when it fails; the message holds nothing that it printed as a credential
 */
export async function execCredential(
  plugin: ExecPlugin,
  endpoint: Endpoint,
  environment: Environment,
  limitMillis = PLUGIN_MILLIS,
): Promise<ExecCredential> {
  const { apiVersion, command, args, provideClusterInfo } = plugin;
  const what = `the kubeconfig's credential plugin "${command}"`;
  const info = {
    apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(provideClusterInfo && { cluster: clusterInfo(endpoint) }) },
  };
  const env = {
    ...environment,
    ...Object.fromEntries(plugin.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  const printed = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env, timeout: limitMillis, maxBuffer: 2 ** 20 },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const said = stderr.trim().split("\n").slice(-3).join(" ");
        const why =
          error.code === "ENOENT"
            ? "is not on the PATH"
            : error.killed
              ? `did not end within ${limitMillis / 1000} s`
              : `failed${typeof error.code === "number" ? ` with exit code ${error.code}` : ""}`;
        reject(new Error(`${what} ${why}${said === "" ? "" : `: ${said}`}`));
      },
    );
    child.stdin?.end();
  });
  const status = statusOf(printed);
  if (status === undefined) throw new Error(`${what} did not print an ExecCredential with a status`);
  const text = (key: string) => (typeof status[key] === "string" ? status[key] : undefined);
  return { token: text("token"), certificate: text("clientCertificateData"), key: text("clientKeyData") };
}

function statusOf(printed: string): Record<string, unknown> | undefined {
  try {
    const credential: unknown = JSON.parse(printed);
    return isObject(credential) && isObject(credential.status) ? credential.status : undefined;
  } catch {
    return undefined;
  }
}

function clusterInfo({ server, certificateAuthority, insecure, serverName }: Endpoint) {
  return {
    server,
    ...(certificateAuthority !== undefined && {
      "certificate-authority-data": Buffer.from(certificateAuthority).toString("base64"),
    }),
    ...(insecure && { "insecure-skip-tls-verify": true }),
    ...(serverName !== undefined && { "tls-server-name": serverName }),
  };
}
