import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageSchema } from "./package-schema";

/** The Pulumi package schema, from which the SDKs of all languages are generated. */
const SCHEMA_FILE = join(__dirname, "..", "schema.json");

/** Which inputs take outputs of other resources: a Pulumi schema cannot say it of lists and objects. */
const OUTPUTS_FILE = join(__dirname, "..", "accept-outputs.json");

/** What is generated from the components' declarations and the zod schema of the configuration, by file. */
export function generatedFiles(): Record<string, string> {
  const { schema, acceptOutputs } = packageSchema();
  const text = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
  return { [SCHEMA_FILE]: text(schema), [OUTPUTS_FILE]: text(acceptOutputs) };
}

if (require.main === module) {
  for (const [file, text] of Object.entries(generatedFiles())) {
    if (!process.argv.includes("--check")) writeFileSync(file, text);
    else if (readFileSync(file, "utf8") !== text) {
      console.error(`${file} is not up to date with components/ and config/; run: npm run schema`);
      process.exitCode = 1;
    }
  }
}
