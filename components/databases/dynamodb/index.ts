import { readSettings } from "../../../operations/dynamodb";
import { COPY_TAG, type DatabaseKind, INSTANT_TAG } from "../kind";
import { type DynamodbArgs, dynamodbSchema } from "./args";
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
  async copiesStand(name, args, { aws, instant }) {
    const sources = await readSettings(sourceRegion(name, args, aws), await tableNames(name, args, aws), aws.access);
    const tables = sources.filter((table) => Date.parse(table.created) <= Date.parse(instant));
    const copies = await readSettings(
      targetRegion(name, args, aws),
      tables.map((table) => copyName(name, args, aws, table.name, instant)),
      aws.access,
    );
    return (
      tables.length > 0 &&
      copies.length === tables.length &&
      copies.every((copy) => copy.tags[INSTANT_TAG] === instant && copy.tags[COPY_TAG] !== undefined)
    );
  },
  recoveryFault(args, aws) {
    const from = args.existing?.region ?? args.create?.region ?? aws.defaultRegion;
    const to = args.restoreTo?.region ?? from;
    if (from !== to) return undefined;
    return "copies in the same region have other names, which ScalarDB does not find; set restoreTo.region to another region, or restore in place by AWS Backup or by hand";
  },
  restore: restoreTables,
};
