import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const STARTS_WITHIN_MILLIS = 120_000;
/** Servers refuse to run as root. Most systems give this number to their user without rights. */
const UNPRIVILEGED = 65534;

/** A database server on loopback, with its data in a temporary folder. */
export interface DatabaseServer {
  /** As its own program says it. */
  version: string;
  /** For java/Stores.java: `postgresql:54321`. */
  place: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A small PostgreSQL server; the reason as text where its binaries are missing. */
export async function startPostgresql(): Promise<DatabaseServer | string> {
  const packaged = "/usr/lib/postgresql";
  const folders = listed(packaged)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(packaged, version, "bin"));
  const postgres = executable("postgres", folders);
  const initdb = executable("initdb", folders);
  if (postgres === undefined || initdb === undefined)
    return "there is no PostgreSQL server (apt-get install postgresql): no postgres and initdb";
  return started("postgresql", postgres, (folder, port) => {
    const data = join(folder, "data");
    run(initdb, ["-D", data, "-U", "scalar", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    return [
      ["-D", data, "-p", `${port}`, "-k", folder],
      ["listen_addresses=127.0.0.1", "fsync=off", "shared_buffers=32MB", "max_connections=150"].flatMap((each) => [
        "-c",
        each,
      ]),
    ].flat();
  });
}

/** A small MariaDB or MySQL server; the reason as text where its binaries are missing. */
export async function startMysql(): Promise<DatabaseServer | string> {
  const folders = ["/usr/sbin", "/usr/libexec"];
  const server = executable("mariadbd", folders) ?? executable("mysqld", folders);
  if (server === undefined) return "there is no MariaDB or MySQL server (apt-get install mariadb-server-core)";
  const install = executable("mariadb-install-db", []);
  return started("mysql", server, (folder, port) => {
    const data = join(folder, "data");
    if (install)
      run(install, [
        "--no-defaults",
        `--datadir=${data}`,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
      ]);
    else run(server, ["--no-defaults", `--datadir=${data}`, "--initialize-insecure"]);
    const user = join(folder, "user.sql");
    writeFileSync(
      user,
      "CREATE USER scalar@'127.0.0.1' IDENTIFIED BY 'scalar';\nGRANT ALL ON *.* TO scalar@'127.0.0.1';\n",
      {
        mode: 0o644,
      },
    );
    return [
      "--no-defaults",
      `--datadir=${data}`,
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      "--skip-name-resolve",
      `--init-file=${user}`,
      "--innodb-buffer-pool-size=64M",
      "--innodb-flush-log-at-trx-commit=0",
      "--max-connections=150",
    ];
  });
}

/** @param prepare makes the data; returns the server's arguments */
async function started(
  kind: string,
  program: string,
  prepare: (folder: string, port: number) => string[],
): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), `scalardb-${kind}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    if (process.getuid?.() === 0) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
    const port = await freePort();
    const args = prepare(folder, port);
    const version = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.trim();
    const server = spawn(program, args, { ...unprivileged(), stdio: ["ignore", "ignore", "pipe"] });
    const errors: string[] = [];
    server.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    const stop = async () => {
      await ended(server);
      remove();
    };
    if (await answers(server, port)) return { version, place: `${kind}:${port}`, stop };
    await stop();
    throw new Error(`${program} did not start: ${errors.join("").slice(-2000)}`);
  } catch (error) {
    remove();
    throw error;
  }
}

function unprivileged() {
  return process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
}

function run(program: string, args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    ...unprivileged(),
    cwd: tmpdir(),
  });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(" ")}: ${stdout}${stderr}`);
}

async function answers(server: ChildProcess, port: number): Promise<boolean> {
  const until = Date.now() + STARTS_WITHIN_MILLIS;
  while (Date.now() < until && server.exitCode === null) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).once("error", () => resolve(false));
    });
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((resolve) => server.once("exit", resolve));
  // To PostgreSQL: do not wait for connections to end.
  server.kill("SIGINT");
  server.kill("SIGTERM");
  const late = setTimeout(() => server.kill("SIGKILL"), 30_000);
  await exit;
  clearTimeout(late);
}

function executable(name: string, folders: readonly string[]): string | undefined {
  const all = [...folders, ...(process.env.PATH ?? "").split(delimiter)];
  return all.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      // Cast: a TCP server's address is an object.
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
