import * as pulumi from "@pulumi/pulumi";
import Ajv from "ajv/dist/2020";
import { stringify } from "yaml";
import { judge as check, type Finding } from "../../../cli/check/judge";
import { stepsOf } from "../../../cli/check/path";
import { awsSettings } from "../../../components/databases/settings";
import { pauseWarnings } from "../../../components/pause/validate";
import { setWarnings } from "../../../components/warnings";
import { readStackConfig } from "../../../config";
import { recoveryDoubts, stackConfigNotes, stackConfigProblems } from "../../../config/problems";
import { PROJECT } from "../../../config/schema";
import stackFileSchema from "../../../config/stack-config.schema.json";
import type { Values } from "./maps";
import { isMap } from "./maps";

/** What the program makes of a configuration, and which of its promises that breaks. */
export interface Judged {
  accepted: boolean;
  violations: string[];
}

/** As editors do, which do not know zod's formats. */
const followsSchema = new Ajv({ strict: false, validateFormats: false }).compile(stackFileSchema);

const REGION = "ap-northeast-1";

/** zod's own phrases, and what a program writes by mistake. */
const NOT_FOR_USERS =
  /Invalid (input|option|string|key|element)|expected (array|string|number|object|record|int|boolean|nonoptional)\b|to have [<>]=?|Too (small|big)|must (start|end) with|must match pattern|Unrecognized|\bundefined\b|\bNaN\b|\[object|Symbol\(|function |=>|\n? {4}at /;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they move a terminal's cursor, or end its line
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/;
/** A part of the URLs of webhooks, which no message may show. */
const SECRET = "s3cr3t";
/** Seconds of CPU time; usual are milliseconds. */
const SLOW = 1;
/** Characters; a longer line is not read to its end. */
const LONGEST = 2500;

/** Judges the keys under `scalar-backup:` as the program does, as `scalar-backup check` does, and as an editor does. */
export function judged(values: Values): Judged {
  try {
    const begun = performance.now();
    const { accepted, violations } = judgedSafely(frozen(values));
    // Asking for the CPU time takes an eighth of the whole: only what took that long by the clock is asked.
    const seconds = performance.now() - begun > SLOW * 1000 ? cpuSecondsOf(() => judgedSafely(values)) : 0;
    return { accepted, violations: [...violations, ...(seconds > SLOW ? [`takes ${seconds} s of CPU time`] : [])] };
  } catch (error) {
    return { accepted: false, violations: [`ends in a stack trace: ${error instanceof Error ? error.stack : error}`] };
  }
}

function cpuSecondsOf(run: () => void): number {
  const before = process.cpuUsage().user;
  run();
  return (process.cpuUsage().user - before) / 1e6;
}

function judgedSafely(values: Values): Judged {
  const { lines, accepted } = byProgram(values);
  const violations: string[] = [];
  const fail = (what: string, message: string) => violations.push(`${what}: ${message}`);
  const aws = { access: {}, defaultRegion: REGION };
  const problems = stackConfigProblems(asRead(values), aws);
  for (const { path, message } of problems) {
    const line = `${path}: ${message}`;
    const odd = NOT_FOR_USERS.exec(line)?.[0];
    // What a user has written may be odd.
    if (odd !== undefined && !JSON.stringify(values).includes(odd)) fail("is not for users", line);
    // Elsewhere, a mistake has put it where no secret is expected.
    if (path.startsWith("pause.notify") && line.includes(SECRET)) fail("shows a secret", line);
    if (CONTROL.test(line)) fail("has control characters", JSON.stringify(line));
    if (line.length > LONGEST) fail(`has ${line.length} characters`, line.slice(0, 300));
    if (!isPlace(asRead(values), path, message)) fail("names a path that does not exist", line);
  }
  const twice = problems.filter((each, index) => problems.findIndex((other) => same(each, other)) < index);
  for (const { path, message } of twice) fail("is reported twice", `${path}: ${message}`);
  if (accepted !== (problems.length === 0)) fail("is judged otherwise the second time", JSON.stringify(problems));
  const reversed = stackConfigProblems(withKeysReversed(asRead(values)) as Values, aws);
  const paths = (of: readonly { path: string }[]) => JSON.stringify(of.map(({ path }) => path).sort());
  if (paths(problems) !== paths(reversed))
    fail("depends on the order of keys", `${paths(problems)} and ${paths(reversed)}`);
  if (accepted && !followsSchema(stackFile(values)))
    fail("is accepted, and editors refuse it", JSON.stringify(followsSchema.errors?.slice(-3)));
  violations.push(...byCommand(values, lines));
  return { accepted, violations };
}

/** What `pulumi up` reports before it asks a cloud. */
function byProgram(values: Values): { lines: string[]; accepted: boolean } {
  const texts = Object.entries(values).map(([key, value]) => [
    `${PROJECT}:${key}`,
    typeof value === "string" ? value : (JSON.stringify(value) ?? "null"),
  ]);
  pulumi.runtime.setAllConfig({ "aws:region": REGION, ...Object.fromEntries(texts) });
  try {
    const config = readStackConfig();
    const aws = awsSettings();
    const warnings = [
      ...setWarnings(config, aws),
      ...(config.pause ? pauseWarnings(config.pause) : []),
      ...recoveryDoubts(config, aws),
      // The command alone has these: an update has nothing to do with them.
      ...stackConfigNotes(asRead(values), aws),
    ];
    return { lines: warnings.map(({ path, message }) => `${PROJECT}:${path}: ${message}`), accepted: true };
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    return {
      lines: error.message
        .split("\n")
        .slice(1)
        .map((line) => line.slice(2)),
      accepted: false,
    };
  }
}

/** Pulumi hands texts over as they are: one that is JSON is read as what it says. */
function asRead(values: Values): Values {
  const read = (key: string, value: unknown) => {
    if (typeof value !== "string") return value;
    try {
      const parsed: unknown = JSON.parse(value);
      return key === "properties" && typeof parsed !== "object" ? value : parsed;
    } catch {
      return value;
    }
  };
  return frozen(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, read(key, value)])));
}

