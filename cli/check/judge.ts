import { pathText } from "../../components/problem-messages/value";
import { stackConfigProblems, stackConfigWarnings } from "../../config/problems";
import { PROJECT } from "../../config/schema";
import { nearestWord } from "../../restore-points/rules/nearest-word";
import { isObject } from "../../restore-points/shape";
import { stepsOf } from "./path";
import { type Position, readStackFile, type StackFile } from "./stack-file";
import { type KnownValues, knownValues } from "./values";

/** What is wrong with a stack's file, or may be. */
export interface Finding extends Position {
  severity: "error" | "warning";
  /** `scalar-backup:databases[0].name`; empty for the file as a whole. */
  path: string;
  message: string;
}

type Steps = readonly (string | number)[];
/** A finding before its place is known: the steps begin at the file's root. */
type Unplaced = Pick<Finding, "severity" | "path" | "message"> & { steps: Steps };

const PREFIX = `${PROJECT}:`;

/** Judges a stack's file by the rules by which the program judges its configuration. Findings are in the file's order. */
export function judge(text: string, env: NodeJS.ProcessEnv): Finding[] {
  const file = readStackFile(text);
  if (file.problems.length > 0)
    return file.problems.map(({ message, ...position }) => ({ severity: "error", path: "", message, ...position }));
  return unplaced(file, env)
    .map(({ steps, ...finding }) => ({ ...finding, ...file.positionOf(steps) }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function unplaced({ content }: StackFile, env: NodeJS.ProcessEnv): Unplaced[] {
  if (content !== null && content !== undefined && !isObject(content))
    return [error([], "", 'is no stack file: expected a map with the key "config"')];
  const { config, environment } = content ?? {};
  if (config !== undefined && config !== null && !isObject(config))
    return [error(["config"], "config", "is no map; expected keys such as scalar-backup:databases")];
  const entries = Object.entries(config ?? {});
  const own = entries
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), value]);
  const known = knownValues(Object.fromEntries(own));
  const aws = { access: {}, defaultRegion: regionOf(config?.["aws:region"], env) };
  const problems = stackConfigProblems(known.values, aws);
  const findings = problems.map(({ path, message }) => placed("error", path, message));
  if (problems.length === 0)
    findings.push(
      ...stackConfigWarnings(known.texts, aws).map(({ path, message }) => placed("warning", path, message)),
    );
  return [
    ...entries.flatMap(([key]) => foreignKey(key)),
    ...findings.filter(({ steps }) => !isUnknown(steps, known) && !(environment && isMissing(steps, config))),
    ...variables(known),
  ];
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

/** Keys of other projects are theirs; one that is almost ours is a mistake, and Pulumi would ignore it. */
function foreignKey(key: string): Unplaced[] {
  const colon = key.indexOf(":");
  if (colon < 0) return [error(["config", key], key, `has no namespace; write "${PREFIX}${key}"`)];
  const namespace = key.slice(0, colon);
  if (namespace === PROJECT || nearestWord(namespace, [PROJECT]) === undefined) return [];
  return [error(["config", key], key, `is no key of this project; did you mean "${PREFIX}${key.slice(colon + 1)}"?`)];
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
