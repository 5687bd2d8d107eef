import { DatabaseAccount } from "@pulumi/azure-native/cosmosdb/databaseAccount";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureAccessSource } from "../../../operations/azure";
import {
  awaitAccount,
  type CosmosAccount,
  type CosmosAddress,
  findAccount,
  tierOf,
} from "../../../operations/cosmosdb";
import type { AccountCompletion } from "../../../operations/cosmosdb-changes";
import type { RestoreSource } from "../../../operations/cosmosdb-restorable";
import type { FoundCopy } from "../azure/adopted";
import { copyOptions } from "../azure/copies";
import type { RestoreContext } from "../kind";
import type { CosmosdbNetworkArgs } from "./args";
import type { keyOf } from "./source";

/** A copy of an account, or of some of its databases. */
export interface AccountRestore extends CosmosAddress {
  /** Its name in the program. */
  logical: string;
  from: RestoreSource;
  /** The instant to restore to, known only when it has passed the checks. */
  at: pulumi.Output<string>;
  /** The databases that it is to have. Absent for all. */
  databases?: readonly string[];
  importId: string | undefined;
  tags: Record<string, string>;
  /** Days that its own continuous backup reaches back. */
  days: number;
  key: ReturnType<typeof keyOf>;
}

/** Declares an account as of an instant, which allows no access until its completion has set the firewall. */
export function declareCopy(
  source: CosmosAccount,
  copy: AccountRestore,
  context: Pick<RestoreContext, "parent" | "mode">,
): DatabaseAccount {
  const { properties } = source;
  const { id: restoreSource, location, region } = copy.from;
  const zoneRedundant = properties.locations?.find(
    ({ locationName }) => locationName.replaceAll(" ", "").toLowerCase() === region,
  )?.isZoneRedundant;
  return new DatabaseAccount(
    copy.logical,
    {
      accountName: copy.accountName,
      resourceGroupName: copy.resourceGroupName,
      location,
      // Azure restores into one region only.
      locations: [{ locationName: region, failoverPriority: 0, isZoneRedundant: zoneRedundant }],
      kind: "GlobalDocumentDB",
      databaseAccountOfferType: "Standard",
      createMode: "Restore",
      restoreParameters: {
        restoreMode: "PointInTime",
        restoreSource,
        restoreTimestampInUtc: copy.at,
        // Whole databases: Azure restores no single container of a database whose containers share its throughput, as
        // ScalarDB's do. [Microsoft Learn, "Continuous backup with point-in-time restore": what can be combined]
        ...(copy.databases && { databasesToRestore: copy.databases.map((databaseName) => ({ databaseName })) }),
      },
      backupPolicy: { type: "Continuous", continuousModeProperties: { tier: tierOf(copy.days) } },
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      // A restore drops the firewall: until the completion has set it again, the copy allows no access.
      publicNetworkAccess: "Disabled",
      capabilities: properties.capabilities,
      // Cast: the SDK knows the members of a rule, and Azure has answered them.
      cors: properties.cors as never,
      disableLocalAuth: properties.disableLocalAuth,
      disableKeyBasedMetadataWriteAccess: properties.disableKeyBasedMetadataWriteAccess,
      enableAutomaticFailover: properties.enableAutomaticFailover,
      enableBurstCapacity: properties.enableBurstCapacity,
      enablePartitionMerge: properties.enablePartitionMerge,
      minimalTlsVersion: properties.minimalTlsVersion,
      ...copy.key,
      tags: copy.tags,
    },
    copyOptions(context, copy.importId),
  );
}

/** A copy's network settings: the configured ones, or the source's. */
export function networkOf(
  { properties }: CosmosAccount,
  to: CosmosdbNetworkArgs | undefined,
): AccountCompletion["network"] {
  if (to)
    return {
      publicNetworkAccess: to.publicNetworkAccess,
      ipRules: (to.ipRules ?? []).map((ipAddressOrRange) => ({ ipAddressOrRange })),
      isVirtualNetworkFilterEnabled: (to.subnetIds ?? []).length > 0,
      virtualNetworkRules: (to.subnetIds ?? []).map((id) => ({ id })),
    };
  return {
    publicNetworkAccess: properties.publicNetworkAccess ?? "Enabled",
    ipRules: properties.ipRules ?? [],
    isVirtualNetworkFilterEnabled: properties.isVirtualNetworkFilterEnabled ?? false,
    virtualNetworkRules: properties.virtualNetworkRules ?? [],
    networkAclBypass: properties.networkAclBypass,
    networkAclBypassResourceIds: properties.networkAclBypassResourceIds,
  };
}

/** An account under a copy's name; undefined when there is none. */
export async function findCopy(address: CosmosAddress, access: AzureAccessSource): Promise<FoundCopy | undefined> {
  const found = await findAccount(address, access);
  return (
    found && {
      what: `account ${address.accountName} in resource group ${address.resourceGroupName}`,
      id: found.id,
      tags: found.tags,
      ready: found.properties.provisioningState === "Succeeded" ? undefined : () => awaitAccount(address, access),
    }
  );
}
