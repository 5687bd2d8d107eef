import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { evidenceSchema } from "./evidence";

/** The JSON Schema of the evidence, from the very schema that reads it. */
export const SCHEMA_FILE = join(__dirname, "evidence.schema.json");

export function schemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(evidenceSchema);
  return `${JSON.stringify({ $schema, title: "Evidence of a restore by scalar-backup", ...schema }, undefined, 2)}\n`;
}

if (require.main === module) {
  if (!process.argv.includes("--check")) writeFileSync(SCHEMA_FILE, schemaText());
  else if (readFileSync(SCHEMA_FILE, "utf8") !== schemaText()) {
    console.error(`${SCHEMA_FILE} is not what cli/report/evidence.ts says; run: npm run schema`);
    process.exitCode = 1;
  }
}
