import { ADMIN_PORT, BOUNDS, MIN_HOLD_SECONDS } from "../../pauser/settings";
import { intervalsOf, parseCron } from "../../restore-points/rules/cron";
import { forgottenProblem, overlapProblem, slowRunProblem, suspendedProblem } from "../../restore-points/rules/pausing";
import { timeZoneProblem } from "../../restore-points/rules/time-zone";
import type { Problem } from "../problem";
import { namesWithin } from "../problem-messages/names-within";
import type { PauseScheduleArgs } from "./args";
import { runSeconds } from "./timing";

/** What is wrong with a schedule that needs no cluster to be seen; values that another resource gives are left out. */
export function pauseProblems(args: PauseScheduleArgs): Problem[] {
  return [...pauseKeyProblems(args), ...pauseRunProblems(args)];
}

/** What is wrong with single keys. Keys that are needed may be missing here: the configuration's schema reports those. */
export function pauseKeyProblems(args: Partial<PauseScheduleArgs>): Problem[] {
  const problems: Problem[] = [];
  const add = (path: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ path, message });
  };
  if (args.schedule !== undefined) add("schedule", scheduleProblem(args.schedule));
  if (typeof args.timeZone === "string") add("timeZone", timeZoneProblem(args.timeZone));
  if (args.namespace !== undefined) add("namespace", labelProblem(args.namespace));
  if (args.releases?.length === 0) add("releases", "[] is empty; name every release whose pods write to the databases");
  args.releases?.forEach(({ namespace, name, adminPort, tls }, index) => {
    add(`releases[${index}].namespace`, labelProblem(namespace));
    add(`releases[${index}].name`, releaseNameProblem(name));
    const twin = args.releases?.findIndex((other) => other?.namespace === namespace && other.name === name) ?? index;
    if (twin < index)
      add(
        `releases[${index}]`,
        `${namespace}/${name} is given twice, first as releases[${twin}]; remove one of the two`,
      );
    add(`releases[${index}].adminPort`, numberProblem(adminPort, ADMIN_PORT.min, ADMIN_PORT.max));
    const ca = tls?.caCertificate;
    if (typeof ca === "string" && !ca.includes("-----BEGIN CERTIFICATE-----")) {
      const shownCa = ca.length > 60 ? "its value" : JSON.stringify(ca);
      add(
        `releases[${index}].tls.caCertificate`,
        `${shownCa} is not a certificate; expected the text of the CA's certificate in PEM, which begins with -----BEGIN CERTIFICATE-----`,
      );
    }
  });
  // A shorter window would be no restore point, so the pauser would pause for nothing.
  add("holdSeconds", numberProblem(args.holdSeconds, MIN_HOLD_SECONDS, BOUNDS.holdSeconds.max));
  for (const key of ["maxDrainSeconds", "retentionDays", "rendezvousSeconds"] as const) {
    add(key, numberProblem(args[key], BOUNDS[key].min, BOUNDS[key].max));
  }
  // The CronJob controller looks every 10 seconds: with less it would miss runs.
  add("startingDeadlineSeconds", numberProblem(args.startingDeadlineSeconds, 10, 86_400));
  for (const key of ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] as const) {
    add(key, numberProblem(args[key], 0, 1000));
  }
  if (typeof args.image === "string") add("image", imageProblem(args.image));
  problems.push(...resourcesProblems(args.resources));
  add("aws", awsProblem(args.aws));
  if (args.windowBackups?.length) {
    add("windowBackups", args.aws ? undefined : "needs AWS credentials for the pauser: give aws");
    add(
      "windowBackups",
      args.rendezvousSeconds
        ? "holds pods for longer in some windows, and with rendezvousSeconds all clusters hold for the same time: remove one of them"
        : undefined,
    );
  }
  if (args.cluster === "") add("cluster", '"" is empty; leave it out, or give the cluster\'s name');
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

/** The first version of Node.js that runs the pauser. */
const LEAST_NODE = 20;

