import * as pulumi from "@pulumi/pulumi";
import { findAccount } from "../../../operations/cosmosdb";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { isCopyOf } from "../azure/copies";
import { copyName } from "../azure/names";
import { OWNED } from "../create";
import type { DatabaseKind } from "../kind";
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
};
