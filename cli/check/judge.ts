import { notPinned } from "../../components/pause/cluster";
import { pathText } from "../../components/problem-messages/value";
import { stackConfigNotes, stackConfigProblems, stackConfigWarnings } from "../../config/problems";
import { PROJECT } from "../../config/schema";
import { isObject } from "../../restore-points/shape";
import { EDIT } from "../edit-mark";
import { existsWithoutNamespace, foreignKeyProblem } from "./foreign-keys";
import { stepsOf } from "./path";
import { type Position, readStackFile, type StackFile } from "./stack-file";
import { type Understood, understoodOf } from "./understood";
import { type KnownValues, knownValues } from "./values";

/** What is wrong with a stack's file, or may be, or is good to know. */
export interface Finding extends Position {
  severity: "error" | "warning" | "note";
  /** `scalar-backup:databases[0].name`; empty for the file as a whole. */
  path: string;
  message: string;
}

type Steps = readonly (string | number)[];
/** A finding before its place is known: the steps begin at the file's root. */
type Unplaced = Pick<Finding, "severity" | "path" | "message"> & { steps: Steps };

const PREFIX = `${PROJECT}:`;

/** A stack's file as it was judged. */
export interface Judged {
  findings: Finding[];
  /** What the file says, if it has no errors. */
  understood?: Understood;
}

/** Judges a stack's file by the rules by which the program judges its configuration. Findings are in the file's order. */
export function judged(text: string, env: NodeJS.ProcessEnv): Judged {
  const file = readStackFile(text);
  if (file.problems.length > 0)
    return {
      findings: file.problems.map(({ message, ...position }) => ({
        severity: "error",
        path: "",
        message,
        ...position,
      })),
    };
  const { found, understood } = unplaced(file, env);
  const findings = [
    ...found.map(({ steps, ...finding }) => ({ ...finding, ...file.positionOf(steps) })),
    ...linesToEdit(text),
  ].sort((a, b) => a.line - b.line || a.column - b.column);
  return { findings, ...(understood && { understood }) };
}

/** The findings alone. */
export function judge(text: string, env: NodeJS.ProcessEnv): Finding[] {
  return judged(text, env).findings;
}

function unplaced({ content }: StackFile, env: NodeJS.ProcessEnv): { found: Unplaced[]; understood?: Understood } {
  if (content !== null && content !== undefined && !isObject(content))
    return { found: [error([], "", 'is no stack file: expected a map with the key "config"')] };
  const { config, environment } = content ?? {};
  if (config !== undefined && config !== null && !isObject(config))
    return { found: [error(["config"], "config", "is no map; expected keys such as scalar-backup:databases")] };
  const entries = Object.entries(config ?? {});
  const own = entries
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), value]);
  const known = knownValues(Object.fromEntries(own));
  const aws = { access: {}, defaultRegion: regionOf(config?.["aws:region"], env) };
  const problems = stackConfigProblems(known.values, aws);
  const findings = problems.map(({ path, message }) => placed("error", path, message));
  // A complaint about what stands for encrypted properties is none about the file, and nothing below reads them.
  const isRight = findings.every(({ steps }) => steps[1] === `${PREFIX}properties` && isUnknown(steps, known));
  const understood = isRight ? understoodOf(known.texts, aws) : undefined;
  if (isRight)
    findings.push(
      ...stackConfigWarnings(known.texts, aws).map(({ path, message }) => placed("warning", path, message)),
      ...stackConfigNotes(known.texts, aws).map(({ path, message }) => placed("note", path, message)),
      ...(understood?.pauses && !isPinned(config ?? {}) ? [CURRENT_CONTEXT] : []),
    );
  const found = [
    ...entries.flatMap(([key]) => foreignKey(key)),
    ...findings.filter(
      ({ steps }) =>
        !isUnknown(steps, known) && !(environment && isMissing(steps, config)) && !isWithoutNamespace(steps, config),
    ),
    ...variables(known),
  ];
  return { found, ...(understood && { understood }) };
}

const CONTEXT = "kubernetes:context";
const CURRENT_CONTEXT: Unplaced = {
  severity: "warning",
  steps: ["config", CONTEXT],
  path: CONTEXT,
  message: notPinned(undefined),
};

/** Whether pods are paused in the same cluster whatever context is current, or no cluster is asked. */
function isPinned(config: Record<string, unknown>): boolean {
  return [CONTEXT, "kubernetes:kubeconfig", "kubernetes:renderYamlToDirectory"].some((key) => Boolean(config[key]));
}

/** A marked line that is not a comment as a whole, and the reason behind the mark. */
const LINE_TO_EDIT = new RegExp(`^([^#]*\\S\\s+)${EDIT} (.+?)\\s*$`);

/** Lines that init has marked, because it did not know what belongs there. */
function linesToEdit(text: string): Finding[] {
  return text.split("\n").flatMap((line, index) => {
    const [, before = "", why] = LINE_TO_EDIT.exec(line) ?? [];
    if (why === undefined) return [];
    const message = `init did not know what to write here (${why}); edit the line, and remove this comment`;
    return [{ severity: "warning" as const, path: "", message, line: index + 1, column: before.length + 1 }];
  });
}

/** The region by the program's rules: the environment's where the stack has none. */
function regionOf(configured: unknown, env: NodeJS.ProcessEnv): string | undefined {
  if (typeof configured === "string" && !configured.includes("${")) return configured;
  // Encrypted, or a variable: some region.
  if (configured !== undefined && configured !== null) return "us-east-1";
  return env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined;
}

const error = (steps: Steps, path: string, message: string): Unplaced => ({ severity: "error", steps, path, message });

function placed(severity: Finding["severity"], path: string, message: string): Unplaced {
  if (path.startsWith("aws:")) return { severity, path, message, steps: ["config", path] };
  const [first, ...rest] = stepsOf(path);
  return { severity, path: `${PREFIX}${path}`, message, steps: ["config", `${PREFIX}${first}`, ...rest] };
}

function foreignKey(key: string): Unplaced[] {
  const message = foreignKeyProblem(key);
  return message === undefined ? [] : [error(["config", key], key, message)];
}

/** Whether a finding is about a value that is not known. */
function isUnknown(steps: Steps, { unknown }: KnownValues): boolean {
  return unknown.some(({ path: [first, ...rest] }) => {
    const at = ["config", `${PREFIX}${first}`, ...rest];
    return at.every((step, index) => step === steps[index]);
  });
}

/** Whether a finding is about a key of the configuration that is not in this file: an environment (Pulumi ESC) may have it. */
function isMissing([, key]: Steps, config: Record<string, unknown> | null | undefined): boolean {
  return key !== undefined && config?.[key] === undefined;
}

/** Whether a finding is about a key that is missing because its namespace is: that is one mistake. */
function isWithoutNamespace([, key]: Steps, config: Record<string, unknown> | null | undefined): boolean {
  return typeof key === "string" && existsWithoutNamespace(key, config ?? {});
}

function variables({ unknown }: KnownValues): Unplaced[] {
  return unknown
    .filter(({ because }) => because === "variable")
    .map(({ path }) =>
      placed(
        "warning",
        pathText(path),
        `holds a variable (\${...}), so it is not checked here; Pulumi replaces no variables in stack files: another program has to`,
      ),
    );
}
