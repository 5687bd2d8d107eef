import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../restore-points/shape";
import type { StackValues } from "../pulumi/stack";

export const DATABASES_KEY = "scalar-backup:databases";

/** What decides which databases a restore restores, and to which windows. Other keys of a drills' stack may be its own, such as credentials. */
const KEYS = [DATABASES_KEY, "scalar-backup:pause", "scalar-backup:vault"];

/** What has to change in the configuration of a stack for drills, so that it describes the set that production's does. */
export interface Renewals {
  set: StackValues;
  remove: string[];
}

export function renewals(present: StackValues, production: StackValues): Renewals {
  const set: StackValues = {};
  for (const key of KEYS) {
    const [own, given] = [present[key], production[key]];
    if (given === undefined) continue;
    const [before, theirs] = [parsed(own?.value), parsed(given.value)];
    const value = key === DATABASES_KEY ? databasesFor(before, theirs) : theirs;
    if (isDeepStrictEqual(value, before)) continue;
    // `objectValue` makes it a value with a structure in the stack's file, not a text.
    const structure = typeof value === "object" ? { objectValue: value } : {};
    set[key] = {
      value: typeof value === "string" ? value : JSON.stringify(value),
      ...structure,
      secret: given.secret === true,
    };
  }
  return { set, remove: KEYS.filter((key) => present[key] !== undefined && production[key] === undefined) };
}

/** Production's databases. A drill may put copies elsewhere, and has to name as existing what production creates. */
function databasesFor(own: unknown, production: unknown): unknown {
  if (!Array.isArray(own) || !Array.isArray(production)) return production;
  return production.map((database: unknown) => {
    if (!isObject(database)) return database;
    const before: unknown = own.find((each) => isObject(each) && each.name === database.name);
    if (!isObject(before)) return database;
    return Object.fromEntries(
      Object.entries(database).map(([key, theirs]) => {
        const ours = before[key];
        if (!isObject(theirs) || !isObject(ours)) return [key, theirs];
        if (theirs.create !== undefined && ours.existing !== undefined) return [key, ours];
        return [key, { ...theirs, ...(ours.restoreTo !== undefined && { restoreTo: ours.restoreTo }) }];
      }),
    );
  });
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
