import { instantMillis, parseInstant } from "../restore-points/instant";

/** What is expected of an instant in the configuration and the args. */
export const AN_INSTANT = "an instant in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z";

/** The text that Pulumi makes of a date without quotes in YAML, with or without a zone. */
const UNQUOTED_DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC$/;

/** Why a text under this key of a stack's file is not an instant. */
export function instantProblem(key: string, text: string): string | undefined {
  if (UNQUOTED_DATE.test(text))
    return `"${text}" is a date without quotes in the stack's file, so its time zone is not known; quote it, such as ${key}: "2026-11-22T03:00:12Z"`;
  const instant = parseInstant(text);
  return typeof instant === "number" ? undefined : `"${text}" ${instant.problem}`;
}

/** Why no database can be restored to this instant. */
export function restoreInstantProblem(at: string): string | undefined {
  const problem = instantProblem("at", at);
  if (problem !== undefined || instantMillis(at) % 1000 === 0) return problem;
  return `"${at}" is not a whole second; databases are restored to whole seconds`;
}

/** Why a drill cannot have passed at this instant. */
function lastDrillProblem(lastDrill: string): string | undefined {
  const problem = instantProblem("lastDrill", lastDrill);
  if (problem !== undefined || instantMillis(lastDrill) <= Date.now()) return problem;
  return `"${lastDrill}" is in the future; write when the drill passed`;
}

/** A stack's whole name. */
const STACK = /^[^/\s]+\/[^/\s]+\/[^/\s]+$/;

/** Why a value does not say when a drill last passed, nor which stack does. */
export function lastDrillValueProblem(value: unknown): string | undefined {
  if (typeof value === "string") return lastDrillProblem(value);
  const isNamed =
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 1 &&
    "stack" in value &&
    typeof value.stack === "string" &&
    STACK.test(value.stack);
  return isNamed
    ? undefined
    : `${JSON.stringify(value)} is not allowed; expected ${AN_INSTANT}, or the stack whose drills count: { stack: "<organization>/<project>/<stack>" }`;
}
