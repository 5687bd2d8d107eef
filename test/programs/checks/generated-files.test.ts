import { readFileSync } from "node:fs";
import { basename } from "node:path";
import test from "ava";
import { generated as rules } from "../../../checks/fidelity/generate";
import { generated } from "../../../config/generate";
import { generatedFiles } from "../../../plugin/schema/generate";

for (const [file, text] of Object.entries(generated())) {
  test(`${basename(file)} is what config/schema.ts says`, (t) => {
    t.is(readFileSync(file, "utf8"), text, "run: npm run schema");
  });
}

test("the plugin's checked-in files are what components/ and config/ generate", (t) => {
  for (const [file, text] of Object.entries(generatedFiles()))
    t.is(readFileSync(file, "utf8"), text, `${basename(file)}: run: npm run schema`);
});

test("docs/fidelity.md is what the simulator's comments say", (t) => {
  t.is(readFileSync("docs/fidelity.md", "utf8"), rules().text, "run: npm run docs:fidelity");
});
