import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { counted } from "../../restore-points/counted";
import { durationText } from "../../restore-points/duration";
import { nameOf } from "../report/resources";
import { isChange } from "./events";

const SILENCE_MILLIS = 30_000;

/** What ends of steps are called. */
const DONE: Record<string, string> = {
  create: "created",
  "create-replacement": "created",
  import: "took over",
  "import-replacement": "took over",
  update: "updated",
  delete: "deleted",
  "delete-replaced": "deleted",
  replace: "replaced",
};

/** What is shown of a run beforehand. */
export interface Expected {
  /** The steps that the preview counted. */
  steps: number;
  /** How long the last drill took, if there was one that was measured. */
  lastSeconds?: number;
}

/**
 * Shows a run of the engine as it goes along: each step that ends, with its number and how long it took; and, when nothing ends for half
 * a minute, what still runs.
 */
export class Progress {
  readonly #say: (line: string) => void;
  readonly #now: () => number;
  readonly #expected: Expected;
  readonly #began: number;
  readonly #warned: Set<string>;
  readonly #running = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #failed = 0;
  #said: number;

  /** @param warned warnings that were shown before: they are not repeated */
  constructor(say: (line: string) => void, now: () => number, expected: Expected, warned = new Set<string>()) {
    this.#say = say;
    this.#now = now;
    this.#expected = expected;
    this.#warned = warned;
    this.#began = now();
    this.#said = now();
    this.#timer = setInterval(() => this.tick(), SILENCE_MILLIS / 6);
    // The timer must not keep the process alive when the run has ended.
    this.#timer.unref();
  }

  receive({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent }: EngineEvent): void {
    if (resourcePreEvent && isChange(resourcePreEvent.metadata))
      this.#running.set(keyOf(resourcePreEvent.metadata), this.#now());
    if (resOutputsEvent && isChange(resOutputsEvent.metadata)) this.#end(resOutputsEvent.metadata, false);
    if (resOpFailedEvent && isChange(resOpFailedEvent.metadata)) this.#end(resOpFailedEvent.metadata, true);
    // What operations print, and what providers say while they wait.
    if (diagnosticEvent && diagnosticEvent.severity !== "error" && diagnosticEvent.urn) this.#show(diagnosticEvent);
  }

  /** Says how it goes if nothing was said for a while. */
  tick(): void {
    const now = this.#now();
    if (now - this.#said < SILENCE_MILLIS || this.#running.size === 0) return;
    const longest = [...this.#running].sort(([, one], [, other]) => one - other)[0];
    const [key = "", since = now] = longest ?? [];
    const { steps, lastSeconds } = this.#expected;
    const before = lastSeconds === undefined ? "" : `; the last drill took ${durationText(lastSeconds * 1000)} in all`;
    this.#print(
      `${this.#done} of ${steps} steps done, ${this.#running.size} running, the longest for ${durationText(now - since)}: ${key.split(" ").at(-1)}; ${durationText(now - this.#began)} so far${before}`,
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }

  get summary(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    return `${counted(this.#done, "step")} done${failed}, in ${durationText(this.#now() - this.#began)}`;
  }

  #end(metadata: StepEventMetadata, failed: boolean): void {
    const key = keyOf(metadata);
    const since = this.#running.get(key);
    this.#running.delete(key);
    // The engine reports a replacement as a whole, besides its two steps.
    if (since === undefined || metadata.op === "replace") return;
    if (failed) this.#failed += 1;
    else this.#done += 1;
    const what = failed ? `could not ${metadata.op}` : (DONE[metadata.op] ?? metadata.op);
    // An adopted copy may take two steps where the preview counted one.
    const steps = Math.max(this.#expected.steps, this.#done);
    const width = String(steps).length;
    this.#print(
      `[${String(this.#done).padStart(width)}/${steps}] ${what} ${shortType(metadata.type)} ${nameOf(metadata.urn)}, ${durationText(this.#now() - since)}`,
    );
  }

  #show({ urn = "", message, severity }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    const text = message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
    if (severity === "warning") {
      if (this.#warned.has(text)) return;
      this.#warned.add(text);
    }
    // The result of a look-up is JSON for the program.
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("{"));
    for (const [index, line] of lines.entries())
      this.#print(
        index > 0 ? `  ${line.trim()}` : `${severity === "warning" ? "warning: " : ""}${nameOf(urn)}: ${line}`,
      );
  }

  #print(line: string): void {
    this.#said = this.#now();
    this.#say(line);
  }
}

function keyOf({ op, urn }: StepEventMetadata): string {
  return `${op} ${nameOf(urn)}`;
}

function shortType(type: string): string {
  return type.split(":").at(-1) ?? type;
}
