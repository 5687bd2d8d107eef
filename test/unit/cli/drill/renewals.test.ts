import test from "ava";
import { renewals } from "../../../../cli/drill/renewals";
import type { StackValues } from "../../../../cli/pulumi/stack";

const LEDGER = { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } };
const CUSTOMERS = { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } };
const PAUSE = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] };

function values(databases: unknown[], more: Record<string, unknown> = {}): StackValues {
  const all: Record<string, unknown> = { databases, ...more };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [`scalar-backup:${key}`, { value: JSON.stringify(value) }]),
  );
}

/** The new values of what differs, by their keys without a namespace. */
function renewed(present: StackValues, production: StackValues): Record<string, unknown> {
  const { set, remove } = renewals(present, production);
  const short = (key: string) => key.replace("scalar-backup:", "");
  return Object.fromEntries([
    ...Object.entries(set).map(([key, { value }]) => [short(key), JSON.parse(value)]),
    ...remove.map((key) => [short(key), "removed"]),
  ]);
}

test("nothing is written while a stack for drills describes production's set", (t) => {
  const both = values([LEDGER, CUSTOMERS], { pause: PAUSE });
  t.deepEqual(renewed(both, both), {});
  // Keys in another order are the same value.
  const { schedule, releases } = PAUSE;
  t.deepEqual(renewed(values([LEDGER, CUSTOMERS], { pause: { releases, schedule } }), both), {});
});

test("databases, namespaces and releases that production has got since are taken over, and what it has no more is removed", (t) => {
  const more = { name: "ledger", dynamodb: { existing: { namespaces: ["ledger", "orders"] } } };
  const releases = [...PAUSE.releases, { namespace: "scalar", name: "auditor" }];
  const production = values([more, CUSTOMERS], { pause: { ...PAUSE, releases } });
  t.deepEqual(renewed(values([LEDGER], { pause: PAUSE, vault: { aws: { name: "payments" } } }), production), {
    databases: [more, CUSTOMERS],
    pause: { ...PAUSE, releases },
    vault: "removed",
  });
  t.deepEqual(renewed(values([LEDGER, CUSTOMERS], { pause: PAUSE }), values([CUSTOMERS])), {
    databases: [CUSTOMERS],
    pause: "removed",
  });
});

test("a drill's own places of copies, names of what production creates, and other keys stay", (t) => {
  const elsewhere = {
    name: "ledger",
    dynamodb: { ...LEDGER.dynamodb, restoreTo: { region: "ap-northeast-3" } },
  };
  const created = { name: "customers", auroraPostgresql: { create: { clusterIdentifier: "customers-prod" } } };
  const own = values([elsewhere, CUSTOMERS], { objectives: { recoveryTimeMinutes: 60 } });
  t.deepEqual(renewed(own, values([LEDGER, created])), {});
  t.deepEqual(renewed(values([LEDGER]), values([elsewhere])), { databases: [elsewhere] });
});

test("what is secret in production's configuration is so in the other one", (t) => {
  const [key, value] = ["scalar-backup:databases", JSON.stringify([LEDGER])];
  t.true(renewals({}, { [key]: { value, secret: true } }).set[key]?.secret);
});
