import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

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
  const folder = mkdtempSync(join(tmpdir(), "scalardb-judge-"));
  try {
    const classPath = join(folder, "class-path");
    const pom = join(__dirname, "pom.xml");
    const maven = spawnSync(
      "mvn",
      ["--quiet", "--batch-mode", "--file", pom, "dependency:build-classpath", `-Dmdep.outputFile=${classPath}`],
      { encoding: "utf8" },
    );
    if (maven.error) return `there is no mvn to download ScalarDB with (${maven.error.message})`;
    if (maven.status !== 0) return `mvn did not download ScalarDB: ${maven.stdout.slice(0, 500)}`;
    return withClassPath(readFileSync(classPath, "utf8").trim());
  } finally {
    rmSync(folder, { recursive: true });
  }
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
