import { BOUNDS } from "../../pauser/settings";
import { intervalsOf, parseCron } from "../../restore-points/rules/cron";
import { forgottenProblem, overlapProblem, slowRunProblem, suspendedProblem } from "../../restore-points/rules/pausing";
import type { Problem } from "../problem";
import { problemsOf } from "../schema-problems";
import { validParts } from "../valid-parts";
import { type PauseScheduleArgs, pauseScheduleSchema } from "./args";
import { labelProblem } from "./key-problems";
import { runSeconds } from "./timing";

/** What is wrong with a schedule that needs no cluster to be seen; values that another resource gives are left out. */
export function pauseProblems(args: PauseScheduleArgs): Problem[] {
  const problems = problemsOf(pauseScheduleSchema, args);
  problems.push(...pauseKeyProblems(validParts(args, "", problems)));
  return [...problems, ...pauseRunProblems(validParts(args, "", problems))];
}

/** What is wrong between keys. Keys that are needed, and items of lists, may be missing: the schema reports those. */
export function pauseKeyProblems(args: Partial<PauseScheduleArgs>): Problem[] {
  const problems: Problem[] = [];
  // Not "for of": releases with problems of their own are holes in the list.
  args.releases?.forEach(({ namespace, name }, index) => {
    const twin = args.releases?.findIndex((other) => other?.namespace === namespace && other.name === name) ?? index;
    if (twin < index)
      problems.push({
        path: `releases[${index}]`,
        message: `${namespace}/${name} is given twice, first as releases[${twin}]; remove one of the two`,
      });
  });
  if (args.windowBackups?.length) {
    if (!args.aws) problems.push({ path: "windowBackups", message: "needs AWS credentials for the pauser: give aws" });
    if (args.rendezvousSeconds)
      problems.push({
        path: "windowBackups",
        message:
          "holds pods for longer in some windows, and with rendezvousSeconds all clusters hold for the same time: remove one of them",
      });
  }
  return problems;
}

/** What is wrong with when runs begin, for as long as they take. Needs keys that are right by themselves. */
export function pauseRunProblems(args: Partial<PauseScheduleArgs>): Problem[] {
  const times = runTimes(args);
  if (times === undefined) return [];
  const { schedule, intervals } = times;
  if (intervals === undefined)
    return [
      {
        path: "schedule",
        message: `${JSON.stringify(schedule)} never runs, because no month has such a day; correct its day of month or month`,
      },
    ];
  const overlap = overlapProblem({ ...times, intervalMillis: intervals.shortest });
  const forgotten = forgottenProblem(schedule, intervals.longest, args.retentionDays ?? BOUNDS.retentionDays.default);
  return [
    ...(overlap === undefined ? [] : [{ path: "schedule", message: overlap }]),
    ...(forgotten === undefined ? [] : [{ path: "retentionDays", message: forgotten }]),
  ];
}

/** What may be a mistake in a schedule without problems, and may be meant. Paths are those of the set's configuration. */
export function pauseWarnings(args: PauseScheduleArgs): Problem[] {
  const times = runTimes(args);
  const slow = times?.intervals && slowRunProblem({ ...times, intervalMillis: times.intervals.shortest });
  return [
    ...(args.suspend === true ? [{ path: "pause.suspend", message: suspendedProblem("suspend") }] : []),
    ...(slow === undefined ? [] : [{ path: "pause.schedule", message: slow }]),
  ];
}

/** When runs begin and how long they take; undefined for a schedule that cannot be read, or times that are none. */
function runTimes(args: Partial<PauseScheduleArgs>) {
  const { schedule } = args;
  const cron = schedule === undefined ? undefined : parseCron(schedule);
  const timed = [args.holdSeconds, args.maxDrainSeconds, args.retentionDays, args.rendezvousSeconds];
  if (
    schedule === undefined ||
    cron === undefined ||
    "problem" in cron ||
    timed.some((each) => Number.isNaN(Number(each ?? 0)))
  )
    return undefined;
  return { schedule, intervals: intervalsOf(cron), ...runSeconds(args) };
}

/** The longest name of a CronJob: its controller adds a dash and ten digits, and 63 is the most for a Job. */
export const MAX_NAME = 52;

/** Why a component of this name cannot be made: it names Kubernetes objects too. */
export function scheduleNameProblem(name: string): string | undefined {
  if (name.length > MAX_NAME) return `its name is ${name.length} characters long; a CronJob's may have ${MAX_NAME}`;
  return labelProblem(name);
}
