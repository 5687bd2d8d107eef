import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../pauser/adapters/system-clock";
import { Api } from "./api";
import type { Program } from "./binaries";
import { kubeconfigOf } from "./kubeconfig";

const { sleep } = systemClock;

const CRON_JOB_CONTROLLERS = [
  "cronjob-controller",
  "job-controller",
  "garbage-collector-controller",
  "serviceaccount-controller",
];

/** Of each request, what was asked and what came of it. */
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived", "ResponseStarted", "Panic"],
  rules: [{ level: "Metadata" }],
};

/** A real control plane on loopback: etcd, the API server with RBAC on, and the controllers that CronJobs need. */
export class ControlPlane {
  private constructor(
    readonly api: Api,
    readonly directory: string,
    private readonly processes: ChildProcess[],
  ) {}

  /**
   * @param controllers More controllers than those that CronJobs need, such as `deployment-controller`.
   * @param audited A file for the API server's audit log: a line of JSON for each request that it has answered
   */
  static async start(
    binaries: Record<Program, string>,
    controllers: string[] = [],
    audited?: string,
  ): Promise<ControlPlane> {
    const directory = mkdtempSync(join(tmpdir(), "control-plane-"));
    const file = (name: string, text: string) => {
      writeFileSync(join(directory, name), text, { mode: 0o600 });
      return join(directory, name);
    };
    const processes: ChildProcess[] = [];
    const start = (program: Program, args: Record<string, string>) => {
      const log = openSync(join(directory, `${program}.log`), "a");
      const flags = Object.entries(args).map(([name, value]) => `--${name}=${value}`);
      processes.push(spawn(binaries[program], flags, { cwd: directory, stdio: ["ignore", log, log] }));
      closeSync(log);
    };

    const [clientPort, peerPort, apiPort] = await freePorts(3);
    const keys = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
    const adminToken = randomUUID();
    const [etcdUrl, peerUrl, url] = [
      `http://127.0.0.1:${clientPort}`,
      `http://127.0.0.1:${peerPort}`,
      `https://127.0.0.1:${apiPort}`,
    ];
    start("etcd", {
      "data-dir": join(directory, "etcd"),
      "listen-client-urls": etcdUrl,
      "advertise-client-urls": etcdUrl,
      "listen-peer-urls": peerUrl,
      "initial-advertise-peer-urls": peerUrl,
      "initial-cluster": `default=${peerUrl}`,
      "unsafe-no-fsync": "true",
    });
    start("kube-apiserver", {
      "etcd-servers": etcdUrl,
      "bind-address": "127.0.0.1",
      "advertise-address": "127.0.0.1",
      "secure-port": `${apiPort}`,
      "cert-dir": join(directory, "certificates"),
      "authorization-mode": "RBAC",
      "token-auth-file": file("tokens.csv", `${adminToken},admin,admin,"system:masters"\n`),
      "service-account-issuer": url,
      "service-account-key-file": file("account.pub", keys.publicKey),
      "service-account-signing-key-file": file("account.key", keys.privateKey),
      "service-cluster-ip-range": "10.0.0.0/24",
      "endpoint-reconciler-type": "none",
      ...(audited !== undefined && {
        "audit-log-path": audited,
        "audit-log-mode": "blocking",
        "audit-policy-file": file("audit.json", JSON.stringify(AUDIT_POLICY)),
      }),
    });
    const certificate = join(directory, "certificates", "apiserver.crt");
    const plane = new ControlPlane(
      new Api(
        url,
        await until("the API server's certificate", () => existsSync(certificate) && readFileSync(certificate, "utf8")),
        adminToken,
      ),
      directory,
      processes,
    );
    try {
      await until("the API server", () =>
        plane.api.request("GET", "/api/v1/namespaces/default").catch(() => undefined),
      );
      start("kube-controller-manager", {
        kubeconfig: file("kubeconfig", kubeconfigOf(plane.api, { token: adminToken })),
        controllers: [...CRON_JOB_CONTROLLERS, ...controllers].join(","),
        "service-account-private-key-file": join(directory, "account.key"),
        "leader-elect": "false",
        "secure-port": "0",
      });
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.api.close();
    for (const process of [...this.processes].reverse()) {
      if (process.exitCode !== null) continue;
      const ended = new Promise((resolve) => process.once("exit", resolve));
      process.kill("SIGKILL");
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The first truthy answer, asked for ten times a second. */
export async function until<T>(
  what: string,
  answer: () => T | Promise<T>,
  seconds = 60,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await answer();
    if (value) return value as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`${what} did not come within ${seconds} s`);
    await sleep(100);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
