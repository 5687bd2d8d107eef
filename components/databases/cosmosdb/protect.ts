import { DatabaseAccount, type DatabaseAccountArgs } from "@pulumi/azure-native/cosmosdb/databaseAccount";
import * as pulumi from "@pulumi/pulumi";
import {
  accountShortfalls,
  type CosmosAccount,
  continuousDays,
  findAccount,
  tierOf,
} from "../../../operations/cosmosdb";
import {
  type CosmosRange,
  oldestInstant,
  type RestorableAccount,
  readRange,
} from "../../../operations/cosmosdb-restorable";
import { counted } from "../../../restore-points/counted";
import type { CoordinatorContainer } from "../../../restore-points/quiet-gaps";
import type { ReportedRange } from "../../../restore-points/ranges";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import type { AzureSettings } from "../../cloud-settings";
import { endProgram, orEnd } from "../../problem";
import type { CoordinatorFinding } from "../coordinator";
import { checkedArgs } from "../create/resource-args";
import { declareRepair, noted } from "../drift-repair";
import { type ProtectContext, type ProtectedDatabase, plain } from "../kind";
import { warnOfReplacement } from "../replaced";
import type { CosmosdbArgs, CosmosdbCreateArgs } from "./args";
import { coordinatorPlace, findCoordinator } from "./coordinator";
import { addressOf, findDeleted, findExisting, keyProblem, lookUpDeleted, lookUpSource } from "./source";

/** What is known of an account; nothing while it is still to be created. */
interface Observed {
  account?: CosmosAccount;
  range: CosmosRange;
  /** Absent for an account that is created here: its schema may be yet to be loaded. */
  coordinator?: CoordinatorFinding;
  /** Where the coordinator is, if it was found. */
  container?: CoordinatorContainer;
}

/** Declares an account with its protection, or sees to that of one that exists. */
export function protectCosmosdb(name: string, args: CosmosdbArgs, context: ProtectContext): ProtectedDatabase {
  const { azure } = context;
  if (args.existing?.deleted) return rememberDeleted(name, args, context);
  const days = args.recoveryPeriodInDays ?? RECOVERY_PERIODS.cosmosdb.maximum;
  const managed = args.manage !== false;
  const address = addressOf(name, args);
  const observed: pulumi.Output<Observed> = args.create
    ? address.apply((at) =>
        orEnd(`database ${name}`, async () => {
          const account = await findAccount(at, azure.access);
          return account === undefined
            ? { range: { unknownBecause: "it is not created yet" } }
            : {
                account,
                range: await readRange(account, azure.access),
                ...coordinatorContainer(args, account, await findCoordinator(args, account, azure.access)),
              };
        }),
      )
    : lookUpSource(name, args, azure, async (account) => {
        warnOfReplacement(name, { key: "cosmosdb", field: "accountName" }, account);
        const range = await readRange(account, azure.access);
        const coordinator = await findCoordinator(args, account, azure.access);
        return { range, coordinator, ...coordinatorContainer(args, account, coordinator) };
      });
  const declared = args.create && declareAccount(name, args.create, { days, after: observed }, context);
  const goal = { days, strongConsistency: declared !== undefined };
  const protection = observed.apply(({ account }) => {
    const problems = account === undefined ? [] : accountShortfalls(account, goal);
    if (!managed) return account && problems.length > 0 ? endProgram(refusal(name, account, problems)) : undefined;
    const request = address.apply((at) => ({ ...at, ...goal, ...noted(problems) }));
    const { parent } = context;
    return declareRepair(name, "protect-cosmosdb-account", { request, access: azure.access }, problems, {
      parent,
      after: declared,
    });
  });
  return {
    status: pulumi.all([observed, protection, address]).apply(([{ account, container }, , { resourceGroupName }]) => ({
      name,
      kind: "cosmosdb",
      protectedBy: `continuous backup of at least ${counted(days, "day")} in ${resourceGroupName}${declared ? ", declared here" : managed ? "" : ", managed elsewhere"}`,
      notes: account === undefined ? [] : notesOf(account),
      ...(container !== undefined && { coordinatorContainer: container }),
    })),
    range: observed.apply(({ range }) => ({ name, ...range })),
    coordinator: observed.apply(({ coordinator = {} }) => coordinator),
  };
}