/** Why the pauser cannot run on an image, as far as its name says so. */
function imageProblem(image: string): string | undefined {
  const expected = `expected an image of Node.js ${LEAST_NODE} or later, such as docker.io/library/node:24-alpine`;
  if (!/^[a-z0-9][\w./:@-]*$/i.test(image)) return `${JSON.stringify(image)} is not the name of an image; ${expected}`;
  const version = /(?:^|\/)node:v?(\d+)(?![\w])/.exec(image)?.[1];
  if (version === undefined || Number(version) >= LEAST_NODE) return undefined;
  return `${JSON.stringify(image)} is Node.js ${version}, on which the pauser does not run; ${expected}`;
}

/** Kubernetes' quantities: a number, with the suffix of a power of ten or two. */
const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

function resourcesProblems(resources: PauseScheduleArgs["resources"]): Problem[] {
  return Object.entries(resources ?? {}).flatMap(([key, amounts]): Problem[] => {
    const path = `resources.${key}`;
    if (key !== "requests" && key !== "limits")
      return [{ path, message: `unknown key; expected requests and limits, such as { limits: { memory: 128Mi } }` }];
    if (amounts === null || typeof amounts !== "object")
      return [
        { path, message: `${JSON.stringify(amounts)} is not allowed; expected a map, such as { memory: 128Mi }` },
      ];
    return Object.entries(amounts)
      .filter(([, amount]) => !(typeof amount === "number" || (typeof amount === "string" && QUANTITY.test(amount))))
      .map(([name, amount]) => ({
        path: `${path}.${name}`,
        message: `${JSON.stringify(amount)} is not a quantity of Kubernetes; expected a number with a unit, such as 128Mi or 100m`,
      }));
  });
}

function awsProblem(aws: PauseScheduleArgs["aws"]): string | undefined {
  if (aws === undefined) return undefined;
  const { eksCluster, roleArn, region } = aws;
  if ((eksCluster === undefined) === (roleArn === undefined))
    return "takes either eksCluster, the EKS cluster's name, or roleArn, a role of yours; give one of them";
  if (roleArn !== undefined && region !== undefined) return "takes region with eksCluster only; remove it";
  if (eksCluster !== undefined && !/^[0-9A-Za-z][\w-]{0,99}$/.test(eksCluster))
    return `eksCluster ${JSON.stringify(eksCluster)} is not a name that EKS allows: up to 100 letters, digits, dashes and underscores${nameHint(eksCluster)}`;
  if (roleArn !== undefined && !/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn))
    return `roleArn ${JSON.stringify(roleArn)} is not a role's ARN, such as arn:aws:iam::123456789012:role/pauser`;
  return undefined;
}

/** The longest name of a CronJob: its controller adds a dash and ten digits, and 63 is the most for a Job. */
export const MAX_NAME = 52;

/** Why a component of this name cannot be made: it names Kubernetes objects too. */
export function scheduleNameProblem(name: string): string | undefined {
  if (name.length > MAX_NAME) return `its name is ${name.length} characters long; a CronJob's may have ${MAX_NAME}`;
  return labelProblem(name);
}

function scheduleProblem(schedule: string): string | undefined {
  const cron = parseCron(schedule);
  return "problem" in cron ? `${JSON.stringify(schedule)} is not a valid cron schedule: ${cron.problem}` : undefined;
}

function labelProblem(name: string): string | undefined {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return undefined;
  return `${JSON.stringify(name)} is not a name that Kubernetes allows: up to 63 lower-case letters, digits and dashes${nameHint(name)}`;
}

/** Helm's rule; unlike Kubernetes' for namespaces, it allows dots. */
function releaseNameProblem(name: string): string | undefined {
  return name.length <= 53 && name.split(".").every((part) => labelProblem(part) === undefined)
    ? undefined
    : `${JSON.stringify(name)} is not a name that Helm allows: up to 53 lower-case letters, digits, dashes and dots${nameHint(name)}`;
}

/** The name that an ARN, or a name with its namespace, holds. */
function nameHint(text: string): string {
  const name = namesWithin(text).find((each) => /^[a-z0-9][\w.-]{0,99}$/i.test(each) && each !== text);
  return name === undefined ? "" : `; write the name in it: ${name}`;
}

function numberProblem(value: number | undefined, least: number, most: number): string | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return undefined;
  return `${JSON.stringify(value)} is not allowed; expected a whole number from ${least} to ${most}`;
}
