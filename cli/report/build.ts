import { counted } from "../../restore-points/counted";
import { instantMillis } from "../../restore-points/instant";
import { isProven, Verdict } from "../../restore-points/verification/verdict";
import { releaseLabel } from "../../restore-points/window";
import { isInside } from "../../restore-points/windows";
import { type Evidence, type EvidenceTime, isKnown, type TimeSource } from "./evidence";
import { recoveryPoint, recoveryTime } from "./objectives";
import type { StackOutputs } from "./outputs";
import { backingStack, copyResources, type ResourceRun, roleOf, type StackResource } from "./resources";
import { sourcesOf } from "./sources";
import { databaseStages, evidenceResources, last } from "./stages";

/** Everything that is known of a restore. */
export interface RestoreFacts {
  /** `<organization>/<project>/<stack>`, as far as it is known. */
  stack: string;
  /** The restored instant. RFC 3339, UTC. */
  instant: string;
  mode: Evidence["mode"];
  outputs: StackOutputs;
  /** The resources in the stack's state. */
  resources: readonly StackResource[];
  /** What runs of the engine did, by URN; empty if none was watched. */
  runs: ReadonlyMap<string, ResourceRun[]>;
  begun: EvidenceTime;
  by: Evidence["by"];
  versions: Record<string, string>;
  errors: readonly string[];
  cleanedUp: EvidenceTime;
  /** The clock of `runs` and `written`, if no real cloud was involved. */
  simulated?: boolean;
  /** RFC 3339, UTC. */
  written: string;
}

/** A restore that failed has no output: the program's own error says whether copies were compared (verification/acceptance.ts). */
function verdictWithout(errors: readonly string[]): Evidence["verdict"] {
  const refused = errors.some((error) => /the copies of \S+ are refused, because they do not fit together/.test(error));
  const unproven = errors.some((error) => /the copies of \S+ are not proven to fit together/.test(error));
  return {
    verdict: refused ? "refused" : unproven ? "unproven" : "none",
    because: errors.length > 0 ? [...errors] : ["the restore ended without a verdict"],
    restsOn: [],
    notCovered: [],
    witnesses: [],
  };
}

/** The evidence of a restore: nothing in it is derived from anything but records. */
export function evidenceOf(facts: RestoreFacts): Evidence {
  const { stack, instant, mode, outputs, begun, by, versions, errors, cleanedUp, simulated = false, written } = facts;
  // Outputs of an earlier restore say nothing about this one.
  const verification = outputs.verification?.instant === instant ? outputs.verification : undefined;
  const source: TimeSource = simulated ? "simulation" : "engine";
  const verdict = verification ? verdictOf(verification) : verdictWithout(errors);
  // Cast: a verdict that this version does not know is not proven.
  const passed = verification !== undefined && isProven(verification.verdict as Verdict);
  const copies = copyResources(facts.resources, facts.runs);
  const jobs = evidenceResources(
    copies.filter(({ database }) => database === undefined),
    source,
  );
  const named = outputs.restored ?? outputs.databases ?? [];
  const stages = databaseStages(named.length > 0 ? named : unnamed(copies), copies, source);
  const verified = verifiedTime(verification, passed, stages, jobs, simulated);
  const databases = stages.map(({ resources, ...stage }) => {
    const sources = sourcesOf(copies.filter((copy) => copy.database === stage.name && roleOf(copy) === "copy"));
    return { ...stage, verified, resources, ...(sources.length > 0 && { sources }) };
  });
  const backedUpBy = backingStack(facts.resources);
  const objectives = outputs.objectives ?? {};
  const evidence: Omit<Evidence, "checks"> = {
    schemaVersion: 1,
    mode,
    ...(simulated && { simulated: true as const }),
    stack,
    ...(backedUpBy !== undefined && { backedUpBy }),
    instant,
    passed,
    verdict,
    begun,
    verified,
    cleanedUp,
    databases,
    jobs,
    recoveryTime: recoveryTime(objectives, begun, verified),
    recoveryPoint: recoveryPoint(objectives, instant, begun),
    // The steps of a drill end with the removal of its copies.
    leftToDo: verification && !(mode === "drill" && isKnown(cleanedUp)) ? (outputs.nextSteps ?? []) : [],
    errors: [...errors],
    by,
    versions,
    written: { at: written, source: simulated ? "simulation" : "command" },
  };
  return { ...evidence, checks: checksOf(evidence, outputs) };
}

