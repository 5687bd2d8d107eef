import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { parseDocument } from "yaml";
import { FailedError } from "../exit-codes";

/**
 * Lets a run of Pulumi have a copy of the stack's file in which some values are others. What is secret in it stays encrypted.
 * @param values by whole keys, such as `scalar-backup:restore`
 */
export async function withOtherValues<T>(
  stack: Stack,
  values: Record<string, unknown>,
  run: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "scalar-backup-"));
  try {
    const file = join(folder, "Pulumi.copy.yaml");
    writeFileSync(file, withValues(readFileSync(await stackFile(stack), "utf8"), values));
    return await run(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns a stack file's text with other values */
export function withValues(text: string, values: Record<string, unknown>): string {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(values)) document.setIn(["config", key], document.createNode(value));
  // An instant without quotes is a date for Pulumi.
  return document.toString({ defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 });
}

async function stackFile({ name, workspace }: Stack): Promise<string> {
  // Cast: the SDK's type lacks this key of Pulumi.yaml.
  const { stackConfigDir = "." } = (await workspace.projectSettings()) as { stackConfigDir?: string };
  const folder = resolve(workspace.workDir, stackConfigDir);
  const base = `Pulumi.${name.split("/").at(-1)}`;
  const found = [".yaml", ".yml", ".json"].map((end) => join(folder, `${base}${end}`)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new FailedError(`there is no ${base}.yaml in ${folder}, which has the stack's configuration`);
}
