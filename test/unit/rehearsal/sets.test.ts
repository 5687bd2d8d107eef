import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { databasesSchema } from "../../../components/databases";
import { stackConfigProblems } from "../../../config/problems";
import { checkCopies } from "../../../rehearsal/scalardb/check";
import { sets } from "../../../rehearsal/sets";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";

const MINUTE = 60_000;

/** The part of the configuration that is this project's, without its prefix. */
function ownConfig(config: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(config).map(([key, value]) => [key.split(":") as [string, string], value] as const);
  return Object.fromEntries(
    entries.filter(([[project]]) => project === "scalar-backup").map(([[, key], v]) => [key, v]),
  );
}

test("the sets are those of the README, the default first", (t) => {
  t.deepEqual(
    sets.map(({ name }) => name),
    ["dynamodb-aurora", "single-rdb", "cosmosdb-azure-postgresql", "all-kinds"],
  );
});

test("the set of all kinds contains every kind", (t) => {
  const config = sets.find(({ name }) => name === "all-kinds")?.config as Record<string, unknown>;
  const databases = config["scalar-backup:databases"] as Record<string, object>[];
  const given = new Set(databases.flatMap((database) => Object.keys(database)));
  // A vault is not a kind: every kind may have one.
  const known = Object.keys(databasesSchema.element.shape).filter((key) => key !== "vault");
  t.deepEqual([...given].sort(), known.sort());
  const clusters = databases.filter(({ name: _, ...kind }) => JSON.stringify(kind).includes("clusterIdentifier"));
  t.deepEqual(clusters.map((database) => Object.keys(database)[1]).sort(), [
    "auroraMysql",
    "auroraPostgresql",
    "rdsMysql",
    "rdsPostgresql",
  ]);
});

for (const set of sets) {
  test(`${set.name}: valid configuration; the bank balances until the disaster, and its past stays`, async (t) => {
    const region = set.config["aws:region"];
    pulumi.runtime.setAllConfig(typeof region === "string" ? { "aws:region": region } : {});
    t.deepEqual(stackConfigProblems(ownConfig(set.config)), []);
    const cloud = await SimulatedCloud.start();
    t.teardown(() => cloud.stop());
    const { bank, past, disaster, leftovers } = set.build(cloud);
    const before = cloud.clock.now();
    cloud.clock.advance(MINUTE);
    bank.open();
    const opened = cloud.clock.now();
    cloud.clock.advance(MINUTE);
    disaster();
    const verdict = (at: number) => checkCopies(past(at), bank.expectedTotal);
    t.deepEqual(verdict(before).total, 0);
    t.deepEqual(verdict(opened).reasons, []);
    t.false(verdict(cloud.clock.now()).consistent);
    const databases = set.config["scalar-backup:databases"] as object[];
    t.is(past(opened).databases.length, databases.length);
    t.deepEqual(leftovers(), [], "databases that existed before are not copies");
  });
}
