import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parse } from "yaml";
import { parsedOptions } from "../cli/parsed-options";

const FOLDER = join(__dirname, "../../../examples/ci");
const FILES = readdirSync(FOLDER);

/** Every call of scalar-backup in what a shell runs of a workflow. */
function commandsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(commandsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    ["run", "script", "after_script"].includes(key) ? [inner].flat().flatMap(callsIn) : commandsIn(inner),
  );
}

function callsIn(script: unknown): string[] {
  return [...String(script).matchAll(/\bnpx (scalar-backup [^;\n]*)/g)].map(([, call = ""]) => call.trim());
}

const parsed = (line: string) => parsedOptions(line.split(" ").slice(1));

for (const file of FILES) {
  test(`${file} is YAML whose commands scalar-backup understands: a drill, and its clean-up when it is cancelled`, async (t) => {
    const commands = commandsIn(parse(readFileSync(join(FOLDER, file), "utf8")));
    t.is(commands.length, 2);
    const [drill = "", cleanUp = ""] = commands;
    // No person can answer, or take a lock away; and production is not touched.
    t.like(await parsed(drill), { stack: "prod-drills", from: "prod", yes: true, takeOver: true, out: "drills" });
    t.is(cleanUp, `${drill} --clean-up`);
    for (const command of commands) {
      await t.notThrowsAsync(parsed(command));
      await t.throwsAsync(parsed(`${command} --unknown`), { message: /unknown option/ });
    }
  });
}

/** An action runs with the credentials of the drill or of the release, and its tags can be moved. */
test("every action of the workflows for GitHub is pinned to a commit, next to the tag of its release", (t) => {
  const texts = [join(FOLDER, "github-actions-drill.yml"), join(__dirname, "../../../RELEASING.md")].map((file) =>
    readFileSync(file, "utf8"),
  );
  const uses = texts.flatMap((text) => [...text.matchAll(/\buses:.*$/gm)].map(([line]) => line));
  t.true(uses.length >= 7, `${uses.length}`);
  for (const line of uses) t.regex(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

const actionlint = spawnSync("actionlint", ["-version"]).error === undefined;
(actionlint ? test : test.skip)(
  `actionlint accepts the workflow for GitHub Actions${actionlint ? "" : " (skipped: it is not on the PATH)"}`,
  (t) => {
    const { status, stdout } = spawnSync("actionlint", ["-no-color", join(FOLDER, "github-actions-drill.yml")], {
      encoding: "utf8",
    });
    t.is(status, 0, stdout);
  },
);

test("there is a workflow for GitHub Actions and one for GitLab, and neither runs two drills at a time", (t) => {
  t.deepEqual(FILES.sort(), ["github-actions-drill.yml", "gitlab-drill.yml"]);
  const [github, gitlab] = FILES.map(
    (file) => parse(readFileSync(join(FOLDER, file), "utf8")) as Record<string, unknown>,
  );
  t.like(github, { concurrency: { group: "restore-drill", "cancel-in-progress": false } });
  t.like(gitlab?.["restore-drill"], { resource_group: "restore-drill", interruptible: false });
});
