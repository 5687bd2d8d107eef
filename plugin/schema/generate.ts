import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageSchema } from "./package-schema";
import { SchemaProblem } from "./problem";

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

/**
 * Writes the files, or checks them.
 * @returns the exit code
 */
export function generate(checks: boolean, files: () => Record<string, string>, say: (line: string) => void): number {
  let exitCode = 0;
  try {
    for (const [file, text] of Object.entries(files())) {
      if (!checks) writeFileSync(file, text);
      else if (readFileSync(file, "utf8") !== text) {
        say(`${file} is not up to date with components/ and config/; run: npm run schema`);
        exitCode = 1;
      }
    }
  } catch (error) {
    // Where it was found says nothing to who has changed a declaration.
    if (!(error instanceof SchemaProblem)) throw error;
    say(error.message);
    exitCode = 1;
  }
  return exitCode;
}

if (require.main === module)
  process.exitCode = generate(process.argv.includes("--check"), generatedFiles, console.error);
