import * as pulumi from "@pulumi/pulumi";
// Declares globalThis.asyncLocalStorage.
import type {} from "@pulumi/pulumi/runtime/state";
import { neverSilent, neverSilentTogether } from "../operations/long-work";
import { messageOf } from "../restore-points/error-message";
import { isMocked } from "./mocked";

/** What is wrong with one value. */
export interface Problem {
  /** Its path: `databases[0].dynamodb.recoveryPeriodInDays`; empty for the whole. */
  path: string;
  /** The value found, what is expected, and how to fix it. */
  message: string;
}

/**
 * The same problems with invisible characters written as escapes: control characters, and those without a width or that turn the
 * direction of text, which come along when a value is copied from a page.
 */
export function visible(problems: readonly Problem[]): Problem[] {
  const shown = (text: string) =>
    text.replace(/[\p{C}\p{Zl}\p{Zp}\u00a0]/gu, (character) =>
      [...Array(character.length).keys()]
        .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
        .join(""),
    );
  return problems.map(({ path, message }) => ({ path: shown(path), message: shown(message) }));
}

/** Whether a path is a part, or within it. */
export function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}.`) || path.startsWith(`${part}[`);
}

/** Problems of a part with the part's path before theirs. */
export function under(part: string, problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, message }) => ({ path: path === "" ? part : `${part}.${path}`, message }));
}

/** Ends the construction of a component with all its problems, each naming its property. */
export function refuse(component: string, found: Problem[]): never {
  const problems = visible(found);
  const lines = problems.map(({ path, message }) => `  ${path === "" ? "" : `${path}: `}${message}`);
  const error = new pulumi.InputPropertiesError({
    message: `${component}: ${problems.length === 1 ? "an argument is" : `${problems.length} arguments are`} wrong:\n${lines.join("\n")}`,
    errors: problems.map(({ path, message }) => ({ propertyPath: path, reason: message })),
  });
  // Pulumi prints the list of an InputPropertiesError for other languages only. For Node.js it prints a stack trace, unless
  // the error is marked as one that a user can fix, as a RunError is.
  throw Object.assign(error, { __pulumiRunError: true });
}

/** Shows what may be a mistake, and may be meant, with the component that it is about. */
export function warnOf(warnings: Problem[], component: pulumi.Resource): void {
  for (const { path, message } of warnings) void pulumi.log.warn(`${path}: ${message}`, component);
}

/** What Pulumi keeps for this run of the program, by which what belongs to a run is kept apart; undefined outside of one. */
export function thisRun(): object | undefined {
  // Each inline program of the Automation API has a store of its own; other programs are the only one of their process.
  return globalThis.asyncLocalStorage?.getStore() ?? pulumi.runtime.getStackResource();
}

/** The errors that have ended a run, by what Pulumi keeps for each run of a process. */
const ended = new WeakMap<object, Map<string, pulumi.RunError>>();

/**
 * Ends the program with this message alone. Thrown inside an output instead, it would reach the user wrapped in a line for
 * every property of every resource that waits for that output: so the output never gets a value.
 */
export function endProgram(message: string): Promise<never> {
  const run = thisRun();
  const errors = (run && ended.get(run)) ?? new Map<string, pulumi.RunError>();
  if (run) ended.set(run, errors);
  // Two databases may have the same problem; it is reported once in each run.
  let error = errors.get(message);
  if (error === undefined) {
    error = new pulumi.RunError(message);
    errors.set(message, error);
    rejectAlone(error);
  }
  // A process ends when it has nothing left to do. An inline program would wait for ever: its output is rejected with the
  // same error, which Pulumi reports once. It comes later, so that it is first reported without names of properties.
  return new Promise((_, reject) => isInline() && setImmediate(reject, error));
}

/**
 * Rejects a promise that nothing waits for. Not on the stack of who ends the program: Pulumi's runner attaches V8's debugger, and on
 * Node.js 20 V8 then follows all that waits for the async function on the stack, without end in a large graph of outputs.
 */
function rejectAlone(error: Error): void {
  setImmediate(() => void Promise.reject(error));
}

function isInline(): boolean {
  return globalThis.asyncLocalStorage?.getStore() !== undefined;
}

/**
 * Runs a look-up within an output; when it fails, the program ends with its message. `subject` says whose look-up it is. Without
 * a cloud, in a mocked program, what would be found is unknown. One that takes long shows how far it is.
 */
export async function orEnd<Found>(subject: string, lookUp: () => Promise<Found> | Found): Promise<Found> {
  // Cast: Pulumi's own value of what is not known yet; no callback of an output ever gets it.
  if (isMocked()) return pulumi.unknown as Found;
  try {
    // Ephemeral: a terminal shows it in the line of the stack, a pipe gets it as a line, and the diagnostics at the end are without it.
    const report = (line: string) => void pulumi.log.info(line, undefined, undefined, true);
    // Inline programs run next to each other in one process.
    const silent = isInline() ? neverSilent : neverSilentTogether;
    return await silent(`${subject}: look-up`, report, async () => lookUp());
  } catch (error) {
    return endProgram(`${subject}: ${messageOf(error)}`);
  }
}
