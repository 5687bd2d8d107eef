import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nearestWord } from "./nearest-word";

let loaded: Set<string> | undefined;

/**
 * The names that Kubernetes accepts as a CronJob's timeZone: those of Go's tz database, which its binaries embed.
 * Unlike Node.js, Go is case-sensitive and knows no abbreviations such as JST. The list is written by
 * test/unit/restore-points/rules/kubernetes/main.go; it is loaded only when a time zone is set.
 */
function names(): Set<string> {
  loaded ??= new Set(readFileSync(join(__dirname, "time-zones.txt"), "utf8").trim().split("\n"));
  return loaded;
}

/** Why Kubernetes refuses a time zone, with what it accepts; undefined when it accepts it. */
export function timeZoneProblem(timeZone: string): string | undefined {
  // Newer tz databases have new names, which Node.js may know before this list.
  if (names().has(timeZone) || Intl.supportedValuesOf("timeZone").includes(timeZone)) return undefined;
  return `${JSON.stringify(timeZone)} is not a name in the IANA time zone database; ${hint(timeZone)}`;
}

/** The zones that abbreviations usually mean. */
const ABBREVIATIONS: Record<string, string> = {
  JST: "Asia/Tokyo",
  KST: "Asia/Seoul",
  SGT: "Asia/Singapore",
  HKT: "Asia/Hong_Kong",
  PST: "America/Los_Angeles",
  PDT: "America/Los_Angeles",
  CST: "America/Chicago",
  CDT: "America/Chicago",
  EDT: "America/New_York",
  BST: "Europe/London",
  CEST: "Europe/Berlin",
  AEST: "Australia/Sydney",
};

function hint(timeZone: string): string {
  const lower = timeZone.toLowerCase();
  const all = [...names()];
  const meant =
    all.find((name) => name.toLowerCase() === lower) ??
    ABBREVIATIONS[timeZone.toUpperCase()] ??
    all.find((name) => name.toLowerCase().endsWith(`/${lower.replaceAll(" ", "_")}`)) ??
    (timeZone.includes("/") ? nearestWord(timeZone, all) : undefined);
  return meant === undefined
    ? "expected a name such as Etc/UTC or Asia/Tokyo, with its capitals"
    : `did you mean ${meant}?`;
}
