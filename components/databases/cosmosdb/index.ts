import * as pulumi from "@pulumi/pulumi";
import { type CosmosAddress, findAccount, primaryKey } from "../../../operations/cosmosdb";
import { isTakingAName } from "../../../operations/taking-name";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { isCopyOf } from "../azure/copies";
import { copyName } from "../azure/names";
import { OWNED } from "../create";
import { type DatabaseKind, DECLARED_HERE_BY_NAME } from "../kind";
import { isBeingReplaced } from "../replaced";
import { type CosmosdbArgs, cosmosdbSchema } from "./args";
import { protectCosmosdb, readAccountRange } from "./protect";
import { restoreCosmosdb } from "./restore";
import { ACCOUNT_NAME_LENGTH } from "./source";

export type { CosmosdbArgs } from "./args";

export const cosmosdb: DatabaseKind<CosmosdbArgs> = {
  key: "cosmosdb",
  id: "cosmosdb",
  label: "Azure Cosmos DB for NoSQL",
  relational: false,
  schema: cosmosdbSchema,
  recoveryDays: (args) => args.recoveryPeriodInDays ?? RECOVERY_PERIODS.cosmosdb.maximum,
  created: ({ create }) =>
    create === undefined
      ? []
      : [
          {
            path: ["create", "account"],
            resource: "azure-native/cosmosdb/databaseAccount",
            args: create.account,
            owned: {
              databaseAccountOfferType: "there is one, Standard: remove it",
              backupPolicy: OWNED.next("recoveryPeriodInDays"),
              consistencyPolicy: "ScalarDB needs Strong consistency, which is set: remove it",
            },
          },
        ],
  identities(args) {
    const { accountName } = args.existing ?? args.create?.account ?? {};
    return typeof accountName === "string" ? [`Cosmos DB account ${accountName}`] : [];
  },
  protect: protectCosmosdb,
  readRange: (name, args, { azure }) => readAccountRange(name, args, azure),
  azureBackup: (args) => ({
    notKeptBecause:
      "Azure Backup keeps Azure Cosmos DB in preview only, which this program does not declare; its continuous backup reaches back 30 days",
    resourceGroupName: (args.existing ?? args.create?.account)?.resourceGroupName,
  }),
  async copiesExist(name, args, { azure, instant }) {
    const { accountName = name, resourceGroupName } = args.existing ?? args.create?.account ?? {};
    const group = args.restoreTo?.resourceGroupName ?? resourceGroupName;
    // A name that another resource gives is known too late to look for copies by it.
    if (pulumi.Output.isInstance(accountName) || typeof group !== "string") return false;
    const address = {
      accountName: copyName(String(await accountName), instant, ACCOUNT_NAME_LENGTH),
      resourceGroupName: group,
    };
    return isCopyOf(await findAccount(address, azure.access), instant);
  },
  restore: restoreCosmosdb,
  async namesTaken(_name, args, { azure }) {
    const source = existingAccount(args);
    if (source === undefined || args.existing?.deleted) return [];
    return isBeingReplaced(await findAccount(source, azure.access)) ? [source.accountName] : [];
  },
  async namesMarked(_name, args, { azure, instant }) {
    const source = existingAccount(args);
    if (source === undefined) return [];
    const copy = await findAccount(copyOf(source, args, instant), azure.access);
    return isTakingAName(copy?.tags ?? {}) ? [source.accountName] : [];
  },
  switchOver(name, args, { instant }) {
    const source = existingAccount(args);
    if (source === undefined) return { because: DECLARED_HERE_BY_NAME };
    return {
      service: "azure",
      name,
      source: { what: "account", ...source },
      copy: { what: "account", ...copyOf(source, args, instant) },
    };
  },
  async addressOfCopy(_name, args, { azure, instant }): Promise<Record<string, string>> {
    const source = existingAccount(args);
    if (source === undefined) return {};
    const copy = copyOf(source, args, instant);
    const endpoint = (await findAccount(copy, azure.access))?.properties.documentEndpoint;
    return endpoint === undefined ? {} : { contact_points: endpoint, password: await primaryKey(copy, azure.access) };
  },
};

/** The account of `existing`, where its names are known before the deployment. */
function existingAccount({ existing }: CosmosdbArgs): CosmosAddress | undefined {
  const { accountName, resourceGroupName } = existing ?? {};
  if (typeof accountName !== "string" || typeof resourceGroupName !== "string") return undefined;
  return { accountName, resourceGroupName };
}

/** Where the copy of an account is. */
function copyOf(source: CosmosAddress, { restoreTo }: CosmosdbArgs, instant: string): CosmosAddress {
  return {
    accountName: copyName(source.accountName, instant, ACCOUNT_NAME_LENGTH),
    resourceGroupName: restoreTo?.resourceGroupName ?? source.resourceGroupName,
  };
}
