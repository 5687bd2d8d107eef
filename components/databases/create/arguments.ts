import * as pulumi from "@pulumi/pulumi";
import { nearestWord } from "../../../restore-points/rules/nearest-word";
import { isObject } from "../../../restore-points/shape";
import type { Problem } from "../../problem";
import { namesSecret, pathText, shown, valueAt, yamlText } from "../../problem-messages/value";
import type { CreatedResource } from "./created-resource";
import resources from "./created-resources.json";

/** "string", "number", "boolean" or "any"; a list of one; a map of "*"; or arguments by name, with "!" behind what is needed. */
type ArgumentType = string | ArgumentType[] | { [name: string]: ArgumentType };

const RESOURCES: Record<string, { [name: string]: ArgumentType } | undefined> = resources;

/** What is wrong with the arguments of one resource; a name in `owned` may be a path of two names. */
export function argumentProblems({ path, resource, args, owned }: CreatedResource): Problem[] {
  const declared = RESOURCES[`@pulumi/${resource}`];
  if (declared === undefined) throw new Error(`npm run schema has not read ${resource}`);
  const given = Object.fromEntries(Object.entries(args).filter(([name]) => !Object.hasOwn(owned, name)));
  // What this program sets need not be given.
  const needed = Object.fromEntries(
    Object.entries(declared).filter(([name]) => !Object.hasOwn(owned, name.replace("!", ""))),
  );
  const overridden = Object.entries(owned).flatMap(([name, instead]): Problem[] => {
    const keys = name.split(".");
    const value = valueAt(args, keys);
    if (value === undefined) return [];
    return [
      {
        path: pathText([...path, ...keys]),
        message: `${shown(value)} has no effect, because this program sets this argument itself; ${instead}`,
      },
    ];
  });
  return [...overridden, ...memberProblems(given, needed, path, nameOf(resource))];
}

/** `aws/rds/clusterInstance` is called aws.rds.ClusterInstance. */
function nameOf(resource: string): string {
  const [name, module, type = ""] = resource.split("/");
  return `${name}.${module}.${type.slice(0, 1).toUpperCase()}${type.slice(1)}`;
}

function memberProblems(
  given: Record<string, unknown>,
  declared: { [name: string]: ArgumentType },
  path: (string | number)[],
  resource: string,
): Problem[] {
  const names = Object.keys(declared).map((name) => name.replace("!", ""));
  const meant = new Set<string>();
  const problems = Object.entries(given).flatMap(([name, value]): Problem[] => {
    const key = [name, `${name}!`].find((each) => Object.hasOwn(declared, each));
    const type = key === undefined ? undefined : declared[key];
    if (type !== undefined) return valueProblems(value, type, [...path, name], resource);
    const near = nearestWord(name, names);
    if (near !== undefined) meant.add(near);
    return [
      {
        path: pathText([...path, name]),
        message: `unknown argument of ${resource}${near ? `; did you mean "${near}"?` : `; remove it, or correct it: known are ${names.join(", ")}`}`,
      },
    ];
  });
  const missing = Object.entries(declared)
    .filter(([name]) => name.endsWith("!"))
    .map(([name, type]) => ({ name: name.slice(0, -1), type }))
    .filter(({ name }) => given[name] === undefined && !meant.has(name));
  return [
    ...problems,
    ...missing.map(({ name, type }) => ({
      path: pathText([...path, name]),
      message: `is missing; ${resource} needs it: expected ${typeText(type)}`,
    })),
  ];
}

function valueProblems(value: unknown, type: ArgumentType, path: (string | number)[], resource: string): Problem[] {
  if (value === undefined || value instanceof Promise || pulumi.Output.isInstance(value)) return [];
  const wrong = (fix: string | undefined): Problem[] => [
    {
      path: pathText(path),
      message: `${namesSecret(path, value) ? "its value" : shown(value)} is not allowed; expected ${typeText(type)}${fix === undefined ? "" : `; ${fix}`}`,
    },
  ];
  if (typeof type === "string") return acceptsScalar(value, type) ? [] : wrong(scalarFix(value, type));
  if (value === null) return wrong(undefined);
  if (Array.isArray(type)) {
    const [item = "any"] = type;
    if (!Array.isArray(value)) return wrong(`write a list: ${yamlText([value])}`);
    return value.flatMap((each, index) => valueProblems(each, item, [...path, index], resource));
  }
  if (!isObject(value)) return wrong(undefined);
  const every = type["*"];
  if (every === undefined) return memberProblems(value, type, path, resource);
  return Object.entries(value).flatMap(([key, each]) => valueProblems(each, every, [...path, key], resource));
}

/** The providers turn "35" into 35 and 16 into "16"; what they would turn into something else is refused. */
function acceptsScalar(value: unknown, type: string): boolean {
  if (type === "any" || typeof value === type) return true;
  if (type === "number") return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value);
  if (type === "boolean") return value === "true" || value === "false";
  return Number.isInteger(value) || typeof value === "boolean";
}

function scalarFix(value: unknown, type: string): string | undefined {
  if (type === "string" && typeof value === "number")
    return `put it in quotes: ${JSON.stringify(String(value))} (without them, YAML reads 16.10 as 16.1)`;
  const number = type === "number" && typeof value === "string" ? /^(\d+) ?[a-z]+$/i.exec(value)?.[1] : undefined;
  if (number !== undefined) return `write the number alone: ${number}`;
  if (type === "boolean" && typeof value === "string" && /^(yes|no|on|off)$/i.test(value))
    return `write ${/^(yes|on)$/i.test(value)}`;
  return undefined;
}

function typeText(type: ArgumentType): string {
  if (Array.isArray(type)) return "a list";
  if (typeof type === "object") {
    const names = Object.keys(type);
    if ("*" in type) return "a map";
    const needed = names.filter((name) => name.endsWith("!")).map((name) => name.slice(0, -1));
    if (needed.length === 0) return `a map with one of ${names.join(", ")}`;
    return `a map with ${needed.join(" and ")}, such as ${yamlText(Object.fromEntries(needed.map((name) => [name, `<${name}>`])))}`;
  }
  return type === "boolean" ? "true or false" : type === "any" ? "a value" : `a ${type}`;
}
