import type { EngineEvent } from "@pulumi/pulumi/automation";
import { durationText } from "../../restore-points/duration";
import { formatInstant } from "../../restore-points/instant";
import { EXIT, type ExitCode, FailedError } from "../exit-codes";
import type { PulumiStack, RunEnd } from "../pulumi/stack";
import { evidenceOf } from "../report/build";
import type { Evidence, EvidenceTime } from "../report/evidence";
import { readOutputs } from "../report/outputs";
import { copyResources, nameOf, type StackResource } from "../report/resources";
import { versionsOf } from "../report/versions";
import { EventLog, isChange } from "./events";
import type { DrillFiles } from "./files";
import { beginning, ending, type Phase, phaseOf } from "./phase";
import { Progress } from "./progress";

/** What a drill is to do, and how it talks. */
export interface DrillOptions {
  /** The instant; by default the newest restore point. */
  at?: string;
  /** Keeps the copies for a look at them; the next call removes them. */
  keep: boolean;
  /** Whether changes that have nothing to do with the drill may be deployed with it. */
  withChanges: boolean;
  /** Takes away the lock of a run that was killed. */
  takeOver: boolean;
  by: Evidence["by"];
  say(line: string): void;
  /** Whether to go on with what was shown. */
  confirm(question: string): Promise<boolean>;
  now(): number;
  stop: AbortSignal;
}

/** What a drill came to. */
export interface DrillResult {
  exitCode: ExitCode;
  evidence?: Evidence;
}

/** A whole drill, or what is left of one. Every step can be killed: the next call goes on by the stack's configuration and state. */
export class Drill {
  readonly #stack: PulumiStack;
  readonly #files: DrillFiles;
  readonly #options: DrillOptions;

