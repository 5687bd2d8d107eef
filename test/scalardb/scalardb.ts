import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CoordinatorRow } from "../../restore-points/verification/coordinator-row";
import type { ScanFacts } from "../../restore-points/verification/facts";
import { scalarDbClassPath } from "../fidelity/scalardb/class-path";
import type { Copies } from "./cut";
import { type History, type Image, readHistory } from "./history";

const SOURCES = join(__dirname, "java");
/** The scan Job's. */
const VERIFY_COPIES = join(__dirname, "../../components/verification/VerifyCopies.java");
const JAVA = ["-XX:TieredStopAtLevel=1", "-Xmx700m"];

/** What a history is made with: `name=value` for java/Settings.java. */
export interface Recipe {
  name: string;
  phases: number;
  seed: number;
  settings: readonly string[];
  /** A server's databases, such as `postgresql:54321`: one history at a time. By default files of SQLite. */
  place?: string;
  /** Seconds of the history to one of the run. Defaults to `STRETCH`. */
  stretch?: number;
}

/** What ScalarDB makes of a copy. */
export interface Recovered {
  scan: Omit<ScanFacts, "notCovered">;
  /** As the scan Job prints it. */
  present?: object;
  /** By record. */
  values: Record<string, string>;
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
    const sources = [VERIFY_COPIES, ...readdirSync(SOURCES).map((name) => join(SOURCES, name))];
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

  async history({ name, phases, seed, settings, stretch, place }: Recipe): Promise<History> {
    const lines = await this.#onStores([String(seed), String(phases), ...settings], [], place);
    const ofScalarDb = settings.filter((each) => each.startsWith("scalar.db."));
    const how = {
      name: `${name}, ScalarDB ${this.version}, seed ${seed}`,
      version: this.version,
      settings: ofScalarDb,
    };
    return readHistory(how, lines, stretch);
  }

  /** By ScalarDB itself, of each copy: what the scan Job finds in it, and the values of its records after recovery. */
  async recover(copies: readonly Copies[], settings: readonly string[], place?: string): Promise<Recovered[]> {
    const input = copies.flatMap((each) => [...rowsOf(each), ""]);
    const lines = await this.#onStores(["0", "0", "recovers=true", ...settings], input, place);
    return lines.map((line) => (JSON.parse(line) as { recovered: Recovered }).recovered);
  }

  /** The rows of the coordinator that ScalarDB reads in a DynamoDB, after transactions with these settings. */
  async dynamodbRows(url: string, transactions: number, settings: readonly string[]): Promise<CoordinatorRow[]> {
    const lines = await this.#java("DynamodbLayout", [url, String(transactions), ...settings], []);
    return lines.flatMap((line) => (JSON.parse(line) as { row?: CoordinatorRow }).row ?? []);
  }

  /**
   * The records in a DynamoDB, by name, as ScalarDB reads them before and after transactions of its own.
   * @param first Whether its tables are to be created.
   * @param leaves Whether it ends in the middle of transactions: one that is committed in the coordinator only, and one that is not.
   * @param settings ScalarDB's properties, as `name=value`.
   */
  async dynamodbRecords(
    url: string,
    {
      first,
      leaves = false,
      transactions,
      seed,
      settings = [],
    }: { first: boolean; leaves?: boolean; transactions: number; seed: number; settings?: readonly string[] },
  ): Promise<{ before: Record<string, string>; after: Record<string, string> }> {
    const lines = await this.#java(
      "DynamodbRecords",
      [url, first ? "create" : leaves ? "leave" : "use", String(transactions), String(seed), ...settings],
      [],
    );
    // Cast: the program prints these two lines, among those of its transactions.
    return Object.assign({}, ...lines.map((line) => JSON.parse(line))) as Awaited<
      ReturnType<ScalarDb["dynamodbRecords"]>
    >;
  }

  async #onStores(settings: readonly string[], input: readonly string[], place?: string): Promise<string[]> {
    if (place !== undefined) return this.#java("Workload", [place, ...settings], input);
    const stores = join(this.#folder, `stores-${this.#stores++}`);
    mkdirSync(stores);
    try {
      return await this.#java("Workload", [stores, ...settings], input);
    } finally {
      rmSync(stores, { recursive: true });
    }
  }

  /** The lines of JSON that a program prints. */
  async #java(program: string, args: readonly string[], input: readonly string[]): Promise<string[]> {
    const child = spawn("java", [...JAVA, "-cp", this.#classPath, program, ...args]);
    const errors: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    // It ends before it has read everything if it fails; its status says so.
    child.stdin.on("error", () => undefined).end(input.map((line) => `${line}\n`).join(""));
    const ended = new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject));
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) if (line.startsWith("{")) lines.push(line);
    const status = await ended;
    if (status !== 0) throw new Error(`ScalarDB ${this.version} ${args.join(" ")}: ${errors.join("").slice(-3000)}`);
    return lines;
  }
}

function rowsOf({ early, data, present }: Copies): string[] {
  const rows: string[] = [];
  if (present) rows.push(`since\t${present.since}`);
  for (const image of present?.rows.values() ?? []) rows.push(`present\t${JSON.stringify(withoutWriteSet(image))}`);
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
