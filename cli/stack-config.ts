import { readFileSync } from "node:fs";
import { messageOf } from "../restore-points/error-message";
import { isObject } from "../restore-points/shape";
import { UsageError } from "./exit-codes";

/** A stack's configuration as its file says it. */
export interface FileConfig {
  /** By full key, such as `aws:region`; without what Pulumi has encrypted. */
  values: Record<string, unknown>;
  /** The keys that are encrypted, or have an encrypted value in them. */
  encrypted: string[];
}

/** Reads the configuration of a stack's file (Pulumi.<stack>.yaml). @throws {UsageError} for what is no such file. */
export function readFileConfig(file: string): FileConfig {
  const { parse }: typeof import("yaml") = require("yaml");
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"), { schema: "core", merge: true });
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`);
  }
  const config = isObject(content) ? content.config : undefined;
  if (!isObject(config))
    throw new UsageError(`${file} is no stack file: it has no "config"; "scalar-backup check ${file}" says more`);
  const encrypted = Object.keys(config).filter((key) => hasSecret(config[key]));
  return { values: Object.fromEntries(Object.entries(config).filter(([key]) => !encrypted.includes(key))), encrypted };
}

function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  if (!isObject(value)) return false;
  return (typeof value.secure === "string" && Object.keys(value).length === 1) || Object.values(value).some(hasSecret);
}