  constructor(stack: PulumiStack, files: DrillFiles, options: DrillOptions) {
    [this.#stack, this.#files, this.#options] = [stack, files, options];
  }

  async perform(): Promise<DrillResult> {
    const { say, takeOver } = this.#options;
    if (takeOver) await this.#stack.cancel();
    const phase = await this.#phase();
    if (phase.kind === "other") {
      say(phase.because);
      return { exitCode: EXIT.findings };
    }
    if (phase.kind === "cleaning up") return await this.#finishCleanUp();
    if (phase.kind === "idle") {
      const at = this.#options.at ?? (await this.#newest());
      if (at === undefined) return { exitCode: EXIT.findings };
      await this.#stack.setConfig(beginning(at, this.#time(), this.#options.by.person));
      return await this.#restore(await this.#begun(), true);
    }
    say(`going on with the drill of ${phase.at} that began at ${phase.begun}${phase.by ? ` (${phase.by})` : ""}`);
    if (this.#options.at !== undefined && this.#options.at !== phase.at)
      throw new FailedError(
        `a drill of ${phase.at} has begun; let it end first (without --at), or remove its copies (--clean-up)`,
      );
    return await this.#restore(phase, false);
  }

  /** Removes the copies, whatever they proved. */
  async cleanUp(): Promise<DrillResult> {
    if (this.#options.takeOver) await this.#stack.cancel();
    const phase = await this.#phase();
    if (phase.kind === "idle") this.#options.say("there is nothing to clean up");
    if (phase.kind === "other") this.#options.say(phase.because);
    if (phase.kind === "cleaning up") return await this.#finishCleanUp();
    if (phase.kind !== "begun") return { exitCode: phase.kind === "idle" ? EXIT.ok : EXIT.findings };
    if (!(await this.#options.confirm(`remove the copies of ${phase.at}?`))) return { exitCode: EXIT.findings };
    await this.#removeCopies();
    return { exitCode: EXIT.ok };
  }

  async #phase(): Promise<Phase> {
    const [values, resources] = await Promise.all([this.#stack.config(), this.#stack.resources()]);
    return phaseOf(values, resources);
  }

  /** The note of the drill as it is in the configuration now. */
  async #begun(): Promise<Extract<Phase, { kind: "begun" }>> {
    const phase = await this.#phase();
    if (phase.kind === "begun") return phase;
    throw new FailedError(
      "the beginning of the drill is not in the stack's configuration; does something else change it?",
    );
  }

  /** A preview reads the windows that were recorded since the last `up`, without one. */
  async #newest(): Promise<string | undefined> {
    const { say } = this.#options;
    say("reading the restore points (preview)");
    const log = new EventLog();
    this.#ended(await this.#stack.preview((event) => log.receive(event)), log, "the preview");
    const { restorePoints } = readOutputs(log.outputs);
    if (restorePoints?.latest === undefined) {
      say(`no instant can be restored: ${restorePoints?.noneBecause ?? 'the stack has no output "restorePoints"'}`);
      return undefined;
    }
    const age = durationText(this.#options.now() - Date.parse(restorePoints.latest));
    say(`the newest restore point is ${restorePoints.latest}, ${age} old (read at ${restorePoints.asOf})`);
    for (const problem of restorePoints.pauseProblems ?? []) say(`warning: ${problem}`);
    return restorePoints.latest;
  }

  async #restore(drill: Extract<Phase, { kind: "begun" }>, fresh: boolean): Promise<DrillResult> {
    const { say, confirm, withChanges } = this.#options;
    const { at } = drill;
    this.#files.begin(at);
    const planned = await this.#plan(at);
    if (planned.others.length > 0 && !withChanges) {
      say(
        `the stack has other changes, which would be deployed with the drill: ${planned.others.join(", ")}. Deploy them first ("pulumi up"), or give --with-changes`,
      );
      if (fresh) await this.#forget();
      return { exitCode: EXIT.findings };
    }
    if (!(await confirm(`restore copies of all databases as of ${at}?`))) {
      say(fresh ? "nothing was created" : 'the drill is not ended; "--clean-up" removes its copies');
      if (fresh) await this.#forget();
      return { exitCode: EXIT.findings };
    }
    const log = new EventLog();
    const progress = new Progress(say, this.#options.now, planned);
    const end = await this.#stack.up((event) => this.#receive(event, log, progress), this.#options.stop);
    progress.close();
    say(progress.summary);
    if (end.locked) throw this.#locked(end);
    const evidence = await this.#evidence(drill, log, end, { unknownBecause: "the copies are there" });
    say(`verdict: ${evidence.verdict.verdict}`);
    for (const line of evidence.passed ? evidence.verdict.restsOn : evidence.verdict.because) say(`  ${line}`);
    for (const file of this.#files.write(evidence)) say(`wrote ${file}`);
    if (end.failure !== undefined || !evidence.passed) return this.#notPassed(evidence);
    if (this.#options.keep) {
      say('the copies stay (--keep); "scalar-backup drill --clean-up" removes them');
      return { exitCode: exitCodeOf(evidence), evidence };
    }
    const removed = await this.#removeCopies();
    const cleaned = {
      ...evidence,
      cleanedUp: removed,
      checks: [...evidence.checks, { name: "the copies are removed", passed: true }],
    };
    this.#files.write(cleaned);
    return { exitCode: exitCodeOf(cleaned), evidence: cleaned };
  }

  /** Copies that are refused stay for a look; an `up` that failed for another reason can go on. */
  #notPassed(evidence: Evidence): DrillResult {
    const { say } = this.#options;
    if (evidence.verdict.verdict === "none") {
      for (const error of evidence.errors) say(`error: ${error}`);
      say("the drill has not ended: the same command goes on from here");
      return { exitCode: EXIT.failed, evidence };
    }
    say('the copies stay for inspection; "scalar-backup drill --clean-up" removes them');
    return { exitCode: EXIT.findings, evidence };
  }

  async #plan(at: string): Promise<{ steps: number; others: string[] }> {
    const { say } = this.#options;
    say(`previewing a restore of ${at}`);
    const log = new EventLog();
    const changed = new Map<string, string>();
    const end = await this.#stack.preview((event) => {
      log.receive(event);
      const { resourcePreEvent: step } = event;
      if (step && isChange(step.metadata)) changed.set(step.metadata.urn, step.metadata.op);
    });
    for (const warning of log.warnings) say(`warning: ${warning}`);
    this.#ended(end, log, "the preview");
    const others = [...changed].filter(([urn]) => !isOfRestore(urn, log.resources));
    const own = changed.size - others.length;
    say(own === 0 ? "all copies are there" : `${own} resources of copies would be created or changed`);
    return {
      steps: changed.size,
      others: others.map(([urn, op]) => `${op} ${nameOf(urn)}`),
      ...this.#files.lastSeconds(),
    };
  }

  #receive(event: EngineEvent, log: EventLog, progress: Progress): void {
    log.receive(event);
    progress.receive(event);
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent } = event;
    const urn = (resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent)?.metadata.urn;
    const run = urn === undefined ? undefined : log.runs.get(urn)?.at(-1);
    if (urn !== undefined && run !== undefined && run.op !== "same") this.#files.note(urn, run);
  }

