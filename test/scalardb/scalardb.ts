import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { scalarDbClassPath } from "../fidelity/scalardb/class-path";
import type { Copies } from "./cut";
import { type History, type Image, readHistory } from "./history";

const SOURCES = join(__dirname, "java");
const JAVA = ["-XX:TieredStopAtLevel=1", "-Xmx700m"];

/** What a history is made with: `name=value` for java/Settings.java. */
export interface Recipe {
  name: string;
  phases: number;
  seed: number;
  settings: readonly string[];
}

/** The programs in java/, compiled with one version of ScalarDB; `end` removes all that they wrote. */
export class ScalarDb {
  readonly #folder: string;
  readonly #classPath: string;
  #stores = 0;

  private constructor(
    readonly version: string,
    folder: string,
    classPath: string,
  ) {
    this.#folder = folder;
    this.#classPath = classPath;
  }

  /** The reason as text where there is no JDK, no Maven or no artifact. */
  static of(version: string): ScalarDb | string {
    const classPath = scalarDbClassPath(version);
    if ("because" in classPath) return classPath.because;
    const folder = mkdtempSync(join(tmpdir(), `scalardb-${version}-`));
    const sources = readdirSync(SOURCES).map((name) => join(SOURCES, name));
    const compiled = spawnSync("javac", ["-nowarn", "-cp", classPath.path, "-d", folder, ...sources], {
      encoding: "utf8",
    });
    if (compiled.status === 0) return new ScalarDb(version, folder, `${folder}:${classPath.path}`);
    rmSync(folder, { recursive: true });
    if (compiled.error) return `there is no javac (${compiled.error.message})`;
    throw new Error(`ScalarDB ${version}: ${compiled.stderr}`);
  }

  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async history({ name, phases, seed, settings }: Recipe): Promise<History> {
    const lines = await this.#run([String(seed), String(phases), ...settings], []);
    const ofScalarDb = settings.filter((each) => each.startsWith("scalar.db."));
    const how = {
      name: `${name}, ScalarDB ${this.version}, seed ${seed}`,
      version: this.version,
      settings: ofScalarDb,
    };
    return readHistory(how, lines);
  }

  /** By ScalarDB itself: the values of the records of each copy after recovery. */
  async recover(copies: readonly Copies[], settings: readonly string[]): Promise<Map<string, string>[]> {
    const input = copies.flatMap((each) => [...rowsOf(each), ""]);
    const lines = await this.#run(["0", "0", "recovers=true", ...settings], input);
    return lines.map(
      (line) => new Map(Object.entries((JSON.parse(line) as { recovered: Record<string, string> }).recovered)),
    );
  }

  async #run(settings: readonly string[], input: readonly string[]): Promise<string[]> {
    const stores = join(this.#folder, `stores-${this.#stores++}`);
    mkdirSync(stores);
    const child = spawn("java", [...JAVA, "-cp", this.#classPath, "Workload", stores, ...settings]);
    const errors: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    // It ends before it has read everything if it fails; its status says so.
    child.stdin.on("error", () => undefined).end(input.map((line) => `${line}\n`).join(""));
    const ended = new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject));
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) lines.push(line);
    const status = await ended;
    rmSync(stores, { recursive: true });
    if (status !== 0)
      throw new Error(`ScalarDB ${this.version} ${settings.join(" ")}: ${errors.join("").slice(-3000)}`);
    return lines;
  }
}

function rowsOf({ early, data }: Copies): string[] {
  const rows: string[] = [];
  for (const image of early.values()) rows.push(`coordinator\t${JSON.stringify(withoutWriteSet(image))}`);
  for (const [store, records] of data)
    for (const image of records.values()) rows.push(`${store}\t${JSON.stringify(preparedLongAgo(image))}`);
  return rows;
}

/** JSON has no bytes, and recovery does not read it. */
function withoutWriteSet(image: Image): Image {
  return Object.fromEntries(Object.entries(image).filter(([name]) => name !== "tx_write_set"));
}

/** Recovery leaves transactions alone for their first 15 s, by its own clock. */
function preparedLongAgo(image: Image): Image {
  return { ...image, tx_prepared_at: 1 };
}
