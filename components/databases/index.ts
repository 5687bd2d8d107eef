import { z } from "zod";
import { awsRegionProblem } from "../../restore-points/rules/aws-region";
import type { AwsSettings } from "../cloud-settings";
import type { Problem } from "../problem";
import { problemsOf } from "../schema-problems";
import type { Shape } from "../schema-tools";
import { validParts } from "../valid-parts";
import { type DatabaseVaultArgs, databaseVaultSchema } from "../vaults/database-vault";
import type { AuroraArgs } from "./aurora";
import { auroraMysql } from "./aurora-mysql";
import { auroraPostgresql } from "./aurora-postgresql";
import { type AzureMysqlArgs, azureMysql } from "./azure-mysql";
import { type AzurePostgresqlArgs, azurePostgresql } from "./azure-postgresql";
import { type CosmosdbArgs, cosmosdb } from "./cosmosdb";
import { createdProblems } from "./create";
import { type DynamodbArgs, dynamodb } from "./dynamodb";
import type { DatabaseKind } from "./kind";
import type { RdsArgs } from "./rds";
import { rdsMysql } from "./rds-mysql";
import { rdsOracle } from "./rds-oracle";
import { rdsPostgresql } from "./rds-postgresql";
import { rdsSqlserver } from "./rds-sqlserver";

/** One managed database of the set: its name, and its kind as the key. Exactly one kind. */
export interface DatabaseArgs {
  /** Unique in the set. With several databases, the name of its storage in ScalarDB's multi-storage configuration. */
  name: string;
  /** Amazon DynamoDB. */
  dynamodb?: DynamodbArgs;
  /** Azure Cosmos DB for NoSQL. */
  cosmosdb?: CosmosdbArgs;
  /** Amazon Aurora MySQL. */
  auroraMysql?: AuroraArgs;
  /** Amazon Aurora PostgreSQL. */
  auroraPostgresql?: AuroraArgs;
  /** Amazon RDS for MySQL: an instance, or a Multi-AZ DB cluster. */
  rdsMysql?: RdsArgs;
  /** Amazon RDS for PostgreSQL: an instance, or a Multi-AZ DB cluster. */
  rdsPostgresql?: RdsArgs;
  /** Amazon RDS for Oracle. */
  rdsOracle?: RdsArgs;
  /** Amazon RDS for SQL Server. */
  rdsSqlserver?: RdsArgs;
  /** Azure Database for MySQL, flexible server. */
  azureMysql?: AzureMysqlArgs;
  /** Azure Database for PostgreSQL, flexible server. */
  azurePostgresql?: AzurePostgresqlArgs;
  /** What this database has in the set's vault otherwise than the set. */
  vault?: DatabaseVaultArgs;
}

/** The key of a kind in the configuration and the args. */
export type KindKey = Exclude<keyof DatabaseArgs, "name" | "vault">;

/** Every kind that is supported, under its key. A new kind is a file next to this one, and a line here and above. */
const KINDS = {
  dynamodb,
  cosmosdb,
  auroraMysql,
  auroraPostgresql,
  rdsMysql,
  rdsPostgresql,
  rdsOracle,
  rdsSqlserver,
  azureMysql,
  azurePostgresql,
} satisfies { [Key in KindKey]: DatabaseKind<NonNullable<DatabaseArgs[Key]>> };

// biome-ignore lint/suspicious/noExplicitAny: each kind has args of its own; `kindOf` hands each its own only.
const kinds: readonly DatabaseKind<any>[] = Object.values(KINDS);

/** A database with its kind and that kind's args. */
export interface KnownDatabase {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  kind: DatabaseKind<any>;
  args: unknown;
}

/** The kind of a database that has passed `databaseProblems`. */
export function kindOf(database: DatabaseArgs): KnownDatabase {
  for (const kind of kinds) {
    const args: unknown = Reflect.get(database, kind.key);
    if (args !== undefined) return { name: database.name, kind, args };
  }
  throw new Error(`database ${database.name} has no kind`);
}

/** The schema of each kind's args, under the kind's key. */
function kindShape() {
  const shape = Object.fromEntries(kinds.map(({ key, label, schema }) => [key, schema.optional().describe(label)]));
  // Cast: Object.fromEntries forgets which keys it is given: those of `kinds`.
  return shape as { [Key in KindKey]: z.ZodOptional<z.ZodType<NonNullable<DatabaseArgs[Key]>>> };
}

const databaseSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,30}$/, { error: "a name of at most 31 lowercase letters, digits and hyphens" })
      .describe("Unique in the set; with several databases, the name of its storage in ScalarDB's configuration"),
    ...kindShape(),
    vault: databaseVaultSchema.optional(),
  } satisfies Shape<DatabaseArgs>)
  .refine((database) => Object.keys(database).filter((key) => key !== "vault").length === 2, {
    error: `a name and exactly one kind of database: ${kinds.map(({ key }) => key).join(", ")}`,
  })
  .meta({
    minProperties: 2,
    maxProperties: 3,
    examples: [{ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } }],
  });

/** Describes the list of databases. */
export const databasesSchema = z
  .array(databaseSchema)
  .min(1, { error: "a list of at least one database" })
  .describe("The managed databases that ScalarDB or ScalarDL keep their data in");

/** A constant, because what is written of a schema for messages is kept with it. */
const listSchema = z.object({ databases: databasesSchema });

/** All problems of a set of databases, those between them included. Paths begin with `databases`. */
export function databaseProblems(given: unknown, aws: AwsSettings): Problem[] {
  const problems = problemsOf(listSchema, { databases: given });
  const { databases = [] } = validParts<{ databases: DatabaseArgs[] }>({ databases: given }, "", problems);
  // Databases with problems are holes in the list, which forEach leaves out.
  databases.forEach((database, index) => {
    problems.push(...createdProblemsOf(database, index));
  });
  const { databases: valid = [] } = validParts<{ databases: DatabaseArgs[] }>({ databases: given }, "", problems);
  return [...problems, ...duplicateProblems(valid, aws), ...regionProblems(valid, withOneKind(given), aws)];
}

/** Those of which the name and the kind can be seen, whatever is wrong with them. */
export function withOneKind(databases: unknown): DatabaseArgs[] {
  if (!Array.isArray(databases)) return [];
  return databases.filter((each): each is DatabaseArgs => {
    if (!(each instanceof Object) || typeof each.name !== "string") return false;
    const [args, ...more] = kinds.map(({ key }) => Reflect.get(each, key)).filter((value) => value !== undefined);
    return args instanceof Object && more.length === 0;
  });
}

function createdProblemsOf(database: DatabaseArgs, index: number): Problem[] {
  const { kind, args } = kindOf(database);
  return createdProblems(
    (kind.created?.(args) ?? []).map((resource) => ({
      ...resource,
      path: ["databases", index, kind.key, ...resource.path],
    })),
  );
}

/**
 * Where databases on AWS are, when neither they nor the stack say it in a way that AWS knows.
 * @param all Those with problems of their own included: their region may be under a misspelt key.
 */
function regionProblems(
  valid: readonly DatabaseArgs[],
  all: readonly DatabaseArgs[],
  { defaultRegion }: AwsSettings,
): Problem[] {
  const relyingOf = (databases: readonly DatabaseArgs[]) =>
    databases.map(kindOf).filter(({ kind, args }) => kind.region && kind.region(args) === undefined);
  const relying = relyingOf(valid);
  const names = relying.map(({ name }) => name).join(", ");
  if (defaultRegion === undefined && relying.length > 0)
    return [
      {
        path: "aws:region",
        message: `is missing, and ${names} ${relying.length === 1 ? "names" : "name"} no region; expected a region such as ap-northeast-1: run "pulumi config set aws:region <region>", or give region under existing or create; in a program of your own, the argument aws: { region } does the same`,
      },
    ];
  const message =
    defaultRegion === undefined || relyingOf(all).length === 0 ? undefined : awsRegionProblem(defaultRegion);
  return message === undefined ? [] : [{ path: "aws:region", message }];
}

function duplicateProblems(databases: readonly DatabaseArgs[], aws: AwsSettings): Problem[] {
  const problems: Problem[] = [];
  const names = new Map<string, number>();
  const things = new Map<string, string>();
  // Databases with problems are holes in the list.
  databases.forEach((database, index) => {
    const first = names.get(database.name);
    if (first !== undefined)
      problems.push({
        path: `databases[${index}].name`,
        message: `"${database.name}" is databases[${first}]'s name too; expected a name that no other database of the set has`,
      });
    names.set(database.name, first ?? index);
    const { kind, args } = kindOf(database);
    for (const identity of new Set(kind.identities(args, aws))) {
      const other = things.get(identity);
      if (other !== undefined && other !== `databases[${index}]`)
        problems.push({
          path: `databases[${index}].${kind.key}`,
          message: `${identity} is named by ${other} already; a database belongs to the set once: remove one of the two${kind.key === "dynamodb" ? ", or, for ScalarDB's own tables, set existing.scalardbTables of one to false" : ""}`,
        });
      things.set(identity, other ?? `databases[${index}]`);
    }
  });
  return problems;
}
