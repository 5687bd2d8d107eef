import type { EngineEvent } from "@pulumi/pulumi/automation";
import { formatInstant } from "../../restore-points/instant";
import { FailedError } from "../exit-codes";
import type { PulumiStack } from "../pulumi/stack";
import type { KnownTime } from "../report/evidence";
import { copyResources, nameOf, type StackResource } from "../report/resources";
import { isOfRestore, PlannedChanges } from "./changes";
import { checkEnd } from "./ended";
import { EventLog } from "./events";
import { type LostCopy, lostCopies, pendingOfDrills } from "./lost-copies";
import { ending, phaseOf, restoring } from "./phase";
import { Progress } from "./progress";

/** What the removal of a drill's copies needs to know. */
export interface CleanUpOptions {
  by: { person: string };
  /** Whether changes that have nothing to do with the drill may be deployed with it. */
  withChanges: boolean;
  say(line: string): void;
  now(): number;
  stop: AbortSignal;
  interrupted: AbortSignal;
}

/** Removes a drill's copies, those that a killed run has lost as well. Every step can be killed, and is done again by the next call. */
export class CleanUp {
  readonly #stack: PulumiStack;
  readonly #options: CleanUpOptions;

  constructor(stack: PulumiStack, options: CleanUpOptions) {
    this.#stack = stack;
    this.#options = options;
  }

  /** @returns when the copies were gone */
  async run(): Promise<KnownTime> {
    const { say, now, stop, interrupted } = this.#options;
    // Before the drill leaves the configuration: without it, the program does not look for them.
    for (const [at, lost] of byInstant(await lostCopies(this.#stack))) await this.#takeOver(at, lost);
    await this.#clearPending();
    say("removing the copies");
    await this.#forget();
    const resources = await this.#stack.resources();
    const others = await this.#others();
    if (others !== undefined) say(`the copies are removed without an update of the stack, ${others}`);
    const log = new EventLog();
    const progress = new Progress(say, now, { steps: copyResources(resources, new Map()).length });
    const receive = (event: EngineEvent) => {
      log.receive(event);
      progress.receive(event);
    };
    const end =
      others === undefined
        ? await this.#stack.up(receive, stop)
        : await this.#stack.destroy(receive, stop, urnsOfRestores(resources));
    progress.close();
    checkEnd(end, log, "the clean-up", interrupted);
    say(progress.summary);
    if (others !== undefined) say("outputs of the stack show the restore until the next update (pulumi up)");
    return { at: formatInstant(now()), source: "command" };
  }

  /** Why an update would do more than remove the copies, or would fail; undefined if it would not. */
  async #others(): Promise<string | undefined> {
    const { stop, interrupted, withChanges } = this.#options;
    if (withChanges) return undefined;
    const log = new EventLog();
    const changes = new PlannedChanges();
    const end = await this.#stack.preview((event) => {
      log.receive(event);
      changes.receive(event);
    }, stop);
    if (end.locked || interrupted.aborted) checkEnd(end, log, "the clean-up", interrupted);
    if (end.failure !== undefined) return `which would fail: ${log.errors[0] ?? end.failure}`;
    const others = changes.others(log.resources);
    return others.length > 0 ? `which would deploy other changes: ${others.join(", ")}` : undefined;
  }

  /** An `up` of these copies alone: the program finds them by their tags, and imports them into the state. */
  async #takeOver(at: string, lost: LostCopy[]): Promise<void> {
    const { say, now, stop, interrupted, by } = this.#options;
    const names = lost.map(({ urn }) => nameOf(urn)).join(", ");
    say(`taking over what a killed run has asked for, to remove it: ${names}`);
    const log = new EventLog();
    const progress = new Progress(say, now, { steps: lost.length });
    const values = restoring(await this.#stack.config(), at, formatInstant(now()), by.person);
    const end = await this.#stack.up(
      (event) => {
        log.receive(event);
        progress.receive(event);
      },
      stop,
      { values, targets: lost.map(({ urn }) => urn) },
    );
    progress.close();
    const left = (await lostCopies(this.#stack)).filter(({ urn }) => lost.some((each) => each.urn === urn));
    // The program ends with an error: what the copies lead to, such as the comparison, is not among the targets.
    if (left.length > 0) {
      checkEnd(end, log, "the clean-up", interrupted);
      throw new FailedError(
        `the clean-up failed: ${left.map(({ urn }) => nameOf(urn)).join(", ")} cannot be taken over`,
      );
    }
  }

  /** The copies are in the state: the stack is left without Pulumi's warning of it. */
  async #clearPending(): Promise<void> {
    const pending = await pendingOfDrills(this.#stack);
    if (pending.length > 0) await this.#stack.clearPendingCreations(pending);
  }

  /** Takes the drill out of the configuration. */
  async #forget(): Promise<void> {
    const values = await this.#stack.config();
    if (phaseOf(values, []).kind === "begun") await this.#stack.removeConfig(ending(values));
  }
}

/** The URNs of restores, and of all that is in them. */
function urnsOfRestores(resources: readonly StackResource[]): string[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return [...byUrn.keys()].filter((urn) => isOfRestore(urn, byUrn));
}

function byInstant(lost: LostCopy[]): Map<string, LostCopy[]> {
  const groups = new Map<string, LostCopy[]>();
  for (const copy of lost) groups.set(copy.at, [...(groups.get(copy.at) ?? []), copy]);
  return groups;
}
