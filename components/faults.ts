import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** What is wrong with one value. */
export interface Fault {
  /** Where it stands: `databases[0].dynamodb.recoveryPeriodInDays`; empty for the whole. */
  path: string;
  /** The value given, what is allowed, and the mend. */
  message: string;
}

/** The part of a JSON Schema that is needed to name the keys of an object. */
interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  additionalProperties?: SchemaNode | boolean;
}

/**
 * All faults of a value at once. A value that another resource gives (an `Output`) cannot be checked yet: the schema's
 * complaints about it are left out.
 */
export function faultsOf(schema: z.ZodType, value: unknown): Fault[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues
    .filter((issue) => !isOutputAt(value, issue.path))
    .flatMap((issue): Fault[] => {
      const path = pathText(issue.path);
      if (issue.code === "unrecognized_keys") {
        const allowed = keysAt(schema, issue.path);
        return issue.keys.map((key) => {
          const near = nearest(key, allowed);
          const where = path === "" ? key : `${path}.${key}`;
          return {
            path: where,
            message: `unknown key${near ? `; did you mean "${near}"?` : "."} Allowed here: ${allowed.join(", ")}`,
          };
        });
      }
      const given = at(value, issue.path);
      const allowed = allowedText(issue);
      return [
        {
          path,
          message:
            given === undefined
              ? `is missing; needed is ${allowed}`
              : `${shown(given)} is not allowed; allowed is ${allowed}`,
        },
      ];
    });
}

/** Ends the construction of a component with all its faults, each naming its property. */
export function refuse(component: string, faults: Fault[]): never {
  throw new pulumi.InputPropertiesError({
    message: `${component}: ${faults.length === 1 ? "an argument is" : `${faults.length} arguments are`} wrong`,
    errors: faults.map(({ path, message }) => ({ propertyPath: path, reason: message })),
  });
}

const ended = new Set<string>();

/**
 * Ends the program with this message alone, and never answers. Thrown inside an output instead, it would reach the user
 * wrapped in a line for every property of every resource that waits for that output.
 */
export function endProgram(message: string): Promise<never> {
  if (!ended.has(message)) void Promise.reject(new pulumi.RunError(message));
  ended.add(message);
  return new Promise(() => {});
}

/** Runs a look-up within an output; when it fails, the program ends with its message. `subject` says whose look-up it is. */
export async function orEnd<Found>(subject: string, lookUp: () => Promise<Found> | Found): Promise<Found> {
  try {
    return await lookUp();
  } catch (error) {
    return endProgram(`${subject}: ${(error as Error).message}`);
  }
}

/** The word of the list that was probably meant, if any is near enough. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

function allowedText(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input"))
    return (
      { array: "a list", object: "a map", record: "a map", boolean: "true or false" }[issue.expected as string] ??
      `a ${issue.expected}`
    );
  if (issue.code === "invalid_value") return `one of ${issue.values.map((value) => String(value)).join(", ")}`;
  return issue.message;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as SchemaNode;
  for (const step of path) {
    const next = typeof step === "number" ? node.items : (node.properties?.[String(step)] ?? node.additionalProperties);
    if (typeof next !== "object") return [];
    node = next;
  }
  return Object.keys(node.properties ?? {});
}

function isOutputAt(value: unknown, path: readonly PropertyKey[]): boolean {
  return path.some((_, depth) => pulumi.Output.isInstance(at(value, path.slice(0, depth + 1))));
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** `["databases", 0, "create", "tables", "a.b"]` is `databases[0].create.tables["a.b"]`, as Pulumi writes paths. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const key = String(step);
    if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
