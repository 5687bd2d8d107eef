import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { type Acceptance, accepted } from "../../../../components/verification/acceptance";
import type { RestoreVerification } from "../../../../components/verification/restore-verification";
import type { VerifiedBracket } from "../../../../operations/verified-bracket";
import type { ScanFacts } from "../../../../restore-points/verification/facts";
import { Verdict } from "../../../../restore-points/verification/verdict";

const AT = "2026-11-22T03:00:00Z";
const NONE = { count: 0, examples: [] };
/** Equal copies, whose rows have write sets: a scan has to show that none of them was removed. */
const WRITE_SETS: VerifiedBracket = {
  database: "ledger",
  table: "coordinator.state",
  early: { name: "early", instant: "2026-11-22T02:59:57Z" },
  late: { name: "late", instant: "2026-11-22T03:00:03Z" },
  data: [{ name: "ledger.accounts", instant: AT }],
  differences: {
    rows: { early: 2, late: 2 },
    newestCommits: [{ id: "t1", createdAt: "2026-11-22T02:59:00.000Z" }],
    onlyInLate: NONE,
    missingInLate: NONE,
    changed: NONE,
    unknownStates: NONE,
    oldRowsAgree: true,
    writeSets: 4,
  },
  verifiedAt: "2026-11-22T04:00:00Z",
};
const CLEAN: ScanFacts = {
  tables: 2,
  records: 10,
  committedWithoutRow: NONE,
  beforeImageWithoutRow: NONE,
  olderThanCoordinator: 0,
  unfinished: 0,
  notCovered: [],
};
const KNOWN = "the properties have one_phase_commit.enabled=true";

/** The verdict, and the warnings. A verdict that is not accepted ends the program, here with a rejection that ava reports. */
async function judged(scan: ScanFacts | undefined, reasons: string[]) {
  const warnings: string[] = [];
  const acceptance: Acceptance = {
    at: AT,
    acceptInconsistent: false,
    alternatives: pulumi.output("none"),
    show: () => {},
    warn: (message) => warnings.push(message),
  };
  const found = { brackets: pulumi.output([WRITE_SETS]), reasons: pulumi.output(reasons), scan: pulumi.output(scan) };
  const verdict = await new Promise<RestoreVerification>((resolve) => accepted(found, AT, acceptance).apply(resolve));
  return { verdict, warnings };
}

test("what was known beforehand only warns, when the comparison and the scan have found nothing", async (t) => {
  const { verdict, warnings } = await judged(CLEAN, [KNOWN]);
  t.like(verdict, { verdict: Verdict.Unproven, because: [KNOWN] });
  t.regex(warnings.join(), /not proven to fit together: the properties have one_phase_commit/);
});
