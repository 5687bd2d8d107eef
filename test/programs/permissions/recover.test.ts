import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { runSwitchOver } from "../../../operations/switch-over/protocol";
import { RdsMember } from "../../../operations/switch-over/rds";
import { rdsDatabases } from "../../../operations/switch-over/rds-databases";
import type { Placeholders } from "../../../permissions/aws";
import type { Access } from "../../../simulator/cloud/aws/aws";
import { dynamodbWorld, TABLES } from "../../unit/operations/switch-over/dynamodb-world";
import { ACCESS, INSTANT, MARKS, obedientPods, REGION, STACK, SUFFIX } from "../../unit/operations/switch-over/world";
import { awsDocuments } from "./aws-documents";
import { grants, nameOf, policyOf, type Right, rightsOf } from "./aws-rights";

const VALUES: Placeholders = {
  Partition: ["aws"],
  Account: ["123456789012"],
  Region: [REGION],
  // Copies are in the same region: with it here, the copies' rights would be rights on production.
  CopyRegion: [],
  Table: TABLES,
  Database: ["customers", "orders"],
};

/** Tables, an Aurora cluster and an instance, with their copies: what a switch-over replaces. */
async function world(t: ExecutionContext) {
  const { aws, clock, rds, member } = await dynamodbWorld(t, 40);
  const common = { MasterUsername: "scalar", MasterUserPassword: "secret", BackupRetentionPeriod: 7 };
  const tags = Object.entries(MARKS).map(([Key, Value]) => ({ Key, Value }));
  for (const [suffix, Tags] of [
    ["", []],
    [SUFFIX, tags],
  ] as const) {
    rds.createDBInstance({
      ...common,
      DBInstanceIdentifier: `orders${suffix}`,
      Engine: "postgres",
      DBInstanceClass: "db.m7g.large",
      AllocatedStorage: 100,
      Tags: [...Tags],
    });
    const cluster = { ...common, DBClusterIdentifier: `customers${suffix}`, Engine: "aurora-postgresql" };
    rds.createDBCluster({ ...cluster, Tags: [...Tags] });
    rds.createDBInstance({
      DBInstanceIdentifier: `customers${suffix}-1`,
      DBClusterIdentifier: cluster.DBClusterIdentifier,
      Engine: "aurora-postgresql",
      DBInstanceClass: "db.r7g.large",
    });
  }
  clock.pass(60 * 60_000);
  const pods = obedientPods();
  const renamed = (identifier: string, what: "instance" | "cluster") =>
    new RdsMember(
      {
        service: "rds",
        name: identifier,
        region: REGION,
        what,
        identifier,
        copyIdentifier: `${identifier}${SUFFIX}`,
        replacedIdentifier: `${identifier}-replaced${SUFFIX}`,
      },
      { instant: INSTANT, stack: STACK },
      rdsDatabases(what, REGION, ACCESS),
    );
  const members = [member(pods), renamed("orders", "instance"), renamed("customers", "cluster")];
  const run = async (): Promise<string | undefined> => {
    try {
      await runSwitchOver(INSTANT, { pods, members }, () => {});
      return undefined;
    } catch (error) {
      return String(error);
    }
  };
  return { caller: aws.caller, run };
}

if (process.env.PERMISSIONS === "write")
  test("the document of a switch-over is written from what is played", async (t) => {
    const { caller, run } = await world(t);
    const seen: Access[] = [];
    caller.watch((access) => seen.push(access));
    t.is(await run(), undefined);
    const names = { region: REGION, tables: TABLES, databases: ["customers", "orders"] };
    const given = rightsOf("restore", VALUES);
    const missing = seen.filter((access) => !given.some((right) => grants(right, access)));
    const { recover } = awsDocuments(missing.map((access) => ({ who: "recover", access, names })));
    writeFileSync(
      join(__dirname, "../../../permissions/aws/recover.json"),
      `${JSON.stringify({ Version: "2012-10-17", Statement: recover }, null, 2)}\n`,
    );
  });
else {
  const rights = rightsOf("recover", VALUES);

  test.serial("a switch-over works with exactly the rights of the documents", async (t) => {
    const { caller, run } = await world(t);
    caller.restrict([policyOf(rights)]);
    t.is(await run(), undefined);
  });

  for (const right of rights.filter(({ who }) => who === "recover"))
    test.serial(`without ${nameOf(right)}, a switch-over ends with an error that names it`, async (t) => {
      const { caller, run } = await world(t);
      caller.restrict([policyOf(rights.filter((other: Right) => other !== right))]);
      const error = await run();
      t.true(error?.includes(right.action), error ?? "it succeeded");
    });
}
