import { findTables, readProtection, readSettings } from "../../../operations/dynamodb";
import { COPY_TAG, type DatabaseKind, INSTANT_TAG, lookedUp } from "../kind";
import { type DynamodbArgs, dynamodbSchema } from "./args";
import { tableBackupsDoubt, tableBackupsFault } from "./backups";
import { protectCreated, protectExisting } from "./protect";
import { restoreTables } from "./restore";
import { copyName, namespacePatterns, sourceRegion, tableNames, targetRegion } from "./tables";

export type { DynamodbArgs } from "./args";

export const dynamodb: DatabaseKind<DynamodbArgs> = {
  key: "dynamodb",
  kind: "dynamodb",
  label: "Amazon DynamoDB",
  relational: false,
  schema: dynamodbSchema,
  identities(args, aws) {
    const where = args.existing?.region ?? args.create?.region ?? aws.defaultRegion ?? "";
    const own = args.create
      ? Object.keys(args.create.tables)
      : [...(args.existing?.tables ?? []), ...(args.existing ? namespacePatterns(args.existing, false) : [])];
    return own.map((table) => `dynamodb table ${table} in ${where}`);
  },
  protect: (name, args, context) =>
    args.create ? protectCreated(name, args, args.create, context) : protectExisting(name, args, context),
  awsBackup(name, args, aws) {
    const region = args.existing?.region ?? args.create?.region ?? aws.defaultRegion;
    const tables = args.create ? Object.keys(args.create.tables) : (args.existing?.tables ?? []);
    const patterns = args.existing ? namespacePatterns(args.existing, args.existing.scalardbTables !== false) : [];
    return {
      resourceType: "DynamoDB",
      region,
      resources: [...tables, ...patterns.map((prefix) => `${prefix}*`)].map(
        (table) => `arn:aws:dynamodb:${region}:*:table/${table}`,
      ),
      arns: () =>
        lookedUp(name, async () => {
          const where = sourceRegion(name, args, aws);
          return (await readSettings(where, await tableNames(name, args, aws), aws.access)).map(({ arn }) => arn);
        }),
      notContinuousBecause: "AWS Backup makes snapshots of DynamoDB only; point-in-time recovery is the tables' own",
      coldStorage: true,
    };
  },
  backupFault: (args, from, aws) =>
    tableBackupsFault(
      from,
      args.restoreTo?.region ?? args.existing?.region ?? args.create?.region ?? aws.defaultRegion,
    ),
  backupDoubt: (name, args, from, context) => tableBackupsDoubt(targetRegion(name, args, context.aws), from, context),
  async copiesStand(name, args, { aws, instant }) {
    const tables = await tableNames(name, args, aws);
    const nameOf = (table: string) => copyName(name, args, aws, table, instant);
    const target = targetRegion(name, args, aws);
    // One list tells what a drill begins with: no copies. To describe each table would take as many calls as there are tables.
    const found = await findTables({ region: target, tables: tables.map(nameOf), prefixes: [] }, aws.access);
    const copies = (await readSettings(target, found, aws.access))
      .filter(({ tags }) => tags[INSTANT_TAG] === instant && tags[COPY_TAG] !== undefined)
      .map((copy) => copy.name);
    if (copies.length === 0) return false;
    // A table has no copy where it did not exist yet.
    const others = tables.filter((table) => !copies.includes(nameOf(table)));
    const sources = await readProtection(sourceRegion(name, args, aws), others, aws.access);
    return sources.every(({ created }) => Date.parse(created) > Date.parse(instant));
  },
  recoveryFault(args, aws) {
    const from = args.existing?.region ?? args.create?.region ?? aws.defaultRegion;
    const to = args.restoreTo?.region ?? from;
    if (from !== to) return undefined;
    return "copies in the same region have other names, which ScalarDB does not find; set restoreTo.region to another region, or restore in place by AWS Backup or by hand";
  },
  restore: restoreTables,
};
