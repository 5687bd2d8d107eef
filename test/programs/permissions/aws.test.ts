import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { Placeholders } from "../../../permissions/aws";
import { auroraPart } from "../../../rehearsal/sets/aurora";
import { dynamodbPart, TABLES } from "../../../rehearsal/sets/dynamodb";
import { setOf } from "../../../rehearsal/sets/part";
import { PAUSED } from "../../../rehearsal/sets/pause";
import { multiAzClusterPart, rdsInstancePart } from "../../../rehearsal/sets/rds";
import { AWS_VAULT, VAULT_NAME } from "../../../rehearsal/vaults/aws";
import { errors, REGION } from "../rehearsed";
import { awsDocuments, type Names, type Seen } from "./aws-documents";
import { grants, nameOf, policyOf, type Right, rightsOf } from "./aws-rights";
import { phasesOf, runPhase, type Who } from "./phases";
import { type Held, playExactly } from "./proof";

const FOLDER = join(__dirname, "../../../permissions/aws");
const ELSEWHERE = "ap-northeast-3";

/** `write` makes the documents from what is played; otherwise they have to be what they were made from. */
const WRITE = process.env.PERMISSIONS === "write";

const set = setOf(
  [
    dynamodbPart(REGION, ELSEWHERE),
    auroraPart("customers", "aurora-postgresql", REGION),
    rdsInstancePart("orders", { key: "rdsMysql", engine: "mysql" }, REGION),
    multiAzClusterPart("stock", { key: "rdsPostgresql", engine: "postgres" }, REGION),
  ],
  {
    name: "aws",
    title: "every kind of database on AWS, with everything that can be configured",
    config: { "aws:region": REGION, ...PAUSED, "scalar-backup:tags": { service: "payments" } },
  },
);
const NAMES: Names = {
  region: REGION,
  tables: TABLES,
  databases: ["customers-prod", "orders-prod", "stock-prod"],
};
const VALUES: Placeholders = {
  Partition: ["aws"],
  Account: ["123456789012"],
  Region: [REGION],
  CopyRegion: [ELSEWHERE],
  Table: TABLES,
  Database: NAMES.databases,
  // Databases without a continuous rule of their own have the vault that is named after the stack.
  Vault: [VAULT_NAME, "scalar-rehearsal"],
  Name: ["scalar", "ledger", "customers", "orders", "stock"],
  EksCluster: ["rehearsal"],
  MonitoringRole: ["rds-monitoring"],
};

const rights = (who: Who) => rightsOf(who, VALUES);

const config = {
  "scalar-backup:vault": {
    aws: {
      ...AWS_VAULT,
      restoreTesting: { dbSubnetGroupName: "scalar-databases" },
      notifications: { emails: ["operations@example.com"] },
    },
  },
};

if (WRITE)
  test("the documents are written from what is played", async (t) => {
    const { cloud, stack, phases } = await phasesOf(t, set, config);
    const seen: (Seen & { names: Names })[] = [];
    for (const phase of phases) {
      await phase.before();
      cloud.aws.caller.watch((access) => seen.push({ who: phase.who, access, names: NAMES }));
      const result = await runPhase(cloud, stack, phase);
      t.true(result.succeeded, `${phase.title}: ${errors(result)}`);
    }
    for (const [who, statements] of Object.entries(awsDocuments(seen)).filter(([who]) => who !== "recover"))
      writeFileSync(
        join(FOLDER, `${who}.json`),
        `${JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2)}\n`,
      );
  });
else {
  /** Holds the simulated AWS to rights. */
  const heldBy = ({ cloud }: Awaited<ReturnType<typeof phasesOf>>): Held<Right> => {
    const { caller } = cloud.aws;
    let allowed: readonly Right[] = [];
    return {
      rightsOf: rights,
      nameOf,
      restrict(given) {
        allowed = given;
        caller.restrict([policyOf(given)]);
      },
      watch: (by) => caller.watch((access) => by(allowed.filter((right) => grants(right, access)))),
    };
  };

  test("everything works with exactly the rights of the documents, and needs each of them", async (t) => {
    const played = await phasesOf(t, set, config);
    await playExactly(t, played, heldBy(played));
  });
}
