import { Table } from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";
import { tableShortfalls } from "../../../operations/dynamodb-changes";
import { counted } from "../../../restore-points/counted";
import { endProgram } from "../../problem";
import { declareRepair, noted } from "../drift-repair";
import { type DatabaseStatus, lookUpFor, type ProtectContext, type ProtectedDatabase, regionOf } from "../kind";
import { warnOfTakenNames } from "../taken-names";
import type { DynamodbArgs, DynamodbCreateArgs } from "./args";
import { rangeOfTables } from "./ranges";
import { tableReader } from "./reader";
import { coordinatorAmong, coordinatorTable, goalOf, sourceRegion, tableNames } from "./tables";
import { declareExpiry, windowBackupNotes } from "./window-backups";

/** Declares tables with their protection. */
export function protectCreated(
  name: string,
  args: DynamodbArgs,
  create: DynamodbCreateArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const where = regionOf(create.region, context.aws, name);
  const goal = goalOf(args);
  const tables = Object.entries(create.tables).map(
    ([table, tableArgs]) =>
      new Table(
        `${name}-${table}`,
        {
          serverSideEncryption: { enabled: true },
          ...tableArgs,
          name: table,
          region: where,
          pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: goal.recoveryPeriodInDays },
          deletionProtectionEnabled: goal.deletionProtection,
          tags: pulumi.output(tableArgs.tags).apply((own) => ({ ...context.tags, ...own })),
        },
        { parent: context.parent, protect: true, retainOnDelete: true },
      ),
  );
  const observed = lookUpFor(name, () => tableReader(where, context.aws).protection(Object.keys(create.tables)));
  const expiry = declareExpiry(name, args, context);
  return {
    status: pulumi.all([tables.length, expiry]).apply(([count]) => ({
      name,
      kind: "dynamodb",
      protectedBy: `point-in-time recovery of ${counted(goal.recoveryPeriodInDays, "day")} on ${counted(count, "table")} in ${where}, declared here`,
      notes: windowBackupNotes(args),
      ...coordinatorStatus(args, where, Object.keys(create.tables)),
    })),
    range: observed.apply((found) => rangeOfTables(name, found)),
    coordinator: pulumi.output(coordinatorAmong(args, Object.keys(create.tables))),
  };
}

/** Switches on what is off for tables that exist. */
export function protectExisting(name: string, args: DynamodbArgs, context: ProtectContext): ProtectedDatabase {
  const where = sourceRegion(name, args, context.aws);
  const goal = goalOf(args);
  const observed = lookUpFor(name, async () => {
    const reader = tableReader(where, context.aws);
    const tables = await tableNames(name, args, context.aws);
    warnOfTakenNames(`database ${name}`, await reader.taken(tables));
    return reader.protection(tables);
  });
  const protection = observed.apply((tables) => {
    const problems = tables
      .map((table) => ({ table: table.name, problems: tableShortfalls(table, goal) }))
      .filter(({ problems }) => problems.length > 0);
    if (args.manage === false) {
      return problems.length > 0 ? endProgram(refusal(name, where, problems)) : undefined;
    }
    const request = { region: where, tables: tables.map((table) => table.name), goal, ...noted(problems) };
    const { access } = context.aws;
    return declareRepair(name, "protect-dynamodb-tables", { request, access }, problems, { parent: context.parent });
  });
  const expiry = declareExpiry(name, args, context);
  return {
    status: pulumi.all([observed, protection, expiry]).apply(([tables]) => ({
      name,
      kind: "dynamodb",
      protectedBy: `point-in-time recovery of at least ${counted(goal.recoveryPeriodInDays, "day")} on ${tables.length} existing tables in ${where}${args.manage === false ? ", managed elsewhere" : ""}`,
      notes: windowBackupNotes(args),
      ...coordinatorStatus(
        args,
        where,
        tables.map((table) => table.name),
      ),
    })),
    range: observed.apply((tables) => rangeOfTables(name, tables)),
    coordinator: observed.apply((tables) =>
      coordinatorAmong(
        args,
        tables.map((table) => table.name),
      ),
    ),
  };
}

function coordinatorStatus(
  args: DynamodbArgs,
  region: string,
  tables: readonly string[],
): Pick<DatabaseStatus, "coordinator"> {
  const table = coordinatorTable(args, tables);
  return table === undefined ? {} : { coordinator: { region, table } };
}

function refusal(name: string, where: string, problems: { table: string; problems: string[] }[]): string {
  const lines = problems.map(({ table, problems }) => `  ${table}: ${problems.join("; ")}`);
  return `database ${name}: existing tables in ${where} do not meet the configuration, and "manage: false" does not allow to fix them here:\n${lines.join("\n")}\nFix them where they are managed, or remove "manage: false".`;
}
