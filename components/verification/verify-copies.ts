import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The name of the program's file. */
export const VERIFY_COPIES = "VerifyCopies.java";

/** The Java program that reads copies through ScalarDB: one file, which a JDK runs from its source. */
export function verifyCopiesSource(): string {
  return readFileSync(join(__dirname, "VerifyCopies.java"), "utf8");
}
