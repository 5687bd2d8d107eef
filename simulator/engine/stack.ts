/** What a host of the program offers to the rehearsal and the tests: the same words for the embedded engine and the real one. */
import type { PropertyMap, PropertyValue } from "../providers/provider";

/** What one run did, or would do, to one resource. */
export interface Operation {
  urn: string;
  type: string;
  name: string;
  /** A replacement is one operation, however its creation and its deletion are ordered. */
  kind: "same" | "create" | "update" | "replace" | "delete" | "read" | "refresh" | "import";
  /** The property paths that differ, sorted. */
  changed: string[];
  /** The property paths that ask for the replacement, sorted. */
  replacedBy: string[];
  /** When it would start and end, in simulated milliseconds since the run began. A replacement ends when its creation does. */
  startMillis: number;
  endMillis: number;
  /** The resources it waited for: parent, dependencies, provider. */
  dependsOn: string[];
}

export interface Diagnostic {
  severity: "info" | "warning" | "error";
  message: string;
  urn?: string;
}

export interface StackResult {
  succeeded: boolean;
  /** In the order in which they ended. What an engine does for itself (default providers) is left out. */
  operations: Operation[];
  /** The stack's outputs; secrets are `{ "[secret]": value }`. */
  outputs: PropertyMap;
  diagnostics: Diagnostic[];
  /** How long the whole run would take in the cloud. */
  simulatedMillis: number;
}

export type StackEvent =
  | { kind: "started"; operation: Pick<Operation, "urn" | "type" | "name" | "kind"> }
  | { kind: "ended"; operation: Operation }
  | { kind: "diagnostic"; diagnostic: Diagnostic };

/** A resource in a stack's state: members of `pulumi stack export`. */
export interface StackResource {
  urn: string;
  type: string;
  custom?: boolean;
  parent?: string;
  inputs?: PropertyMap;
}

/** One stack of the program, with the state of what it has deployed. */
export interface Stack {
  /** Full keys with plain data, such as `{ "aws:region": "ap-northeast-1" }`; a secret is `secret(value)`. Read at each run. */
  config: Record<string, unknown>;
  preview(): Promise<StackResult>;
  up(): Promise<StackResult>;
  /** Reads every resource from the cloud and corrects the state; touches nothing. */
  refresh(): Promise<StackResult>;
  destroy(): Promise<StackResult>;
  /** What is in the state. */
  resources(): Promise<StackResource[]>;
  /** Lifts the protection of every resource in the state, as `pulumi state unprotect --all` does; touches nothing. */
  unprotect(): Promise<void>;
}

const SECRET_KEY = "[secret]";

/** A secret as config and outputs hold it. */
export function secret(value: PropertyValue): PropertyValue {
  return { [SECRET_KEY]: value };
}

/** @returns the value inside of `secret(value)`, or undefined when the value is no secret. */
export function revealed(value: unknown): PropertyValue | undefined {
  if (typeof value !== "object" || value === null || !(SECRET_KEY in value)) return undefined;
  return (value as PropertyMap)[SECRET_KEY];
}
