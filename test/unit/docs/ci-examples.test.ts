import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parse } from "yaml";
import { parsedOptions } from "../cli/parsed-options";

const FOLDER = join(__dirname, "../../../examples/ci");
const FILES = readdirSync(FOLDER);

/** Every text of a workflow that a shell runs. */
function commandsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(commandsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === "run" && typeof inner === "string") || (key === "script" && Array.isArray(inner))
      ? [inner].flat().map(String)
      : commandsIn(inner),
  );
}

/** The options of a line such as `npx scalar-backup drill`. */
const parsed = (line: string) => parsedOptions(line.split(" ").slice(2));

for (const file of FILES) {
  test(`${file} is YAML whose commands scalar-backup understands`, async (t) => {
    const commands = commandsIn(parse(readFileSync(join(FOLDER, file), "utf8"))).filter((line) =>
      line.includes("scalar-backup"),
    );
    t.is(commands.length, 1, "one drill");
    const options = await parsed(commands[0] ?? "");
    // No person can answer, or take a lock away; and production is not touched.
    t.like(options, { stack: "prod-drills", from: "prod", yes: true, takeOver: true, out: "drills" });
    await t.throwsAsync(parsed(`${commands[0]} --unknown`), { message: /unknown option/ });
  });
}

test("there is a workflow for GitHub Actions and one for GitLab, and neither runs two drills at a time", (t) => {
  t.deepEqual(FILES.sort(), ["github-actions-drill.yml", "gitlab-drill.yml"]);
  const [github, gitlab] = FILES.map(
    (file) => parse(readFileSync(join(FOLDER, file), "utf8")) as Record<string, unknown>,
  );
  t.like(github, { concurrency: { group: "restore-drill", "cancel-in-progress": false } });
  t.like(gitlab?.["restore-drill"], { resource_group: "restore-drill", interruptible: false });
});
