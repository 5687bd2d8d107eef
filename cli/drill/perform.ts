import type { EngineEvent } from "@pulumi/pulumi/automation";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc";
import { counted } from "../../restore-points/counted";
import { durationText } from "../../restore-points/duration";
import { formatInstant } from "../../restore-points/instant";
import { OUTPUT } from "../../restore-points/outputs";
import { EXIT, type ExitCode, FailedError } from "../exit-codes";
import type { PulumiStack, RunEnd } from "../pulumi/stack";
import { evidenceOf } from "../report/build";
import { COPIES_ARE_THERE, type Evidence, type EvidenceTime, withCleanUp } from "../report/evidence";
import { readOutputs } from "../report/outputs";
import { versionsOf } from "../report/versions";
import { PlannedChanges } from "./changes";
import { CleanUp } from "./clean-up";
import { checkEnd, lockedError } from "./ended";
import { EventLog } from "./events";
import type { DrillFiles } from "./files";
import { KEPT_ONLY_LATER, keepsRestored } from "./keeps-restored";
import { lostCopies } from "./lost-copies";
import { beginning, type Phase, phaseOf, restoring } from "./phase";
import { Progress } from "./progress";
import { checkHasSet, checkRestores } from "./stack-program";

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
  /** Ends what Pulumi does. */
  stop: AbortSignal;
  /** Whether a person has ended it, in this way or by Ctrl-C, which Pulumi gets itself. */
  interrupted: AbortSignal;
}

/** The result of a drill. */
export interface DrillResult {
  exitCode: ExitCode;
  evidence?: Evidence;
}

/** A whole drill, or what is left of one. Every step can be killed: the next call goes on by the stack's configuration and state. */
export class Drill {
  readonly #stack: PulumiStack;
  readonly #files: DrillFiles;
  readonly #options: DrillOptions;
  readonly #warned = new Set<string>();

  constructor(stack: PulumiStack, files: DrillFiles, options: DrillOptions) {
    this.#stack = stack;
    this.#files = files;
    this.#options = options;
  }

