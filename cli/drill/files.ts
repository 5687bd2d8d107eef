import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { badge } from "../report/badge";
import { type Evidence, evidenceSchema, isKnown, type KnownTime, withCleanUp } from "../report/evidence";
import { metricsText } from "../report/metrics";
import { page } from "../report/page";
import type { ResourceRun } from "../report/resources";
import { RunFile } from "./events";

/** The files of a stack's drills, in one folder. */
export class DrillFiles {
  readonly #folder: string;
  readonly #stack: string;
  #runs: RunFile | undefined;

  /** Makes the folder, so that a drill does not fail at its end. */
  constructor(folder: string, stack: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#stack = stack.replaceAll(/[^\w.-]+/g, "-");
  }

  /** Begins a drill, or goes on with it. */
  begin(instant: string): void {
    this.#runs = new RunFile(join(this.#folder, `.${this.#nameOf(instant)}.runs.jsonl`));
  }

  note(urn: string, run: ResourceRun): void {
    this.#runs?.note(urn, run);
  }

  /** What runs of this drill did, those of killed ones too. */
  runs(): Map<string, ResourceRun[]> {
    return this.#runs?.read() ?? new Map();
  }

  /** Writes the evidence as JSON and as a page, the badge and the metrics. @returns the files */
  write(evidence: Evidence): string[] {
    const name = this.#nameOf(evidence.instant);
    const { stack, passed, verified } = evidence;
    const before = passed ? undefined : this.#lastPassed();
    const lastVerified = passed && "at" in verified ? verified.at : before;
    const files = {
      [`${name}.json`]: `${JSON.stringify(evidence, undefined, 2)}\n`,
      [`${name}.html`]: page(evidence),
      [`${this.#stack}.svg`]: badge({ ...(lastVerified && { lastVerified }), failedSince: !passed }),
      [`${this.#stack}.prom`]: metricsText({ stack, ...(lastVerified && { lastVerified }), evidence }),
    };
    for (const [file, text] of Object.entries(files)) this.#replace(file, text);
    if ("at" in evidence.cleanedUp && this.#runs) rmSync(this.#runs.path, { force: true });
    return Object.keys(files).map((file) => join(this.#folder, file));
  }

  /**
   * Completes the newest evidence, if its copies were left when it was written.
   * @param instant that of the removed copies, if it is known
   */
  cleanedUp(at: KnownTime, instant?: string): Evidence | undefined {
    const newest = this.#earlier().at(-1);
    if (newest === undefined || isKnown(newest.cleanedUp)) return undefined;
    if (instant !== undefined && newest.instant !== instant) return undefined;
    const cleaned = withCleanUp(newest, at);
    this.begin(newest.instant);
    this.write(cleaned);
    return cleaned;
  }

  /** How long the last drill took, if one was measured here. */
  lastSeconds(): { lastSeconds?: number } {
    const lastSeconds = this.#earlier().at(-1)?.recoveryTime.measuredSeconds;
    return lastSeconds === undefined ? {} : { lastSeconds };
  }

  #nameOf(instant: string): string {
    return `${this.#stack}-${instant.replaceAll(/[-:]/g, "").toLowerCase()}`;
  }

  #lastPassed(): string | undefined {
    const passed = this.#earlier().filter((evidence) => evidence.passed);
    const { verified } = passed.at(-1) ?? {};
    return verified && "at" in verified ? verified.at : undefined;
  }

  /** The evidence of drills of this stack, oldest first. */
  #earlier(): Evidence[] {
    return readdirSync(this.#folder)
      .filter((file) => file.startsWith(`${this.#stack}-`) && file.endsWith("z.json"))
      .flatMap((file) => evidenceIn(join(this.#folder, file)) ?? [])
      .sort((one, other) => one.written.at.localeCompare(other.written.at));
  }

  /** A reader, such as node_exporter, never sees half a file. */
  #replace(file: string, text: string): void {
    const path = join(this.#folder, file);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
}

/** The evidence in a file; undefined if it is none that this version reads. */
function evidenceIn(file: string): Evidence | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return evidenceSchema.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}
