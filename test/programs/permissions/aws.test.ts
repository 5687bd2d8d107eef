import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Placeholders } from "../../../permissions/aws";
import { auroraPart } from "../../../rehearsal/sets/aurora";
import { dynamodbPart, recoveredDynamodbPart, TABLES } from "../../../rehearsal/sets/dynamodb";
import { type SetPart, setOf } from "../../../rehearsal/sets/part";
import { PAUSED } from "../../../rehearsal/sets/pause";
import { multiAzClusterPart, rdsInstancePart } from "../../../rehearsal/sets/rds";
import type { RehearsalSet } from "../../../rehearsal/sets/set";
import { AWS_VAULT, VAULT_NAME } from "../../../rehearsal/vaults/aws";
import { errors, REGION } from "../rehearsed";
import { awsDocuments, type Names, type Seen } from "./aws-documents";
import { grants, nameOf, policyOf, type Right, refusedIn, rightsOf } from "./aws-rights";
import { playExactly, removeEach, type World } from "./one-by-one";
import { phasesOf, runPhase } from "./phases";
import { chosen, judged, ONE_BY_ONE } from "./removals";

const FOLDER = join(__dirname, "../../../permissions/aws");
const ELSEWHERE = "ap-northeast-3";

/** `write` makes the documents from what is played; otherwise they have to be what they were made from. */
const WRITE = process.env.PERMISSIONS === "write";

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
const CONFIG = {
  "scalar-backup:vault": {
    aws: {
      ...AWS_VAULT,
      restoreTesting: { dbSubnetGroupName: "scalar-databases" },
      notifications: { emails: ["operations@example.com"] },
    },
  },
};

/** What a step goes on without, and warns: it cannot say whether AWS Backup does its part. */
const WARNED = [
  "backup:DescribeRegionSettings",
  "backup:ListBackupPlans",
  "backup:ListBackupPlanVersions",
  "backup:ListBackupSelections",
];
const warns = (right: string) => WARNED.some((action) => right.includes(`: ${action} on `));

interface Played {
  set: RehearsalSet;
  values: Placeholders;
}

/** Every kind of database, with everything that can be configured; and tables whose copies are next to them. */
const PLAYED: Played[] = [
  {
    set: setAs("aws", [
      dynamodbPart(REGION, ELSEWHERE),
      auroraPart("customers", "aurora-postgresql", REGION),
      rdsInstancePart("orders", { key: "rdsMysql", engine: "mysql" }, REGION),
      multiAzClusterPart("stock", { key: "rdsPostgresql", engine: "postgres" }, REGION),
    ]),
    values: VALUES,
  },
  { set: setAs("tables", [recoveredDynamodbPart(REGION)]), values: { ...VALUES, CopyRegion: [] } },
];

function setAs(name: string, parts: [SetPart, ...SetPart[]]): RehearsalSet {
  const config = { "aws:region": REGION, ...PAUSED, "scalar-backup:tags": { service: "payments" } };
  return setOf(parts, { name, title: `${parts.length} databases on AWS`, config });
}

/** A set in a simulated AWS that is held to rights. */
async function start(t: ExecutionContext, { set, values }: Played, parallel?: number): Promise<World<Right>> {
  const played = await phasesOf(t, set, CONFIG, parallel);
  const { caller } = played.cloud.aws;
  let allowed: readonly Right[] = [];
  return {
    ...played,
    held: {
      rightsOf: (who) => rightsOf(who, values),
      nameOf,
      refusedIn,
      restrict(given) {
        allowed = given;
        caller.restrict([policyOf(given)]);
      },
      watch: (by) => caller.watch((access) => by(allowed.filter((right) => grants(right, access)))),
    },
  };
}

if (WRITE)
  test("the documents are written from what is played", async (t) => {
    const seen: (Seen & { names: Names })[] = [];
    for (const { set } of PLAYED) {
      const { cloud, stack, phases } = await phasesOf(t, set, CONFIG);
      for (const phase of phases) {
        await phase.before();
        cloud.aws.caller.watch((access) => seen.push({ who: phase.who, access, names: NAMES }));
        const result = await runPhase(cloud, stack, phase);
        t.true(result.succeeded, `${phase.title}: ${errors(result)}`);
      }
    }
    for (const [who, statements] of Object.entries(awsDocuments(seen)).filter(([who]) => who !== "recover"))
      writeFileSync(
        join(FOLDER, `${who}.json`),
        `${JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2)}\n`,
      );
  });
else {
  /** Of each set, what each phase needs that no set before it needs. */
  const needed: Map<string, string[]>[] = [];

  test.serial("everything works with exactly the rights of the documents, and needs each of them", async (t) => {
    const used = new Set<string>();
    for (const played of PLAYED) {
      const here = [...(await playExactly(t, await start(t, played, ONE_BY_ONE)))];
      const fresh = here.map(([phase, rights]): [string, string[]] => [
        phase,
        rights.filter((name) => !used.has(name)),
      ]);
      needed.push(new Map(fresh));
      for (const [, rights] of fresh) for (const name of rights) used.add(name);
    }
    const names = rightsOf("restore", VALUES).map(nameOf);
    t.log(`${names.length} rights`);
    t.deepEqual(
      names.filter((name) => !used.has(name)),
      [],
      "rights that nothing needs, or that another right gives, too",
    );
  });

  test.serial("without any one right, the step that needs it ends with an error that names it", async (t) => {
    const [every = new Map(), tables = new Map()] = needed;
    const sets: [Played, Map<string, string[]>][] = [
      [PLAYED[0] as Played, every],
      [PLAYED[1] as Played, tables],
    ];
    for (const [played, rights] of sets)
      judged(t, await removeEach(t, () => start(t, played, ONE_BY_ONE), chosen(t, rights)), {
        warns,
        // A vault that does not exist may be refused in the same words: see operations/backup.ts.
        unnoticed: (right) => right.includes("backup:DescribeBackupVault on "),
        documented: (right) => {
          const [who = "", sid = ""] = right.split(": ");
          return `permissions/aws/${who}.json (statement ${sid})`;
        },
      });
  });
}