  async perform(): Promise<DrillResult> {
    const { say, takeOver } = this.#options;
    if (takeOver) await this.#stack.cancel();
    let phase = await this.#phase();
    if (phase.kind === "other") {
      say(phase.because);
      return { exitCode: EXIT.findings };
    }
    if (phase.kind === "cleaning up") {
      const ended = await this.#finishCleanUp();
      if (ended !== undefined) return ended;
      phase = { kind: "idle" };
    }
    if (phase.kind === "idle") {
      const at = this.#options.at ?? (await this.#newest());
      if (at === undefined) return { exitCode: EXIT.findings };
      return await this.#begin(at);
    }
    say(`going on with the drill of ${phase.at} that began at ${phase.begun}${phase.by ? ` (${phase.by})` : ""}`);
    if (this.#options.at !== undefined && this.#options.at !== phase.at)
      throw new FailedError(
        `a drill of ${phase.at} has begun; let it end first (without --at), or remove its copies (--clean-up)`,
      );
    const planned = await this.#plan(phase.at);
    if (!(await this.#agreed(planned, phase.at, 'the drill is not ended; "--clean-up" removes its copies')))
      return { exitCode: EXIT.findings };
    return await this.#restore(phase, planned);
  }

  /** Removes the copies, whatever they proved. */
  async cleanUp(): Promise<DrillResult> {
    const { say, takeOver, confirm } = this.#options;
    if (takeOver) await this.#stack.cancel();
    const phase = await this.#phase();
    if (phase.kind === "other") {
      say(phase.because);
      return { exitCode: EXIT.findings };
    }
    const [lost] = await lostCopies(this.#stack);
    const at = phase.kind === "begun" ? phase.at : lost?.at;
    if (phase.kind === "idle" && at === undefined) {
      say("there is nothing to clean up");
      return { exitCode: EXIT.ok };
    }
    if (!(await confirm(`remove the copies${at === undefined ? "" : ` of ${at}`}?`)))
      return { exitCode: EXIT.findings };
    this.#files.cleanedUp(await this.#cleanUp().run(), at);
    return { exitCode: EXIT.ok };
  }

  async #phase(): Promise<Phase> {
    const [values, resources] = await Promise.all([this.#stack.config(), this.#stack.resources()]);
    checkHasSet(this.#stack.name, values);
    return phaseOf(values, resources);
  }

  #cleanUp(): CleanUp {
    return new CleanUp(this.#stack, this.#options);
  }

  /** A preview reads the windows that were recorded since the last `up`, without one. */
  async #newest(): Promise<string | undefined> {
    const { say, stop, interrupted } = this.#options;
    say("reading the restore points (preview)");
    const log = new EventLog();
    checkEnd(await this.#stack.preview((event) => log.receive(event), stop), log, "the preview", interrupted);
    if (log.outputs[OUTPUT] === unknownValue) {
      say('the restore points are not known in a preview: deploy the stack first ("pulumi up")');
      return undefined;
    }
    const { restorePoints } = readOutputs(log.outputs);
    if (restorePoints?.latest === undefined) {
      const asOf = restorePoints === undefined ? "" : ` (read at ${restorePoints.asOf})`;
      say(
        `no instant can be restored${asOf}: ${restorePoints?.noneBecause ?? 'the stack has no output "restorePoints"'}`,
      );
      return undefined;
    }
    const age = durationText(this.#options.now() - Date.parse(restorePoints.latest));
    say(`the newest restore point is ${restorePoints.latest}, ${age} old (read at ${restorePoints.asOf})`);
    for (const problem of restorePoints.pauseProblems ?? []) this.#warn(problem);
    return restorePoints.latest;
  }

  /** Only an agreed drill is noted in the stack's configuration: until then, any end of this process leaves it as it was. */
  async #begin(at: string): Promise<DrillResult> {
    const { by } = this.#options;
    const values = restoring(await this.#stack.config(), at, this.#time(), by.person);
    const planned = await this.#plan(at, values);
    if (!(await this.#agreed(planned, at, "nothing was created"))) return { exitCode: EXIT.findings };
    await this.#stack.setConfig(beginning(at, this.#time(), by.person));
    const phase = await this.#phase();
    if (phase.kind === "begun") return await this.#restore(phase, planned);
    throw new FailedError(
      "the beginning of the drill is not in the stack's configuration; does something else change it?",
    );
  }

  /** Whether the plan changes nothing but copies, and the person agrees. */
  async #agreed({ others }: { others: string[] }, at: string, otherwise: string): Promise<boolean> {
    const { say, confirm, withChanges } = this.#options;
    if (others.length > 0 && !withChanges) {
      say(
        `the stack has other changes, which would be deployed with the drill: ${others.join(", ")}. Deploy them first ("pulumi up"), or give --with-changes`,
      );
      return false;
    }
    const agreed = await confirm(`restore copies of all databases as of ${at}?`);
    if (!agreed) say(otherwise);
    return agreed;
  }

  async #restore(drill: Extract<Phase, { kind: "begun" }>, planned: { steps: number }): Promise<DrillResult> {
    const { say, stop } = this.#options;
    this.#files.begin(drill.at);
    const log = new EventLog();
    const progress = new Progress(say, this.#options.now, planned, this.#warned);
    const end = await this.#stack.up((event) => this.#receive(event, log, progress), stop);
    progress.close();
    say(progress.summary);
    if (end.locked) throw lockedError(end);
    const evidence = await this.#evidence(drill, log, end, { unknownBecause: COPIES_ARE_THERE });
    say(`verdict: ${evidence.verdict.verdict}`);
    for (const line of evidence.passed ? evidence.verdict.restsOn : evidence.verdict.because) say(`  ${line}`);
    for (const file of this.#files.write(evidence)) say(`wrote ${file}`);
    if (end.failure !== undefined || !evidence.passed) return this.#notPassed(evidence);
    if (this.#options.keep) {
      say('the copies stay (--keep); "scalar-backup drill --clean-up" removes them');
      return { exitCode: exitCodeOf(evidence), evidence };
    }
    const cleaned = withCleanUp(evidence, await this.#cleanUp().run());
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

  /** @param values for a drill that is not noted in the stack's configuration */
  async #plan(at: string, values?: Record<string, unknown>): Promise<{ steps: number; others: string[] }> {
    const { say, stop, interrupted } = this.#options;
    say(`previewing a restore of ${at}`);
    const log = new EventLog();
    const changes = new PlannedChanges();
    const receive = (event: EngineEvent) => {
      log.receive(event);
      changes.receive(event);
    };
    const end = await this.#stack.preview(receive, stop, values && { values });
    for (const warning of log.warnings) this.#warn(warning);
    if (!this.#options.keep && keepsRestored(await this.#stack.config())) this.#warn(KEPT_ONLY_LATER);
    checkEnd(end, log, "the preview", interrupted);
    checkRestores(this.#stack.name, log);
    const others = changes.others(log.resources);
    const own = changes.count - others.length;
    say(own === 0 ? "all copies are there" : `${counted(own, "resource")} of copies would be created or changed`);
    return { steps: changes.count, others, ...this.#files.lastSeconds() };
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

  /** @returns how the drill ended whose copies were left; undefined if it has proved nothing, so that another one has to begin */
  async #finishCleanUp(): Promise<DrillResult | undefined> {
    const { say, confirm } = this.#options;
    say("an earlier drill's copies are left");
    if (!(await confirm("remove them?"))) return { exitCode: EXIT.findings };
    const evidence = this.#files.cleanedUp(await this.#cleanUp().run());
    if (evidence?.passed) {
      say(`the drill of ${evidence.instant} has ended: ${evidence.verdict.verdict}`);
      return { exitCode: exitCodeOf(evidence), evidence };
    }
    say("no evidence of that drill is here: beginning another one");
    return undefined;
  }

  /** Each warning once, though every run of the program repeats it. */
  #warn(warning: string): void {
    if (this.#warned.has(warning)) return;
    this.#warned.add(warning);
    this.#options.say(`warning: ${warning}`);
  }

  #time(): string {
    return formatInstant(this.#options.now());
  }
}

/** An objective that is missed is something that a person has to know. */
function exitCodeOf({ checks }: Evidence): ExitCode {
  return checks.every(({ passed }) => passed) ? EXIT.ok : EXIT.findings;
}
