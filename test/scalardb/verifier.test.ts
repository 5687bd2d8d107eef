import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { scalarDbClassPath } from "../fidelity/scalardb/class-path";
import { Databases, type Facts, sqlite } from "./verifier/databases";

const folder = mkdtempSync(join(tmpdir(), "scalardb-scan-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

/** Versions differ in what joins the ids of a group's transactions: a colon in 3.14, a dollar sign from 3.15 on. */
const VERSIONS: { version: string; groupCommit: boolean }[] = [
  { version: "3.14.0", groupCommit: true },
  { version: "3.16.0", groupCommit: false },
  { version: "3.17.0", groupCommit: false },
  { version: "3.19.0", groupCommit: true },
];

const DEFECTS = [
  "row-lost",
  "row-aborted",
  "leftovers-to-roll-back",
  "leftovers-to-commit",
  "before-image-without-row",
  "before-image-that-never-returns",
  "purged",
  "imported",
  "no-coordinator",
  "unreadable",
];

const GROUP_COMMIT = {
  "scalar.db.consensus_commit.coordinator.group_commit.enabled": "true",
  "scalar.db.consensus_commit.coordinator.group_commit.slot_capacity": "4",
};

for (const { version, groupCommit } of VERSIONS)
  for (const grouped of groupCommit ? [false, true] : [false]) {
    const title = `ScalarDB ${version}${grouped ? " with group commit" : ""}`;
    test.serial(`${title}: a scan finds each planted defect, and none in a database without one`, async (t) => {
      const scalarDb = scalarDbClassPath(version);
      if ("because" in scalarDb) {
        t.log(`skipped: ${scalarDb.because}`);
        t.pass();
        return;
      }
      const own = join(folder, title.replaceAll(/\W+/g, "-"));
      const databases = new Databases(scalarDb.path, own, sqlite(join(own, "files")), grouped ? GROUP_COMMIT : {});
      await databases.compile();
      await databases.plant(DEFECTS);
      await judge(t, databases);
    });
  }

const evidence = ({ committedWithoutRow, beforeImageWithoutRow }: Facts) =>
  committedWithoutRow.count + beforeImageWithoutRow.count;

async function judge(t: ExecutionContext, databases: Databases): Promise<void> {
  const clean = await databases.verifyFromSource("filled");
  t.is(clean.exit, 0);
  t.like(clean.facts, { tables: 1, records: 41, olderThanCoordinator: 0, unfinished: 0, withoutMetadata: 0 });
  t.is(evidence(clean.facts), 0);
  t.deepEqual(clean.facts.notCovered, ["ledger.plain"]);
  t.is(readFileSync(clean.file, "utf8"), clean.line);

  for (const defect of ["row-lost", "row-aborted"]) {
    const { exit, facts } = await databases.verify(defect);
    t.is(exit, 0, defect);
    t.true(facts.committedWithoutRow.count >= 1, defect);
    const examples = facts.committedWithoutRow.examples.map(({ table, key }) => `${table} ${key}`);
    t.true(examples.includes("ledger.accounts owner=a7, number=1"), examples.join("; "));
  }
  const old = await databases.verify("row-lost", { since: String(Date.now() + 60_000) });
  t.is(evidence(old.facts), 0, "what was committed before `since` is not questioned");

  const returning = await databases.verify("before-image-without-row");
  t.like(returning.facts.beforeImageWithoutRow, { count: 1 });
  t.is(returning.facts.beforeImageWithoutRow.examples[0]?.key, "owner=alone, number=1");
  const never = await databases.verify("before-image-that-never-returns");
  t.is(never.facts.beforeImageWithoutRow.count, 0);

  const purged = await databases.verify("purged");
  t.true(purged.facts.olderThanCoordinator >= 3);
  t.is(evidence(purged.facts), 0);

  const imported = await databases.verify("imported");
  t.like(imported.facts, { withoutMetadata: 1, records: 42 });
  t.is(evidence(imported.facts), 0);

  for (const [defect, error] of [
    ["no-coordinator", /there is no coordinator/],
    ["unreadable", /ledger/],
  ] as const) {
    const failed = await databases.verify(defect);
    t.is(failed.exit, 1, defect);
    t.regex(failed.facts.error ?? "", error);
    t.is(readFileSync(failed.file, "utf8"), failed.line);
  }
  t.is((await databases.verify("filled", { namespaces: "ledgre" })).exit, 1, "a namespace that does not exist");
  await judgeRepairs(t, databases);
}

async function judgeRepairs(t: ExecutionContext, databases: Databases): Promise<void> {
  for (const defect of ["leftovers-to-roll-back", "leftovers-to-commit"]) {
    const before = await databases.verify(defect);
    t.like(before.facts, { unfinished: 3 }, defect);
    t.is(evidence(before.facts), 0, defect);
    const repaired = await databases.verify(defect, { mode: "repair" });
    t.like(repaired, { exit: 0, facts: { finished: 3, unfinished: 0 } }, defect);
    const after = await databases.verify(defect);
    // One account was new, one was deleted.
    t.like(after.facts, { unfinished: 0, records: 41 }, defect);
    t.is(evidence(after.facts), 0, defect);
  }
  const refused = await databases.verify("before-image-without-row", { mode: "repair" });
  t.is(refused.exit, 4);
  t.like((await databases.verify("before-image-without-row")).facts, { unfinished: 3 }, "is left as it was");
}