/** Where an account's coordinator is, for commands that read it. */
function coordinatorContainer(
  args: CosmosdbArgs,
  { id, name }: CosmosAccount,
  { found }: CoordinatorFinding,
): Pick<Observed, "container"> {
  const [, subscriptionId, resourceGroupName] = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\//i.exec(id) ?? [];
  if (!found || subscriptionId === undefined || resourceGroupName === undefined) return {};
  return { container: { subscriptionId, resourceGroupName, accountName: name, ...coordinatorPlace(args) } };
}

/** The account's restorable range, read outside of a program. */
export async function readAccountRange(
  name: string,
  args: CosmosdbArgs,
  { access }: AzureSettings,
): Promise<ReportedRange> {
  const { accountName = name, resourceGroupName } = args.existing ?? args.create?.account ?? {};
  if (resourceGroupName === undefined) throw new Error(`database ${name} names no resource group; give it one`);
  const at = { accountName: plain(name, accountName), resourceGroupName: plain(name, resourceGroupName) };
  if (args.existing?.deleted) return rangeOfDeleted(name, await findDeleted(at, access));
  if (args.existing) return { name, ...(await readRange(await findExisting(at, access), access)) };
  const account = await findAccount(at, access);
  return { name, ...(account ? await readRange(account, access) : { unknownBecause: "it is not created yet" }) };
}

/** A deleted account needs no protection; the backups that Azure keeps of it can be restored. */
function rememberDeleted(name: string, args: CosmosdbArgs, { azure }: ProtectContext): ProtectedDatabase {
  const found = lookUpDeleted(name, args, azure);
  return {
    status: found.apply(({ deleted: { properties } }) => ({
      name,
      kind: "cosmosdb",
      protectedBy: `what Azure keeps of the account that was deleted at ${properties.deletionTime}`,
      notes: ["that goes as it comes of age, and nothing is backed up any more: restore soon"],
    })),
    range: found.apply(({ deleted }) => rangeOfDeleted(name, deleted)),
  };
}

function rangeOfDeleted(name: string, deleted: RestorableAccount): ReportedRange {
  const earliest = oldestInstant(deleted);
  const latest = deleted.properties.deletionTime;
  return earliest && latest
    ? { name, earliest, latest: new Date(latest).toISOString() }
    : { name, unknownBecause: "Azure does not report its restorable range" };
}

function declareAccount(
  name: string,
  { account }: CosmosdbCreateArgs,
  { days, after }: { days: number; after: pulumi.Output<unknown> },
  context: ProtectContext,
) {
  return new DatabaseAccount(
    `${name}-account`,
    {
      accountName: name,
      kind: "GlobalDocumentDB",
      minimalTlsVersion: "Tls12",
      ...checkedArgs<DatabaseAccountArgs>(account),
      databaseAccountOfferType: "Standard",
      // This runs after the look-up, which must see the state before this run.
      backupPolicy: after.apply(() => ({
        type: "Continuous" as const,
        continuousModeProperties: { tier: tierOf(days) },
      })),
      // ScalarDB's transactions are built on it.
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      tags: pulumi.output(account.tags).apply((own) => ({ ...context.tags, ...own })),
    },
    { parent: context.parent, protect: true, retainOnDelete: true },
  );
}

function notesOf(account: CosmosAccount): string[] {
  const notes: string[] = [];
  if (continuousDays(account) === 0)
    notes.push("the switch from periodic to continuous backup is one way: Azure offers none back");
  const key = keyProblem(account);
  if (key) notes.push(`it cannot be restored: ${key}`);
  const level = account.properties.consistencyPolicy?.defaultConsistencyLevel;
  if (level !== "Strong")
    notes.push(`its default consistency is ${level}; ScalarDB needs Strong: set it on the account`);
  if (account.properties.enableMultipleWriteLocations)
    notes.push("it is written in several regions, which rules out Strong consistency: switch that off");
  return notes;
}

function refusal(name: string, account: CosmosAccount, problems: string[]): string {
  return `database ${name}: account ${account.name} does not meet the configuration, and "manage: false" does not allow to fix it here: ${problems.join("; ")}. Fix it where it is managed, or remove "manage: false".`;
}
