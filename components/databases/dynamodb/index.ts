import * as pulumi from "@pulumi/pulumi";
import { TABLE_RESTORE } from "../../../operations/usual-durations";
import { awsPartition } from "../../../restore-points/rules/aws-partition";
import { OWNED } from "../create";
import { type DatabaseKind, DECLARED_HERE, instantSuffix, lookUpFor } from "../kind";
import { type DynamodbArgs, dynamodbSchema } from "./args";
import { tableBackupsDoubt, tableBackupsProblem } from "./backups";
import { copiesExist } from "./copies";
import { protectCreated, protectExisting } from "./protect";
import { rangeOfTables } from "./ranges";
import { tableReader } from "./reader";
import { restoreTables } from "./restore";
import { goalOf, namespacePatterns, sourceRegion, tableNames, targetRegion } from "./tables";

export type { DynamodbArgs } from "./args";

/**
 * "Any number of users can execute up to 50 concurrent restores (any type of restore) in a given account" [AWS API Reference,
 * RestoreTableToPointInTime]. The AWS provider repeats a further one at intervals of up to 5
 * minutes, so it notices late that another has ended.
 */
const CONCURRENT_RESTORES = 50;

const OWNED_OF_TABLES = {
  name: "the key of its map is the table's name: remove it",
  region: OWNED.region,
  pointInTimeRecovery: OWNED.next("recoveryPeriodInDays"),
  deletionProtectionEnabled: OWNED.next("deletionProtection"),
};

/** What the names of its tables begin with, ScalarDB's own among them. */
function patternsOf({ existing }: DynamodbArgs): string[] {
  return existing ? namespacePatterns(existing, existing.scalardbTables !== false) : [];
}

export const dynamodb: DatabaseKind<DynamodbArgs> = {
  key: "dynamodb",
  id: "dynamodb",
  label: "Amazon DynamoDB",
  relational: false,
  restoresAtOnce: CONCURRENT_RESTORES,
  restoreTakes: `${TABLE_RESTORE} for each ${CONCURRENT_RESTORES} tables (documented)`,
  schema: dynamodbSchema,
  region: ({ existing, create }) => existing?.region ?? create?.region,
  recoveryDays: (args) => goalOf(args).recoveryPeriodInDays,
  created: ({ create }) =>
    Object.entries(create?.tables ?? {}).map(([table, args]) => ({
      path: ["create", "tables", table],
      resource: "aws/dynamodb/table",
      args,
      owned: OWNED_OF_TABLES,
    })),
  identities(args, aws) {
    const where = args.existing?.region ?? args.create?.region ?? aws.defaultRegion ?? "";
    const own = args.create ? Object.keys(args.create.tables) : [...(args.existing?.tables ?? []), ...patternsOf(args)];
    return own.map((table) => `dynamodb table ${table} in ${where}`);
  },
  protect: (name, args, context) =>
    args.create ? protectCreated(name, args, args.create, context) : protectExisting(name, args, context),
  awsBackup(name, args, aws) {
    const region = args.existing?.region ?? args.create?.region ?? aws.defaultRegion;
    const tables = args.create ? Object.keys(args.create.tables) : (args.existing?.tables ?? []);
    const patterns = patternsOf(args);
    return {
      resourceType: "DynamoDB",
      region,
      resources(account) {
        const arnOf = (table: string) =>
          pulumi.interpolate`arn:${awsPartition(region ?? "").id}:dynamodb:${region}:${account}:table/${table}`;
        // What two selections select is backed up twice.
        const prefixes = patterns.filter((each) => !patterns.some((other) => other !== each && each.startsWith(other)));
        return {
          exact: tables.filter((table) => !prefixes.some((prefix) => table.startsWith(prefix))).map(arnOf),
          prefixes: prefixes.map((prefix) => arnOf(`${prefix}*`)),
        };
      },
      arns: () =>
        lookUpFor(name, async () => {
          const where = sourceRegion(name, args, aws);
          return await tableReader(where, aws).arns(await tableNames(name, args, aws));
        }),
      notContinuousBecause: "AWS Backup makes snapshots of DynamoDB only; point-in-time recovery is the tables' own",
      needsOptIn: false,
      coldStorage: true,
    };
  },
  async readRange(name, args, { aws }) {
    const tables = args.create ? Object.keys(args.create.tables) : await tableNames(name, args, aws);
    return rangeOfTables(name, await tableReader(sourceRegion(name, args, aws), aws).protection(tables));
  },
  windowBackups(name, args, aws) {
    if (args.windowBackups === undefined) return undefined;
    const { existing, create } = args;
    return {
      database: name,
      region: existing?.region ?? create?.region ?? aws.defaultRegion ?? "",
      tables: create ? Object.keys(create.tables) : (existing?.tables ?? []),
      prefixes: patternsOf(args),
      ...args.windowBackups,
    };
  },
  backupProblem: (_args, from) => tableBackupsProblem(from),
  backupDoubt: (name, args, from, context) => tableBackupsDoubt(targetRegion(name, args, context.aws), from, context),
  copiesExist: (name, args, { aws, instant }) => copiesExist(name, args, aws, instant),
  recoveryProblem(args, aws) {
    const from = args.existing?.region ?? args.create?.region ?? aws.defaultRegion;
    const to = args.restoreTo?.region ?? from;
    if (from !== to || args.restoreTo?.namespacePrefix !== undefined) return undefined;
    return "copies in the same region have other names, which ScalarDB does not find, and they cannot take the tables' place by a switch-over here; set restoreTo.namespacePrefix, or restoreTo.region to another region";
  },
  restore: restoreTables,
  namesTaken: async (name, args, { aws }) =>
    args.existing === undefined
      ? []
      : tableReader(sourceRegion(name, args, aws), aws).taken(await tableNames(name, args, aws)),
  namesMarked: async (name, args, { aws }) =>
    args.existing === undefined
      ? []
      : tableReader(sourceRegion(name, args, aws), aws).marked(await tableNames(name, args, aws)),
  switchOver(name, args, { aws, instant, newStreams }) {
    const { existing } = args;
    if (existing === undefined) return { because: DECLARED_HERE };
    const region = sourceRegion(name, args, aws);
    const prefix = args.restoreTo?.namespacePrefix;
    if (prefix !== undefined)
      return {
        because: `its copies have the namespace prefix ${prefix}, by which the products find them; use the output helmValues, or remove restoreTo.namespacePrefix to replace the tables`,
        restoreTo: "namespacePrefix",
      };
    if (targetRegion(name, args, aws) !== region)
      return {
        because:
          "its copies are in another region under the tables' own names already; point the products there, or remove restoreTo.region to restore next to the tables",
        restoreTo: "region",
      };
    return {
      service: "dynamodb",
      name,
      region,
      tables: existing.tables ?? [],
      prefixes: patternsOf(args),
      suffix: `-${instantSuffix(instant)}`,
      newStreams,
    };
  },
};