  async #evidence(
    { at, begun, by }: Extract<Phase, { kind: "begun" }>,
    log: EventLog,
    { failure }: RunEnd,
    cleanedUp: EvidenceTime,
  ): Promise<Evidence> {
    const [outputs, resources, stack] = await Promise.all([
      this.#stack.outputs(),
      this.#stack.resources(),
      this.#stack.wholeName(),
    ]);
    const errors = log.errors.length > 0 ? log.errors : failure === undefined ? [] : [failure];
    return evidenceOf({
      stack,
      instant: at,
      mode: "drill",
      outputs: readOutputs(outputs),
      resources,
      runs: this.#files.runs(),
      begun: { at: begun, source: "configuration" },
      by: { ...this.#options.by, ...(by !== undefined && { person: by }) },
      versions: versionsOf(resources, this.#stack.pulumiVersion),
      errors,
      cleanedUp,
      written: this.#time(),
    });
  }

  async #finishCleanUp(): Promise<DrillResult> {
    this.#options.say("an earlier drill's copies are left: removing them, and beginning no other drill");
    if (!(await this.#options.confirm("remove them?"))) return { exitCode: EXIT.findings };
    await this.#removeCopies();
    return { exitCode: EXIT.ok };
  }

  /** @returns when they were gone */
  async #removeCopies(): Promise<EvidenceTime> {
    const { say } = this.#options;
    say("removing the copies");
    await this.#forget();
    const log = new EventLog();
    const copies = copyResources(await this.#stack.resources(), new Map());
    const progress = new Progress(say, this.#options.now, { steps: copies.length });
    const end = await this.#stack.up((event) => {
      log.receive(event);
      progress.receive(event);
    }, this.#options.stop);
    progress.close();
    this.#ended(end, log, "the clean-up");
    say(progress.summary);
    return { at: this.#time(), source: "command" };
  }

  /** Takes the drill out of the configuration. */
  async #forget(): Promise<void> {
    const values = await this.#stack.config();
    if (phaseOf(values, []).kind === "begun") await this.#stack.removeConfig(ending(values));
  }

  #ended(end: RunEnd, { errors }: EventLog, what: string): void {
    if (end.failure === undefined) return;
    if (end.locked) throw this.#locked(end);
    throw new FailedError(`${what} failed: ${errors.length > 0 ? errors.join("\n") : end.failure}`);
  }

  #locked({ failure }: RunEnd): FailedError {
    return new FailedError(
      `another run of Pulumi holds the stack, or one that was killed has left its lock. If none runs, give --take-over: ${failure}`,
    );
  }

  #time(): string {
    return formatInstant(this.#options.now());
  }
}

/** An objective that is missed is something that a person has to know. */
function exitCodeOf({ checks }: Evidence): ExitCode {
  return checks.every(({ passed }) => passed) ? EXIT.ok : EXIT.findings;
}

/** Whether a resource is a restore's: its copies may be created, changed and deleted by a drill, and nothing else. */
function isOfRestore(urn: string, resources: ReadonlyMap<string, StackResource>): boolean {
  const resource = resources.get(urn);
  if (resource === undefined) return false;
  if (resource.type === "scalar-backup:index:ScalarRestore") return true;
  return resource.parent !== undefined && isOfRestore(resource.parent, resources);
}
