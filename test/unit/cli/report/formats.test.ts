import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { badge } from "../../../../cli/report/badge";
import { evidenceOf } from "../../../../cli/report/build";
import { metricsText } from "../../../../cli/report/metrics";
import { page } from "../../../../cli/report/page";
import { summaryLines } from "../../../../cli/report/summary";
import { ran } from "../terminal";
import { drill, refused } from "./facts";

test("a page needs no network and no script, and shows texts as they are", (t) => {
  const evil = '<script>alert("1")</script>';
  const { outputs } = drill();
  const html = page(
    evidenceOf(drill({ by: { person: evil, job: "javascript:alert(1)" }, outputs: { ...outputs, nextSteps: [evil] } })),
  );
  t.notRegex(html, /<script|<link|<img|<iframe|@import|url\(/);
  t.notRegex(html, /href="javascript/);
  t.true(html.includes("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"));
  t.regex(html, /<html lang="en">/);
});

test("a refusal is on the page once, line by line, and another error as well", (t) => {
  const html = page(evidenceOf(refused()));
  t.is(html.split("65 transactions were committed").length - 1, 1);
  t.regex(html, /<li>scalar-backup:restore\.at: [^<]*\nwitness: [^<]*\nand 19 more witnesses\n/);
  t.notRegex(html, /<h2 id="errors">/);
  t.regex(html, /<strong>The copies do not fit together<\/strong>: refused/);
  const { outputs } = drill();
  const also = page(evidenceOf(drill({ outputs, errors: ["the clean-up failed"] })));
  t.regex(also, /<h2 id="errors">Errors<\/h2><ul><li>the clean-up failed<\/li>/);
});

test("a page claims no more than was read, and has a lack under no heading of a remedy", (t) => {
  const evidence = evidenceOf(drill());
  const html = page(evidence);
  t.regex(html, /<strong>The copies fit together, as far as they were read<\/strong>/);
  t.regex(html, /<h3>What it says nothing about<\/h3><ul><li>customers: nothing in its copy was read/);
  t.regex(html, /<h3>Why it is not stronger<\/h3><ul><li>the records were not scanned: [^<]*restore\.verify\.scan/);
  t.notRegex(html, /other steps of npm start/);
  const all = page({ ...evidence, verdict: { ...evidence.verdict, notCovered: [] } });
  t.regex(all, /<strong>The copies fit together<\/strong>/);
  t.regex(
    summaryLines({ stack: "prod", evidence }, 200, (_, text) => text).join("\n"),
    /not covered: customers: nothing/,
  );
});

test("a legend has only what its chart shows", (t) => {
  t.notRegex(page(evidenceOf(drill())), /its beginning is not recorded/);
  t.regex(page(evidenceOf(drill({ runs: new Map() }))), /its beginning is not recorded/);
});

test("a page of a simulated drill says first that it proves nothing", (t) => {
  const evidence = evidenceOf(drill({ simulated: true }));
  t.regex(page(evidence), /simulated: it proves nothing about yours/);
  const removed = evidenceOf(
    drill({ simulated: true, cleanedUp: { at: "2026-11-22T06:00:00Z", source: "simulation" } }),
  );
  t.regex(page(removed), /06:00:00<\/time> UTC .*other steps of npm start/);
  t.is(JSON.stringify(evidence).includes('"engine"'), false, "no event of an engine that ran in a cloud");
});

test("a time that is not recorded has its reason on the page, and no bar that looks like others", (t) => {
  const html = page(evidenceOf(drill({ runs: new Map() })));
  t.regex(html, /no run of scalar-backup drill watched it/);
  t.regex(html, /class="bar copy unknown"/);
});

test("what never happened is 0 in metrics, so that an alert on its age fires", (t) => {
  const never = metricsText({ stack: 'a"b\\c', restorePoints: { asOf: "2026-11-22T09:00:00Z" } });
  t.regex(never, /^scalar_backup_last_verified_timestamp_seconds\{stack="a\\"b\\\\c"\} 0$/m);
  t.regex(never, /^scalar_backup_restore_point_timestamp_seconds\{.*\} 0$/m);
  const metrics = metricsText({ stack: "prod", lastVerified: "2026-11-22T04:40:00Z", evidence: evidenceOf(drill()) });
  t.regex(metrics, /^scalar_backup_last_verified_timestamp_seconds\{stack="prod"\} 1795322400$/m);
  t.regex(metrics, /^scalar_backup_drill_seconds\{stack="prod",objective="recovery_time"\} 2400$/m);
  t.regex(metrics, /^scalar_backup_drill_database_seconds\{stack="prod",database="ledger",stage="available"\} 1260$/m);
});

test("the label stack is the stack's own name, as in the pauser's metrics", (t) => {
  for (const stack of ["prod", "scalar-backup/prod", "acme/scalar-backup/prod"])
    t.regex(metricsText({ stack }), /^scalar_backup_last_verified_timestamp_seconds\{stack="prod"\} 0$/m);
});

test("a badge shows the last proof, also after a drill that failed", (t) => {
  t.regex(badge({}), /<title>last verified restorable: never<\/title>/);
  const failed = badge({ lastVerified: "2026-11-22T04:40:00Z", failedSince: true });
  t.regex(failed, /2026-11-22 UTC \(the newest drill failed\)/);
  const real = badge({ lastVerified: "2026-11-22T04:40:00Z" });
  const simulated = badge({ lastVerified: "2026-11-22T04:40:00Z", simulated: true });
  t.regex(simulated, /<title>simulated drill: 2026-11-22 UTC<\/title>/);
  t.regex(real, /fill="#2e7d32"/);
  t.notRegex(simulated, /fill="#2e7d32"/, "green is for what was proven of real clouds");
});

test("report reads a drill's file, says what it proved, and exits by it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const passed = file("passed.json", evidenceOf(drill()));
  const html = join(folder, "report.html");
  const shown = await ran([
    "report",
    "--evidence",
    passed,
    "--html",
    html,
    "--badge",
    join(folder, "b.svg"),
    "--metrics",
    join(folder, "m.prom"),
  ]);
  t.is(shown.exitCode, 0, shown.notes.join("\n"));
  t.true(shown.out.includes("verdict: pause proven, records not scanned"));
  t.true(shown.out.includes("recovery time:  40 min (target 1 h: met)"), shown.out.join("\n"));
  t.regex(readFileSync(html, "utf8"), /<!doctype html>/);
  const narrow = (await ran(["report", "--evidence", file("refused.json", evidenceOf(refused()))], { columns: 70 }))
    .out;
  t.deepEqual(
    narrow.filter((line) => line.length > 70),
    [],
  );
  t.true(
    narrow.some((line) => line.startsWith("  witness: ledger")),
    narrow.join("\n"),
  );

  const slow = evidenceOf(drill({ outputs: { ...drill().outputs, objectives: { recoveryTimeMinutes: 30 } } }));
  t.is((await ran(["report", "--evidence", file("slow.json", slow)])).exitCode, 1);
  for (const [name, content, message] of [
    ["text.json", "not JSON", /is not JSON/],
    ["other.json", { schemaVersion: 2 }, /is no evidence that this version reads: schemaVersion/],
  ] as const) {
    const refused = await ran(["report", "--evidence", file(name, content)]);
    t.is(refused.exitCode, 2);
    t.regex(refused.notes.join("\n"), message);
  }
  const { out, exitCode } = await ran(["report", "--evidence", passed, "--html", "-"]);
  t.deepEqual([out[0], exitCode], ["<!doctype html>", 0]);
  t.regex((await ran(["report", "--evidence", passed, "--metrics", "-"])).out.join("\n"), /^# HELP scalar_backup_/);
  t.is((await ran(["report", "--evidence", passed, "--metrics", "-", "--json"])).exitCode, 2);
  t.is((await ran(["report"])).exitCode, 2);
  t.is((await ran(["report", "--evidence", passed, "--html", join(folder, "missing/report.html")])).exitCode, 2);
});
