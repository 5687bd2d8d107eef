import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readmeWithTable } from "../../../policies/docs";
import { policies } from "../../../policies/policies";

const readme = readFileSync(join(__dirname, "../../../policies/README.md"), "utf8");

test("the README's table says what the code says (fix: npm run docs:policies)", (t) => {
  t.is(readme, readmeWithTable(readme));
  for (const { name } of policies) t.true(readme.includes(`| \`${name}\` |`), name);
});

test("the README's example of a configuration names policies and settings that exist", (t) => {
  const example = JSON.parse(/```json\n([^`]+)```/.exec(readme)?.[1] ?? "") as Record<string, string | object>;
  for (const [name, config] of Object.entries(example)) {
    const policy = policies.find((each) => each.name === name);
    t.true(name === "all" || policy !== undefined, name);
    const settings = typeof config === "object" ? Object.keys(config) : [];
    for (const setting of settings.filter((key) => key !== "enforcementLevel"))
      t.true(setting in (policy?.configSchema?.properties ?? {}), setting);
  }
});
