import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import test from "ava";
import { load } from "js-yaml";
import { stackConfigFaults } from "../../config";
import { generated } from "../../schema/generate";

const examples = join(__dirname, "../../examples");

for (const [file, text] of Object.entries(generated())) {
  test(`${basename(file)} is what config.ts says`, (t) => {
    t.is(readFileSync(file, "utf8"), text, "run: npm run schema");
  });
}

for (const file of readdirSync(examples)) {
  test(`${file} is sound and points editors to the schema`, (t) => {
    const text = readFileSync(join(examples, file), "utf8");
    t.true(text.startsWith("# yaml-language-server: $schema=../schema/stack-config.schema.json\n"));
    const { config } = load(text) as { config: Record<string, unknown> };
    const values = Object.fromEntries(
      Object.entries(config)
        .filter(([key]) => key.startsWith("scalar-backup:"))
        .map(([key, value]) => [key.slice("scalar-backup:".length), value]),
    );
    t.deepEqual(stackConfigFaults(values), []);
  });
}
