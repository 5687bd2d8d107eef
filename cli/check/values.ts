import * as pulumi from "@pulumi/pulumi";
import { isObject } from "../../restore-points/shape";

type Path = readonly (string | number)[];

/** A value that only Pulumi, or another program before it, can know. */
export interface UnknownValue {
  path: (string | number)[];
  /** `secure`: encrypted by Pulumi. `variable`: holds `${...}`, which something replaces before Pulumi reads it. */
  because: "secure" | "variable";
}

/** Values in which those that are not known are replaced. */
export interface KnownValues {
  /** For problems: outputs, which the checks leave out. */
  values: Record<string, unknown>;
  /** For warnings: texts. */
  texts: Record<string, unknown>;
  unknown: UnknownValue[];
}

/** What stands for a value that is not known. */
export const PLACEHOLDER = "not-known";
/** The same for an address to which runs are reported, which is often encrypted. RFC 2606 reserves the domain. */
const ADDRESS = "https://not-known.invalid";

export function knownValues(values: Record<string, unknown>): KnownValues {
  const unknown: UnknownValue[] = [];
  const texts = replaced(values, [], (path, because) => {
    unknown.push({ path: [...path], because });
    return path[0] === "pause" && path[1] === "notify" ? ADDRESS : PLACEHOLDER;
  });
  // Texts of properties are no args, so their check knows no outputs; its complaints about placeholders are left out later.
  const outputs = replaced(values, [], ([first]) =>
    first === "properties" ? PLACEHOLDER : pulumi.output(PLACEHOLDER),
  );
  // Cast: a map stays one.
  return { values: outputs as Record<string, unknown>, texts: texts as Record<string, unknown>, unknown };
}

function replaced(
  value: unknown,
  path: Path,
  replacement: (path: Path, because: UnknownValue["because"]) => unknown,
): unknown {
  if (typeof value === "string")
    return value.includes("${") && path[0] !== "properties" ? replacement(path, "variable") : value;
  if (Array.isArray(value)) return value.map((each, index) => replaced(each, [...path, index], replacement));
  if (!isObject(value)) return value;
  if (isSecure(value)) return replacement(path, "secure");
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, replaced(each, [...path, key], replacement)]),
  );
}

/** How a stack's file holds a secret: `secure: <encrypted>`, and nothing else. */
function isSecure(value: Record<string, unknown>): boolean {
  return typeof value.secure === "string" && Object.keys(value).length === 1;
}
