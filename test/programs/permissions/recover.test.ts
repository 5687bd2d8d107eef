import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { abortSwitchOver, runSwitchOver } from "../../../operations/switch-over/protocol";
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
  // Whose targets are looked at: a proxy of one of the databases would be in the way.
  rds.createDBInstance({
    ...common,
    DBInstanceIdentifier: "reports",
    Engine: "postgres",
    DBInstanceClass: "db.m7g.large",
    AllocatedStorage: 100,
  });
  rds.neighbours.addProxy("reports", { instance: "reports" });
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
  const failure = async (done: Promise<unknown>): Promise<string | undefined> => {
    try {
      await done;
      return undefined;
    } catch (error) {
      return String(error);
    }
  };
  return {
    caller: aws.caller,
    switchOver: () => failure(runSwitchOver(INSTANT, { pods, members }, () => {})),
    abort: () => failure(abortSwitchOver({ pods, members }, () => {})),
  };
}

/** What is done, each in a world of its own: what is replaced cannot be aborted any more. */
const DONE = ["abort", "switchOver"] as const;

if (process.env.PERMISSIONS === "write")
  test("the document of a switch-over is written from what is played", async (t) => {
    const seen: Access[] = [];
    for (const what of DONE) {
      const played = await world(t);
      played.caller.watch((access) => seen.push(access));
      t.is(await played[what](), undefined);
    }
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

  for (const what of DONE)
    test.serial(`${what} works with exactly the rights of the documents`, async (t) => {
      const played = await world(t);
      played.caller.restrict([policyOf(rights)]);
      t.is(await played[what](), undefined);
    });

  for (const right of rights.filter(({ who }) => who === "recover"))
    test.serial(`without ${nameOf(right)}, a switch-over or its abort ends with an error that names it`, async (t) => {
      const errors: (string | undefined)[] = [];
      for (const what of DONE) {
        const played = await world(t);
        played.caller.restrict([policyOf(rights.filter((other: Right) => other !== right))]);
        errors.push(await played[what]());
      }
      t.true(
        errors.some((error) => error?.includes(right.action)),
        errors.join("; ") || "both succeeded",
      );
    });
}
