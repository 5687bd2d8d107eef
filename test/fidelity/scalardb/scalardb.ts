import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { scalarDbClassPath } from "./class-path";

/** What ScalarDB connects to. */
export interface Connection {
  storage: string;
  region?: string;
  endpoint?: string;
  key?: string;
  url?: string;
  host?: string;
  port?: string;
  database?: string;
  parameters?: string;
}

/** What ScalarDB reads in a text of properties. */
export interface Judged {
  coordinator: string;
  coordinatorTable: string;
  /** By the storages' names; without multi-storage, the only one's is empty. */
  storages: Record<string, Connection>;
}

export interface ScalarDb {
  judge(texts: readonly string[]): Judged[];
  connect(url: string): Promise<string>;
}

/** ScalarDB itself, from Maven's repository; the reason as text where it cannot be had. */
export function scalarDb(): ScalarDb | string {
  const found = scalarDbClassPath();
  return "because" in found ? found.because : withClassPath(found.path);
}

function withClassPath(classPath: string): ScalarDb {
  const java = (source: string) => ["-XX:TieredStopAtLevel=1", "-cp", classPath, join(__dirname, source)];
  return {
    judge(texts) {
      const input = texts.map((text) => `${Buffer.from(text).toString("base64")}\n`).join("");
      const { status, stdout, stderr } = spawnSync("java", java("Judge.java"), { input, encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
      return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    },
    connect: async (url) => (await promisify(execFile)("java", [...java("Connect.java"), url])).stdout,
  };
}
