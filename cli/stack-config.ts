import { isObject } from "../restore-points/shape";
import { UsageError } from "./exit-codes";
import { readText } from "./text-file";

/** A stack's configuration as its file says it. */
export interface FileConfig {
  /** By full key, such as `aws:region`; without what Pulumi has encrypted. */
  values: Record<string, unknown>;
  /** The keys that are encrypted, or have an encrypted value in them. Those of `pause.notify` are replaced: nothing but the pauser uses them. */
  encrypted: string[];
}

/** Reads the configuration of a stack's file (Pulumi.<stack>.yaml). @throws {UsageError} for what is no such file. */
export function readFileConfig(file: string): FileConfig {
  const { readStackFile }: typeof import("./check/stack-file") = require("./check/stack-file");
  const { problems, content } = readStackFile(readText(file));
  const [problem] = problems;
  if (problem) throw new UsageError(`${file}:${problem.line}:${problem.column}: ${problem.message}`);
  const config = isObject(content) ? content.config : undefined;
  if (!isObject(config))
    throw new UsageError(`${file} is no stack file: it has no "config"; "scalar-backup check ${file}" says more`);
  const readable = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, key === PAUSE ? withoutAddresses(value) : value]),
  );
  const encrypted = Object.keys(readable).filter((key) => hasSecret(readable[key]));
  const known = Object.entries(readable).filter(([key]) => !encrypted.includes(key));
  return { values: Object.fromEntries(known), encrypted };
}

const PAUSE = "scalar-backup:pause";

/** Replaces an address that is encrypted. RFC 2606 reserves the domain. */
const ENCRYPTED = "https://encrypted.invalid";

function withoutAddresses(pause: unknown): unknown {
  return isObject(pause) && pause.notify !== undefined ? { ...pause, notify: replaced(pause.notify) } : pause;
}

function replaced(value: unknown): unknown {
  if (isSecret(value)) return ENCRYPTED;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]));
}

function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isSecret(value) || (isObject(value) && Object.values(value).some(hasSecret));
}

const isSecret = (value: unknown): boolean =>
  isObject(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
