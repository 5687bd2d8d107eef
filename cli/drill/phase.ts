import { isObject } from "../../restore-points/shape";
import type { StackValues } from "../pulumi/stack";
import type { StackResource } from "../report/resources";

/** Where in a drill a stack is, by its configuration and state alone: whatever ended the last run, the next one goes on from here. */
export type Phase =
  /** No restore is configured, and there are no copies. */
  | { kind: "idle" }
  /** `scalar-backup drill` has noted an instant: copies may exist or not. */
  | { kind: "begun"; at: string; begun: string; by?: string }
  /** The note is removed, and copies are left. */
  | { kind: "cleaning up" }
  /** Something else restores here: it is not touched. */
  | { kind: "other"; because: string };

export const RESTORE_KEY = "scalar-backup:restore";

/** The keys of `restore` that may stay in the file between drills. */
const SETTINGS = ["verify", "windows"];

export function phaseOf(values: StackValues, resources: readonly StackResource[]): Phase {
  const restore = restoreOf(values);
  const copies = resources.some(({ type }) => type === "scalar-backup:index:ScalarRestore");
  if (restore.at === undefined) return copies ? { kind: "cleaning up" } : { kind: "idle" };
  const { at, drill } = restore;
  if (typeof at !== "string") return { kind: "other", because: "restore.at is no text" };
  const keys = Object.keys(restore).filter((key) => !["at", "drill", ...SETTINGS].includes(key));
  if (restore.mode === "recovery" || restore.switchOver !== undefined)
    return {
      kind: "other",
      because: `a recovery to ${at} is configured (restore.mode), and this command touches none: docs/recovery.md`,
    };
  if (!isObject(drill) || typeof drill.begun !== "string")
    return {
      kind: "other",
      because: `a restore to ${at} is configured that this command has not begun; end it ("pulumi config rm ${RESTORE_KEY}", "pulumi up"), or go on by hand (docs/drill.md)`,
    };
  if (keys.length > 0)
    return {
      kind: "other",
      because: `restore.${keys.join(", restore.")} was added to the drill of ${at}; remove ${keys.length === 1 ? "it" : "them"}, or go on by hand (docs/drill.md)`,
    };
  const { begun, by } = drill;
  return { kind: "begun", at, begun, ...(typeof by === "string" && { by }) };
}

/** `restore` as the stack's file has it; empty without one. */
export function restoreOf(values: StackValues): Record<string, unknown> {
  const text = values[RESTORE_KEY]?.value;
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : { at: value };
  } catch {
    return { at: text };
  }
}

/** The configuration with a drill that is not begun, for a preview of it. */
export function restoring(values: StackValues, at: string, begun: string, by: string): Record<string, unknown> {
  return { [RESTORE_KEY]: { ...restoreOf(values), at, drill: { begun, by } } };
}

/** The configuration's paths that begin a drill. */
export function beginning(at: string, begun: string, by: string): Record<string, string> {
  return {
    [`${RESTORE_KEY}.at`]: at,
    [`${RESTORE_KEY}.drill.begun`]: begun,
    [`${RESTORE_KEY}.drill.by`]: by,
  };
}

/** The paths whose removal ends one: all of `restore`, unless settings for the next drill are in it. */
export function ending(values: StackValues): string[] {
  const rest = Object.keys(restoreOf(values)).filter((key) => SETTINGS.includes(key));
  return rest.length > 0 ? [`${RESTORE_KEY}.at`, `${RESTORE_KEY}.drill`] : [RESTORE_KEY];
}

/** The configuration of a stack for drills of what another one backs up, but for the key that names that one. */
export function drillStackValues(values: StackValues): StackValues {
  const own = [RESTORE_KEY, "scalar-backup:lastDrill", "scalar-backup:backup"];
  return Object.fromEntries(Object.entries(values).filter(([key]) => !own.includes(key)));
}
