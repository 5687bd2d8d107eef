import * as pulumi from "@pulumi/pulumi";
import type { ScalarBackupArgs } from "../components/backup-args";
import type { BackupStackArgs } from "../components/backup-of-stack";
import type { DrillStack } from "../components/last-drill";
import type { ObjectivesArgs } from "../components/objectives";
import type { Problem } from "../components/problem";
import type { RestoreKey, ScalarRestoreArgs } from "../components/restore-args";
import { matches } from "../components/schema-tools";
import { stackConfigProblems } from "./problems";
import { PROJECT, stackConfigSchema } from "./schema";

/** The stack's configuration under `scalar-backup:`, as the components take it. */
export interface StackConfig extends ScalarBackupArgs {
  /** Present when there is an instant to restore to. */
  restore?: Pick<ScalarRestoreArgs, RestoreKey>;
  /** Secrets: properties may hold passwords. */
  properties?: pulumi.Output<string>;
  /** `properties` as a map. */
  propertiesByRelease?: Record<string, pulumi.Output<string>>;
  /** Keys of tags that copies do not get. */
  tagsNotCopied?: string[];
  lastDrill?: string | DrillStack;
  /** Present in a stack that only restores what another one backs up. */
  backup?: BackupStackArgs;
  objectives?: ObjectivesArgs;
}

/**
 * Reads and checks the stack's configuration, before any resource is declared.
 * @throws {pulumi.RunError} with every problem: its path, the value found, what is expected and how to fix it.
 */
export function readStackConfig(): StackConfig {
  const values = readValues();
  const problems = stackConfigProblems(values);
  if (problems.length > 0 || !matches(stackConfigSchema, values)) throw new pulumi.RunError(report(problems));
  const { restore, properties: texts, lastDrill, ...config } = values;
  // Cast: the schema accepts no other values.
  const properties = texts as string | Record<string, string> | undefined;
  const secrets = new pulumi.Config(PROJECT);
  // A begun drill is the command's own note.
  const { windows, at, drill: _, ...how } = restore ?? {};
  return {
    ...config,
    // Cast: the schema accepts no other values.
    ...(lastDrill !== undefined && { lastDrill: lastDrill as string | DrillStack }),
    ...(at !== undefined && { restore: { at, ...how } }),
    ...(windows !== undefined && { importedWindows: windows }),
    ...(typeof properties === "object"
      ? { propertiesByRelease: secretTexts(properties) }
      : { properties: secrets.getSecret("properties") }),
  };
}

/** The releases' names are known: a restore declares Jobs by them. */
function secretTexts(texts: Record<string, string>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(Object.entries(texts).map(([release, text]) => [release, pulumi.secret(text)]));
}

/** The configuration's values, each JSON or plain text as Pulumi hands it over. */
function readValues(): Record<string, unknown> {
  const prefix = `${PROJECT}:`;
  const texts = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(
    texts.map(([key, text]) => {
      const name = key.slice(prefix.length);
      const value = jsonOrText(text);
      // Properties are not JSON, even if they look like it; a map of them by release is.
      return [name, name === "properties" && typeof value !== "object" ? text : value];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function report(problems: Problem[]): string {
  const lines = problems.map(
    ({ path, message }) => `  ${path.startsWith("aws:") ? "" : `${PROJECT}:`}${path}: ${message}`,
  );
  return `the stack's configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${lines.join("\n")}`;
}
