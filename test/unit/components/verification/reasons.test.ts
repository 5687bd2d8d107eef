import test from "ava";
import { kindOf } from "../../../../components/databases";
import type { RestoredCoordinator } from "../../../../components/databases/kind";
import { coordinatorReasons, isRelational, quietGapReasons } from "../../../../components/verification/reasons";

const ledger = kindOf({ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } });
const accounts = kindOf({ name: "accounts", cosmosdb: { existing: { accountName: "a", resourceGroupName: "g" } } });
const auditor = kindOf({ name: "auditor", auroraPostgresql: { existing: { clusterIdentifier: "auditor" } } });
const compared: RestoredCoordinator = { found: true, verify: () => undefined as never };
const release = (name: string, ...databases: string[]) => ({ namespace: "scalar", name, databases });

test("each release's coordinator is compared, or there is a reason", (t) => {
  const both = [
    { database: ledger, coordinator: compared },
    { database: auditor, coordinator: {} },
  ];
  t.deepEqual(coordinatorReasons(both, []), []);
  t.deepEqual(coordinatorReasons(both, [release("scalardb", "ledger", "auditor")]), []);
  const relational =
    "the coordinator is in a relational database (auditor), whose cloud keeps no record of a restore's instant; to compare its copy with the present coordinator, set restore.verify.scan.presentCoordinator; if the release is ScalarDL Auditor, which runs no ScalarDB transactions, set pause.releases[].transactions to false";
  t.deepEqual(coordinatorReasons(both, [release("ledger", "ledger"), release("auditor", "auditor")]), [relational]);
  const isAuditor = (each?: { name: string }) => each?.name === "auditor";
  t.deepEqual(
    coordinatorReasons(both, [release("ledger", "ledger"), release("auditor", "auditor")], isAuditor),
    [],
    "it is compared with the present one",
  );
  t.deepEqual([isRelational(both), isRelational(both, release("auditor", "auditor"))], [false, true]);
});

test("a coordinator that is in no known place, or was not there, is no proof", (t) => {
  const missing = { found: false, missing: "no table coordinator.state" };
  t.deepEqual(coordinatorReasons([{ database: ledger, coordinator: missing }], []), [
    "no database of the set has ScalarDB's coordinator: ledger has no table coordinator.state; if the release is ScalarDL Auditor, which runs no ScalarDB transactions, set pause.releases[].transactions to false",
  ]);
  t.deepEqual(coordinatorReasons([{ database: ledger, coordinator: { found: true } }], []), [
    "ledger: the coordinator's table did not exist at this instant",
  ]);
  t.deepEqual(coordinatorReasons([{ database: accounts, coordinator: {} }], []), [
    "accounts: this version does not look for the coordinator in Azure Cosmos DB for NoSQL",
  ]);
  const because = "account a is deleted, so nothing shows whether it has the coordinator";
  t.deepEqual(coordinatorReasons([{ database: accounts, coordinator: { because } }], []), [`accounts: ${because}`]);
});

test("no coordinator is asked for on account of a release without transactions, and a set of such releases has no proof", (t) => {
  const silent = (...databases: string[]) => ({ ...release("auditor", ...databases), transactions: false });
  const missing = { found: false, missing: "no container state" };
  const both = [
    { database: ledger, coordinator: compared },
    { database: accounts, coordinator: missing },
  ];
  const own = [release("ledger", "ledger"), silent("accounts")];
  t.deepEqual(coordinatorReasons(both, own), []);
  t.is(coordinatorReasons(both, [release("ledger", "ledger"), release("auditor", "accounts")]).length, 1);
  const shared = [{ database: ledger, coordinator: { found: false, missing: "no table" } }];
  t.regex(
    coordinatorReasons(shared, [release("ledger", "ledger"), silent("ledger")]).join(),
    /^no database of the set has ScalarDB's coordinator: ledger has no table/,
    "Ledger's is needed in what they share",
  );
  t.deepEqual(coordinatorReasons(both, [silent()]), [
    "no release of the set runs ScalarDB transactions (pause.releases[].transactions): no coordinator shows that nothing was written around the instant",
  ]);
  t.deepEqual(quietGapReasons(own), [
    "scalar/auditor runs no ScalarDB transactions, so that a gap between commits does not show that it wrote nothing",
  ]);
  t.deepEqual(quietGapReasons([release("ledger")]), []);
});
