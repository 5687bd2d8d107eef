import test from "ava";
import type { DatabaseArgs } from "../../../../components/databases";
import type { PausedReleaseArgs } from "../../../../components/release-databases";
import { verificationJobProblems } from "../../../../components/verification/job-problems";
import { mergedScans, scanFactsOf } from "../../../../components/verification/scan-facts";
import { Verdict, verdictOf } from "../../../../restore-points/verification/verdict";

const NONE = { count: 0, examples: [] };
const FACTS = {
  tables: 2,
  records: 10,
  committedWithoutRow: NONE,
  beforeImageWithoutRow: NONE,
  olderThanCoordinator: 0,
  unfinished: 0,
  tablesNotCovered: 0,
  notCovered: [] as string[],
};
const scanOf = (facts: object, compares = false) => scanFactsOf(JSON.stringify({ ...FACTS, ...facts }), compares);
const WITNESS = { count: 1, examples: [{ table: "ledger.accounts", key: "id=7", id: "t7" }] };

test("a scan whose result lacks a part is no result", (t) => {
  for (const key of Object.keys(FACTS))
    t.throws(() => scanOf({ [key]: undefined }), { message: new RegExp(`incomplete(.|\n)*${key}`) }, key);
  t.throws(() => scanFactsOf("{}", false), { message: /incomplete/ });
  t.throws(() => scanFactsOf("Killed", false), { message: "the scan's result is not JSON: Killed" });
});

test("tables that the termination message had no room for are counted", (t) => {
  const { notCovered } = scanOf({ tablesNotCovered: 5, notCovered: ["ledger.plain"] });
  t.deepEqual(notCovered, ["ledger.plain", "4 more tables"]);
});

test("the scans of several releases are one, with the evidence of each", (t) => {
  const merged = mergedScans([
    scanOf({ committedWithoutRow: WITNESS }),
    scanOf({ unfinished: 2, olderThanCoordinator: 3 }),
  ]);
  t.like(merged, { tables: 4, records: 20, committedWithoutRow: WITNESS, unfinished: 2, olderThanCoordinator: 3 });
});

test("the copy of one relational database is refused by evidence in its records", (t) => {
  const facts = {
    instant: "2026-11-22T03:00:12Z",
    brackets: [],
    unproven: [],
    ownRecovery: "customers is the only database",
  };
  t.is(verdictOf({ ...facts, scan: scanOf({}) }).verdict, Verdict.Consistent);
  for (const found of ["committedWithoutRow", "beforeImageWithoutRow"]) {
    const { verdict, witnesses } = verdictOf({ ...facts, scan: scanOf({ [found]: WITNESS }) });
    t.is(verdict, Verdict.Refused, found);
    t.deepEqual(witnesses, ["ledger.accounts id=7: transaction t7"]);
  }
});

const SCAN = { namespace: "scalar", schemaLoaderImage: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0" };
const AWS = { defaultRegion: "ap-northeast-1", access: {} };
const SET = { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } };

test("Jobs need present properties, and copies that ScalarDB finds", (t) => {
  const args = { backup: { databases: [SET] }, at: "2026-11-22T03:00:12Z" };
  const problems = verificationJobProblems({ ...args, verify: { scan: SCAN } }, [SET], AWS).map(
    ({ path, message }) => `${path}: ${message}`,
  );
  t.is(problems.length, 2);
  t.regex(problems[0] ?? "", /^verify\.scan: needs your present properties, .*; set scalar-backup:properties/);
  t.regex(
    problems[1] ?? "",
    /^verify\.scan: ScalarDB cannot use the copies of ledger: .* set restoreTo\.namespacePrefix, or restoreTo\.region to another region/,
  );
  const elsewhere = { ...SET, dynamodb: { ...SET.dynamodb, restoreTo: { region: "ap-northeast-3" } } };
  const given = { ...args, properties: "scalar.db.storage=dynamo" };
  t.deepEqual(verificationJobProblems({ ...given, verify: { scan: SCAN, repair: true } }, [elsewhere], AWS), []);
  t.regex(
    verificationJobProblems({ ...given, verify: { repair: true } }, [elsewhere], AWS)[0]?.message ?? "",
    /is true without verify\.scan/,
  );
});

test("the present coordinator is compared in sets with a relational database, inside of pause windows", (t) => {
  const scan = { ...SCAN, presentCoordinator: true };
  const elsewhere = { ...SET, dynamodb: { ...SET.dynamodb, restoreTo: { region: "ap-northeast-3" } } };
  const relational = { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers" } } };
  const given = { at: "2026-11-22T03:00:12Z", properties: "scalar.db.storage=multi-storage" };
  const problems = (
    databases: DatabaseArgs[],
    more: object = {},
    verify: object = { scan },
    releases: PausedReleaseArgs[] = [],
  ) =>
    verificationJobProblems({ ...given, ...more, backup: { databases }, verify }, databases, AWS, releases).map(
      ({ path, message }) => `${path}: ${message}`,
    );
  const path = "verify\\.scan\\.presentCoordinator";
  t.deepEqual(problems([elsewhere, relational]), []);
  t.regex(
    problems([elsewhere]).join(),
    new RegExp(`^${path}: is for a coordinator in a relational database, .* has none`),
  );
  const ledger = { namespace: "scalar", name: "ledger", databases: ["ledger"] };
  const auditor = { namespace: "scalar", name: "auditor", databases: ["customers"] };
  t.deepEqual(problems([elsewhere, relational], {}, { scan }, [ledger, auditor]), []);
  t.regex(
    problems([elsewhere, relational], {}, { scan }, [ledger, { ...auditor, transactions: false }]).join(),
    new RegExp(`^${path}: is for a coordinator in a relational database, .* has none`),
  );
  t.regex(problems([relational]).join(), new RegExp(`^${path}: is set for a single database`));
  t.regex(problems([elsewhere, relational], { quietGap: true }).join(), new RegExp(`^${path}: .* quietGap: true`));
  t.regex(
    problems([elsewhere, relational], {}, { scan, enabled: false }).join(),
    new RegExp(`^${path}: .* "enabled: false"`),
  );
});
