import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import test from "ava";
import { EventLog, RunFile } from "../../../../cli/drill/events";
import { person } from "../../../../cli/drill/person";
import { Progress } from "../../../../cli/drill/progress";

/** Events in the form of Pulumi's engine (sdk/nodejs/automation/events.ts). */
function step(op: string, name: string, type = "aws:dynamodb/table:Table") {
  const urn = `urn:pulumi:prod::scalar-backup::${type}::${name}`;
  const state = { type, urn, custom: true, id: "", parent: "", inputs: {}, outputs: {}, provider: "" };
  return { metadata: { op, urn, type, provider: "", new: state } } as never;
}
const at = (timestamp: number, event: Partial<EngineEvent>): EngineEvent => ({ sequence: 0, timestamp, ...event });

test("a run's steps begin and end by the engine's own clock, and one that failed says so", (t) => {
  const log = new EventLog();
  log.receive(at(1_795_316_400, { resourcePreEvent: step("create", "a") }));
  log.receive(at(1_795_316_405, { resourcePreEvent: step("create", "b") }));
  log.receive(at(1_795_316_460, { resOutputsEvent: step("create", "a") }));
  log.receive(at(1_795_316_470, { resOpFailedEvent: step("create", "b") }));
  t.deepEqual([...log.runs.values()].flat(), [
    { op: "create", begun: "2026-11-22T03:00:00Z", ended: "2026-11-22T03:01:00Z" },
    { op: "create", begun: "2026-11-22T03:00:05Z", ended: "2026-11-22T03:01:10Z", failed: true },
  ]);
});

test("errors are kept without their colours, and ephemeral messages are not", (t) => {
  const log = new EventLog();
  const diagnosticEvent = { message: "<{%fg 1%}>wrong<{%reset%}>\n", color: "", severity: "error" as const };
  log.receive(at(0, { diagnosticEvent }));
  log.receive(at(0, { diagnosticEvent: { ...diagnosticEvent, ephemeral: true } }));
  t.deepEqual(log.errors, ["wrong"]);
});

test("what runs did survives a kill in the middle of a line", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "runs-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "runs.jsonl");
  const file = new RunFile(path);
  file.note("urn:a", { op: "create", begun: "2026-11-22T03:00:00Z" });
  file.note("urn:a", { op: "create", begun: "2026-11-22T03:00:00Z", ended: "2026-11-22T03:01:00Z" });
  file.note("urn:b", { op: "create", begun: "2026-11-22T03:00:05Z" });
  appendFileSync(path, '{"urn":"urn:b","op":"cre');
  t.deepEqual(
    [...new RunFile(path).read()],
    [
      ["urn:a", [{ op: "create", begun: "2026-11-22T03:00:00Z", ended: "2026-11-22T03:01:00Z" }]],
      ["urn:b", [{ op: "create", begun: "2026-11-22T03:00:05Z" }]],
    ],
  );
});

test("progress counts the steps that change something, and says what still runs when nothing ends", (t) => {
  const said: string[] = [];
  let now = 0;
  const progress = new Progress(
    (line) => said.push(line),
    () => now,
    { steps: 2, lastSeconds: 2400 },
  );
  t.teardown(() => progress.close());
  progress.receive(at(0, { resourcePreEvent: step("same", "quiet") }));
  progress.receive(at(0, { resourcePreEvent: step("create", "first") }));
  progress.receive(at(0, { resourcePreEvent: step("create", "second") }));
  now = 29_000;
  progress.tick();
  t.deepEqual(said, []);
  now = 61_000;
  progress.receive(at(0, { resOutputsEvent: step("create", "first") }));
  now = 600_000;
  progress.tick();
  progress.receive(at(0, { resOpFailedEvent: step("create", "second") }));
  t.deepEqual(said, [
    "[1/2] created table:Table first, 1 min 1 s".replace("table:Table", "Table"),
    "1 of 2 steps done, 1 running, the longest for 10 min: second; 10 min so far; the last drill took 40 min in all",
    "[1/2] could not create Table second, 10 min",
  ]);
  t.is(progress.summary, "1 step done, 1 failed, in 10 min");
});

test("who ran a drill is the CI system's user with the job's address, or else the machine's", (t) => {
  t.deepEqual(
    person({
      GITHUB_ACTOR: "octo",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "acme/backup",
      GITHUB_RUN_ID: "7",
    }),
    { person: "octo (GitHub Actions)", job: "https://github.com/acme/backup/actions/runs/7" },
  );
  t.deepEqual(person({ GITLAB_CI: "true", GITLAB_USER_LOGIN: "lab", CI_JOB_URL: "https://gitlab/-/jobs/1" }), {
    person: "lab (GitLab CI)",
    job: "https://gitlab/-/jobs/1",
  });
  t.regex(person({}).person, /^.+@.+$/);
});