/** What `scalar-backup check` finds in the stack's file, where it does not agree with the program or points to no line. */
function byCommand(values: Values, lines: readonly string[]): string[] {
  // Variables are not judged there; and Pulumi hands over texts, which are read as JSON, but for properties.
  if (/\$\{|"secure":/.test(JSON.stringify(values)) || asReadDiffers(values)) return [];
  if (["number", "boolean"].includes(typeof values.properties)) return [];
  const { config } = stackFile(values);
  // Without a context, there is a warning that the program has from the cluster's look-up.
  const text = stringify(
    { config: { ...config, "kubernetes:context": "scalar-prod" } },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
  const findings = check(text, {});
  const shown = findings.map(({ path, message }) => `${path}: ${message}`);
  const last = text.split("\n").length;
  const off = findings.filter(({ line, column }) => !(line >= 1 && line <= last && column >= 1));
  const missing = [...lines].sort().filter((line, index) => line !== [...shown].sort()[index]);
  return [
    ...off.map((finding) => `points to no line: ${JSON.stringify(finding)}`),
    ...(shown.length === lines.length && missing.length === 0
      ? []
      : [`the program and the command differ: ${JSON.stringify(missing.slice(0, 2))}, ${summary(findings)}`]),
  ];
}

function asReadDiffers(values: Values): boolean {
  return JSON.stringify(asRead(values)) !== JSON.stringify(values);
}

function summary(findings: readonly Finding[]): string {
  return JSON.stringify(findings.slice(0, 3).map(({ path, message }) => `${path}: ${message}`));
}

function stackFile(values: Values): { config: Values } {
  const entries = Object.entries(values).map(([key, value]) => [`${PROJECT}:${key}`, value]);
  return { config: { "aws:region": REGION, ...Object.fromEntries(entries) } };
}

/** Whether there is a value at a problem's path, or a map or list that lacks it. */
function isPlace(values: Values, path: string, message: string): boolean {
  if (path === "aws:region") return true;
  const steps = stepsOf(path);
  let inner: unknown = values;
  for (const [depth, step] of steps.entries()) {
    if (inner !== null && typeof inner === "object" && Object.hasOwn(inner, step)) inner = Reflect.get(inner, step);
    else return /^is missing/.test(message) || (depth === steps.length - 1 && isMap(inner));
  }
  return true;
}

function same(a: { path: string; message: string }, b: { path: string; message: string }): boolean {
  return a.path === b.path && a.message === b.message;
}

function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, withKeysReversed(each)]),
  );
}

/** So that a check that changes what it judges ends in an error. */
function frozen<Value>(value: Value): Value {
  if (value === null || typeof value !== "object") return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
