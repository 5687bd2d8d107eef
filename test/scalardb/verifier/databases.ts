import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PLANT = join(__dirname, "Plant.java");
const VERIFY = join(__dirname, "../../../components/verification/VerifyCopies.java");
/** Fast to start. */
const FLAGS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"];

/** A database that can be copied. */
export interface Place {
  /** ScalarDB's properties of a copy of the database that `filled` made; of a new one without it. */
  properties(name: string, filled?: string): Promise<Record<string, string>>;
}

/** Each database is a file. */
export function sqlite(folder: string): Place {
  const file = (name: string) => join(folder, `${name}.db`);
  mkdirSync(folder, { recursive: true });
  return {
    async properties(name, filled) {
      if (filled !== undefined) copyFileSync(file(filled), file(name));
      return {
        "scalar.db.storage": "jdbc",
        "scalar.db.contact_points": `jdbc:sqlite:${file(name)}?busy_timeout=20000&synchronous=OFF`,
        "scalar.db.username": "",
        "scalar.db.password": "",
        "test.table": "`ledger$accounts`",
      };
    },
  };
}

export type Defect = string;

/** What ScalarDB has in a database of a test. */
export class Databases {
  constructor(
    /** Its class path. */
    private readonly scalarDb: string,
    private readonly folder: string,
    private readonly place: Place,
    private readonly additional: Record<string, string> = {},
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** Lets ScalarDB fill a database, and plants each defect in a copy of it. */
  async plant(defects: readonly Defect[]): Promise<void> {
    await this.#plant([["filled", await this.#write("filled")]]);
    const copies: [Defect, string][] = [];
    for (const defect of defects) copies.push([defect, await this.#write(defect, "filled")]);
    await this.#plant(copies);
  }

  /** Compiles both programs, once for all runs. */
  async compile(): Promise<void> {
    const { code, stderr } = await this.#run("javac", [
      "-nowarn",
      "-d",
      this.#classes,
      "-cp",
      this.scalarDb,
      VERIFY,
      PLANT,
    ]);
    if (code !== 0) throw new Error(stderr);
  }

  /** Runs the verifier as its Job does, from its source. */
  verifyFromSource(database: Defect): Promise<Verified> {
    return this.#verify(database, {}, VERIFY);
  }

  verify(database: Defect, settings: Record<string, string> = {}): Promise<Verified> {
    return this.#verify(database, settings, "VerifyCopies");
  }

  async #verify(database: Defect, settings: Record<string, string>, program: string): Promise<Verified> {
    const facts = join(this.folder, `${database}.facts`);
    const all = Object.entries({ namespaces: "ledger", since: "0", factsFile: facts, ...settings });
    const args = all.map(([name, value]) => `${name}=${value}`);
    const { code, stdout } = await this.#java(program, [this.#file(database), ...args]);
    const line = stdout.trim().split("\n").at(-1) as string;
    return { exit: code, facts: JSON.parse(line), line, file: facts };
  }

  async #plant(databases: [Defect, string][]): Promise<void> {
    const { code, stdout, stderr } = await this.#java(
      "Plant",
      databases.flatMap(([defect, file]) => [file, defect]),
    );
    if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  }

  async #write(name: string, filled?: string): Promise<string> {
    const properties = { ...(await this.place.properties(name, filled)), ...this.additional };
    writeFileSync(this.#file(name), propertiesText(properties));
    return this.#file(name);
  }

  #file(name: string): string {
    return join(this.folder, `${name}.properties`);
  }

  get #classes(): string {
    return join(this.folder, "classes");
  }

  #java(program: string, args: string[]): Promise<Ended> {
    const classPath = [this.#classes, this.scalarDb].join(delimiter);
    return this.#run("java", [...FLAGS, "-cp", classPath, program, ...args]);
  }

  async #run(command: string, args: string[]): Promise<Ended> {
    try {
      return { code: 0, ...(await run(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })) };
    } catch (error) {
      // What `execFile` rejects with has what the process wrote, and its exit code.
      const failed = error as { code: unknown; stdout: string; stderr: string };
      if (typeof failed.code !== "number") throw error;
      return { code: failed.code, stdout: failed.stdout, stderr: failed.stderr };
    }
  }
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Verified {
  exit: number;
  facts: Facts;
  /** The last line of the output, which has the facts. */
  line: string;
  /** Where the facts were written as well. */
  file: string;
}

export interface Facts {
  error?: string;
  tables: number;
  records: number;
  coordinatorRows: number;
  committedWithoutRow: Found;
  beforeImageWithoutRow: Found;
  olderThanCoordinator: number;
  unfinished: number;
  finished?: number;
  withoutMetadata: number;
  notCovered: string[];
}

interface Found {
  count: number;
  examples: { table: string; key: string; id: string }[];
}

function propertiesText(properties: Record<string, string>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}
