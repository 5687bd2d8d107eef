import type { Problems } from "./fields";
import { checkPodSpec, type PodSpec } from "./pod";

interface JobSpec {
  activeDeadlineSeconds?: number;
  backoffLimit?: number;
  podFailurePolicy?: { rules: { action: string; onExitCodes?: { operator: string; values: number[] } }[] };
  template?: { spec?: PodSpec };
}

interface CronJobSpec {
  schedule: string;
  timeZone?: string;
  concurrencyPolicy?: string;
  startingDeadlineSeconds?: number;
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  jobTemplate?: { spec?: JobSpec };
}

export function checkCronJob(problems: Problems, name: string | undefined, spec: CronJobSpec | undefined): void {
  if (!spec) {
    problems.required("spec");
    return;
  }
  // Its Jobs' names are ten digits and a dash longer, and become a label.
  if (name !== undefined && name.length > 52)
    problems.invalid("metadata.name", name, "must be no more than 52 characters");
  const problem = scheduleProblem(spec.schedule);
  if (problem) problems.invalid("spec.schedule", spec.schedule, problem);
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone))
    problems.invalid("spec.timeZone", spec.timeZone, `unknown time zone ${spec.timeZone}`);
  problems.oneOf("spec.concurrencyPolicy", spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"]);
  for (const key of ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] as const)
    problems.notNegative(`spec.${key}`, spec[key]);
  checkJob(problems, spec.jobTemplate?.spec ?? {}, "spec.jobTemplate.spec");
}

export function checkJob(problems: Problems, spec: JobSpec, at: string): void {
  for (const key of ["activeDeadlineSeconds", "backoffLimit"] as const) problems.notNegative(`${at}.${key}`, spec[key]);
  const pod = spec.template?.spec ?? {};
  checkPodSpec(problems, pod, `${at}.template.spec`);
  const policy = `${at}.template.spec.restartPolicy`;
  const allowed = ["OnFailure", "Never"];
  // What is not said is Always, which a Job's pods must not have.
  if (pod.restartPolicy === undefined || pod.restartPolicy === "Always")
    problems.required(policy, 'valid values: "OnFailure", "Never"');
  else problems.oneOf(policy, pod.restartPolicy, allowed);
  if (spec.podFailurePolicy) checkPodFailurePolicy(problems, spec, at);
}

function checkPodFailurePolicy(problems: Problems, { podFailurePolicy, template }: JobSpec, at: string): void {
  const path = `${at}.podFailurePolicy`;
  const restart = template?.spec?.restartPolicy;
  if (restart !== "Never")
    problems.invalid(
      `${at}.template.spec.restartPolicy`,
      restart ?? "",
      'only "Never" is supported when podFailurePolicy is specified',
    );
  for (const [index, { action, onExitCodes }] of (podFailurePolicy?.rules ?? []).entries()) {
    const rule = `${path}.rules[${index}]`;
    problems.oneOf(`${rule}.action`, action, ["Count", "FailIndex", "FailJob", "Ignore"]);
    if (onExitCodes === undefined) {
      problems.invalid(rule, "", "specifying one of OnExitCodes and OnPodConditions is required");
      continue;
    }
    const { operator, values } = onExitCodes;
    problems.oneOf(`${rule}.onExitCodes.operator`, operator, ["In", "NotIn"]);
    if (values.length === 0) problems.invalid(`${rule}.onExitCodes.values`, "", "at least one value is required");
    for (const [position, value] of values.entries())
      if (operator === "In" && value === 0)
        problems.invalid(`${rule}.onExitCodes.values[${position}]`, "0", "must not be 0 for the In operator");
  }
}

const MACROS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/** Minute, hour, day of month, month, day of week: the least and the most, and names in order from the least. */
const FIELDS: [least: number, most: number, names?: string[]][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12, MONTHS],
  [0, 6, DAYS],
];

function scheduleProblem(schedule: string): string | undefined {
  if (/TZ=/.test(schedule)) return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
  if (MACROS.test(schedule)) return undefined;
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  for (const [index, [least, most, names]] of FIELDS.entries()) {
    for (const part of (fields[index] as string).split(",")) {
      const problem = partProblem(part, least, most, names);
      if (problem) return problem;
    }
  }
  return undefined;
}

/** A part of a field: `*`, `?`, a value, a range, any of them with a step. */
function partProblem(part: string, least: number, most: number, names: string[] = []): string | undefined {
  const [range = "", step, ...rest] = part.split("/");
  if (rest.length > 0) return `too many slashes: ${part}`;
  if (step !== undefined && !(Number(step) > 0)) return `step of range should be a positive number: ${part}`;
  if (range === "*" || range === "?") return undefined;
  const ends = range.split("-").map((end) => {
    const named = names.indexOf(end.toLowerCase());
    return named >= 0 ? named + least : /^\d+$/.test(end) ? Number(end) : Number.NaN;
  });
  if (ends.length > 2) return `too many hyphens: ${part}`;
  if (ends.some(Number.isNaN)) return `failed to parse int from ${range}`;
  const [from = 0, to = from] = ends;
  if (from < least) return `beginning of range (${from}) below minimum (${least}): ${part}`;
  if (to > most) return `end of range (${to}) above maximum (${most}): ${part}`;
  return from > to ? `beginning of range (${from}) beyond end of range (${to}): ${part}` : undefined;
}

/** The folders of the tz database. */
const ZONE_FOLDERS =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)\//;
/** Its names without a folder. */
const BARE_ZONES = (
  "CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel " +
  "Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT " +
  "UTC Universal W-SU WET Zulu"
).split(" ");

/**
 * The API server loads zones by Go's time.LoadLocation (pkg/apis/batch/validation), which reads names of the tz database with
 * their capitals. Node.js also takes other capitals, and abbreviations such as JST.
 */
function isTimeZone(zone: string): boolean {
  if (!zone.includes("/")) return BARE_ZONES.includes(zone);
  if (!ZONE_FOLDERS.test(zone) || /\/[a-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
