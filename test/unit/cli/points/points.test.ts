import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { ran } from "../terminal";
import { sample } from "./sample";

const folder = mkdtempSync(join(tmpdir(), "scalar-backup-points-"));
test.after.always(() => rmSync(folder, { recursive: true }));
const outputs = join(folder, "outputs.json");
writeFileSync(outputs, JSON.stringify({ restorePoints: sample().output }));

test("reads a stack's outputs: a table, the newest instant, JSON", async (t) => {
  const table = await ran(["points", "--outputs", outputs]);
  t.is(table.exitCode, 0, table.notes.join("\n"));
  t.true(table.out.some((line) => line.startsWith("2026-11-26T03:00:00Z  yes ")));
  t.deepEqual((await ran(["points", "--outputs", outputs, "--latest"])).out, ["2026-11-26T03:00:00Z"]);
  const { out } = await ran(["points", "--outputs", outputs, "--json"]);
  t.deepEqual(JSON.parse(out.join("\n")), JSON.parse(JSON.stringify(sample().output)));
});

test("writes a page to a file, and prints only that it did", async (t) => {
  const file = join(folder, "points.html");
  const { exitCode, out, notes } = await ran(["points", "--outputs", outputs, "--html", file]);
  t.is(exitCode, 0);
  t.deepEqual([out, notes], [[], [`wrote ${file}`]]);
  t.regex(readFileSync(file, "utf8"), /^<!doctype html>[\s\S]*<\/html>\n$/);
  const nowhere = await ran(["points", "--outputs", outputs, "--html", join(folder, "none/x.html")]);
  t.is(nowhere.exitCode, 2);
});

test("a page shows what the stack's present restore has found", async (t) => {
  const file = join(folder, "restored.json");
  const page = async (verdict: string) => {
    const verification = {
      verdict,
      instant: "2026-11-26T03:00:00Z",
      because: [],
      restsOn: [],
      notCovered: [],
      witnesses: [],
    };
    writeFileSync(file, JSON.stringify({ restorePoints: sample().output, verification }));
    return (await ran(["points", "--outputs", file, "--html", "-"])).out.join("\n");
  };
  t.regex(await page("pause proven, records not scanned"), /badge good">restorable, proven</);
  t.regex(await page("refused"), /badge bad">refused</);
  for (const other of ["unproven", "a verdict of another version"])
    t.notRegex(await page(other), /badge good">restorable|badge bad">refused/);
});

test("exits with 1 if nothing can be restored, and says why", async (t) => {
  const file = join(folder, "none.json");
  const { latest: _, ...output } = sample().output;
  writeFileSync(
    file,
    JSON.stringify({ restorePoints: { ...output, points: [], noneBecause: "no window is recorded" } }),
  );
  const { exitCode, out, notes } = await ran(["points", "--outputs", file, "--latest"]);
  t.is(exitCode, 1);
  t.deepEqual([out, notes], [[], ["no window is recorded"]]);
});

test("refuses options that exclude each other, and files that cannot be used", async (t) => {
  for (const args of [
    ["--latest", "--json", "--outputs", outputs],
    ["Pulumi.prod.yaml", "--stack", "prod"],
    ["--read-units", "5"],
    ["--quiet-gaps", "--read-units", "many"],
    ["Pulumi.prod.yaml", "--quiet-gaps"],
    ["--outputs", join(folder, "no-such-file.json")],
    [join(folder, "no-such-file.yaml")],
    [outputs],
  ])
    t.is((await ran(["points", ...args])).exitCode, 2, args.join(" "));
});

test("a wrong stack file is refused with every problem", async (t) => {
  const file = join(folder, "Pulumi.wrong.yaml");
  writeFileSync(
    file,
    "config:\n  aws:region: ap-northeast-1\n  scalar-backup:databases: []\n  scalar-backup:pause: 1\n",
  );
  const { exitCode, notes } = await ran(["points", file]);
  t.is(exitCode, 2);
  t.regex(notes.join("\n"), /scalar-backup:databases: \[\] is not allowed[\s\S]*scalar-backup:pause: 1/);
});
