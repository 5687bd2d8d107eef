import { readFileSync } from "node:fs";
import { messageOf } from "../restore-points/error-message";
import { UsageError } from "./exit-codes";

/**
 * A file's text without a byte order mark; "-" is standard input. Some shells write UTF-16, and old editors other encodings, in
 * which names would be read wrongly. @throws {UsageError} for what cannot be read, or is not UTF-8
 */
export function readText(file: string): string {
  const name = file === "-" ? "standard input" : file;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === "-" ? process.stdin.fd : file);
  } catch (error) {
    const isFolder = error instanceof Error && "code" in error && error.code === "EISDIR";
    throw new UsageError(`cannot read ${name}: ${isFolder ? "it is a folder; name a file in it" : messageOf(error)}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`cannot read ${name}: it is not text in UTF-8; save it in this encoding`);
  }
}