function verdictOf({ verdict, because, restsOn, notCovered, witnesses }: NonNullable<StackOutputs["verification"]>) {
  return { verdict, because, restsOn, notCovered, witnesses };
}

/** When the last database was there and complete, what compared them had ended, and so had the Jobs. */
function verifiedTime(
  verification: StackOutputs["verification"],
  passed: boolean,
  stages: readonly { completed: EvidenceTime; resources: readonly { ended: EvidenceTime }[] }[],
  jobs: readonly { ended: EvidenceTime }[],
  simulated: boolean,
): EvidenceTime {
  if (verification === undefined) return { unknownBecause: "the restore ended without a verdict" };
  const { verifiedAt } = verification;
  // One relational database is consistent by its own recovery, as soon as its copy is there: then only `passed` is known.
  if (verifiedAt === undefined && !passed)
    return { unknownBecause: "nothing was compared, so there is no time of a comparison" };
  // Simulated hours pass between the resources; an operation's own clock does not see them.
  const compared: EvidenceTime[] = simulated
    ? stages.flatMap(({ resources }) => resources.map(({ ended }) => ended))
    : verifiedAt === undefined
      ? []
      : [{ at: verifiedAt, source: "operation" }];
  return last([...compared, ...stages.map(({ completed }) => completed), ...jobs.map(({ ended }) => ended)]);
}

/** The kind of a database that no output of the stack names. */
export const UNKNOWN_KIND = "unknown";

/** A restore that failed has no output of its copies: the state has their names. */
function unnamed(copies: readonly { database?: string }[]) {
  return [...new Set(copies.flatMap(({ database }) => database ?? []))].map((name) => ({ name, kind: UNKNOWN_KIND }));
}

function checksOf(evidence: Omit<Evidence, "checks">, { restorePoints }: StackOutputs): Evidence["checks"] {
  const { passed, verdict, databases, errors, recoveryTime, recoveryPoint, cleanedUp, mode, instant } = evidence;
  const copied = databases.filter(({ resources }) => resources.some(({ role }) => role === "copy"));
  // A stack for drills shows the list of the stack that backs the set up, which may have got more databases since.
  const named = new Set([...databases, ...(restorePoints?.databases ?? [])].map(({ name }) => name));
  const missing = [...named].filter((each) => copied.every(({ name }) => name !== each));
  return [
    // In a quiet gap, no pod was paused: the copies have to show that nothing was committed.
    ...(restorePoints && verdict.verdict !== Verdict.QuietGapProven ? [restorePointCheck(instant, restorePoints)] : []),
    { name: "the update that restored ended without an error", passed: errors.length === 0 },
    {
      name: "every database of the set has a copy",
      passed: databases.length > 0 && missing.length === 0,
      detail: missing.length > 0 ? `none of ${missing.join(", ")}` : counted(databases.length, "database"),
    },
    { name: "the copies fit together", passed, detail: verdict.verdict },
    ...objectiveCheck("the recovery time objective is met", recoveryTime),
    ...objectiveCheck("the recovery point objective is met", recoveryPoint),
    ...(mode === "drill" && isKnown(cleanedUp) ? [{ name: "the copies are removed", passed: true }] : []),
  ];
}

/** Any instant in a window that is far enough from its edges is as good as the one that the list names. */
function restorePointCheck(instant: string, { points, anyInstant, asOf }: NonNullable<StackOutputs["restorePoints"]>) {
  const at = instantMillis(instant);
  const point = points.find(({ window }) =>
    isInside(at, { start: instantMillis(window.start), end: instantMillis(window.end) }),
  );
  const within = anyInstant && Date.parse(anyInstant.from) <= at && at <= Date.parse(anyInstant.to);
  const releases = point?.covers.map((release) => `${releaseLabel(release)} (${release.pods} pods)`);
  return {
    name: "the instant is in the window of a listed restore point",
    passed: point !== undefined || within === true,
    detail: `by the list of ${asOf}, which the stack's last update read${releases && releases.length > 0 ? `; paused: ${releases.join(", ")}` : ""}`,
  };
}

function objectiveCheck(name: string, { met, targetMinutes, measuredSeconds }: Evidence["recoveryTime"]) {
  if (targetMinutes === undefined) return [];
  // What cannot be measured is not met: an audit must not read silence as success.
  const found = measuredSeconds === undefined ? "not measured" : `${measuredSeconds} s`;
  return [{ name, passed: met === true, detail: `${found}; at most ${targetMinutes * 60} s` }];
}
