import { isIPv4 } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { COSMOSDB_TIERS } from "../../../restore-points/rules/recovery-period";
import { variablesSchema } from "../../job-variables";
import { type PodArgs, podSchema } from "../../pod-args";
import { SECRET, type Shape } from "../../schema-tools";
import { resourceGroup } from "../azure-server/args";
import type { ResourceArgs } from "../create/resource-args";
import { EITHER, eitherExistingOrCreate, manage } from "../schema";

/** An account that exists. */
export interface CosmosdbExistingArgs {
  /** The account's name. */
  accountName: pulumi.Input<string>;
  /** Its resource group. */
  resourceGroupName: pulumi.Input<string>;
  /** True once it is deleted: restores come from what Azure keeps of it for as long as its tier says. Defaults to false. */
  deleted?: boolean;
  /** The coordinator's namespace, `scalar.db.consensus_commit.coordinator.namespace`. Defaults to `coordinator`. */
  coordinatorNamespace?: string;
}

/** An account that this program creates. */
export interface CosmosdbCreateArgs {
  /** The arguments of `azure-native.cosmosdb.DatabaseAccount`; `accountName` defaults to the database's name. */
  account: ResourceArgs;
}

/** Scalar's Schema Loader, run in Kubernetes: it gives a copy the stored procedures that no backup holds. */
export interface SchemaLoaderArgs {
  /** Where its Job runs. */
  namespace: string;
  /** Its image, of the version of your ScalarDB or ScalarDL, such as `ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0`. */
  image: string;
  /** ScalarDB's schema file, as data. ScalarDL's Schema Loader needs none. */
  schema?: Record<string, unknown>;
  /**
   * What it is called with, besides the properties and the schema. Defaults to `--repair-all --coordinator`; without the latter if the
   * releases that use the account have `transactions: false`.
   */
  arguments?: string[];
  /**
   * Its variables. ScalarDL's image reads `SCHEMA_TYPE`, which is `ledger` by default: Auditor's account needs `auditor`. Pulumi's state
   * has them encrypted, the Job's spec in the cluster does not.
   */
  env?: Record<string, string>;
  /** Properties of yours that it needs besides those of the account, such as `scalar.db.cosmos.table_metadata.database`. */
  properties?: Record<string, string>;
  /** The ServiceAccount of its pod. Defaults to the namespace's own. */
  serviceAccountName?: string;
  /** What the cluster asks of its pods: labels, annotations, nodes, tolerations, credentials of a registry. */
  pod?: PodArgs;
}

/**
 * Whether an account has a public endpoint.
 * @enum
 */
export const CosmosdbNetworkPublicNetworkAccess = { Enabled: "Enabled", Disabled: "Disabled" } as const;

export type CosmosdbNetworkPublicNetworkAccess =
  (typeof CosmosdbNetworkPublicNetworkAccess)[keyof typeof CosmosdbNetworkPublicNetworkAccess];

/** Who reaches a copy. */
export interface CosmosdbNetworkArgs {
  /** `Enabled` or `Disabled`. */
  publicNetworkAccess: CosmosdbNetworkPublicNetworkAccess;
  /** Addresses and ranges that the firewall lets in. */
  ipRules?: string[];
  /** Ids of subnets with a service endpoint that it lets in. */
  subnetIds?: string[];
}

/** How a copy is built when not like its source. */
export interface CosmosdbRestoreToArgs {
  /** Who reaches the copy. Defaults to those who reach the source; a deleted one has none. */
  network?: CosmosdbNetworkArgs;
  /**
   * Addresses and ranges from which `pulumi up` reads the coordinator's temporary copies, to compare them: their firewall lets
   * in these alone. Defaults to who reaches the copy.
   */
  verifiedFrom?: string[];
  /** Where the copy is put. Defaults to the source's resource group. */
  resourceGroupName?: string;
  /**
   * Id of the user-assigned identity by which the copy reads a key of yours (customer-managed key) that the source is
   * encrypted with. Defaults to the source's, which is known of an account that exists.
   */
  keyIdentity?: string;
  /** Repairs the copy's stored procedures. Left out, that is yours to do before ScalarDB uses the copy. */
  schemaLoader?: SchemaLoaderArgs;
}

/** Azure Cosmos DB for NoSQL. Exactly one of `existing` and `create`. */
export interface CosmosdbArgs {
  /** An account that exists. */
  existing?: CosmosdbExistingArgs;
  /** An account that this program creates. */
  create?: CosmosdbCreateArgs;
  /** Days that continuous backup reaches back: 7 or 30. An account that reaches back further is left so. Defaults to 30. */
  recoveryPeriodInDays?: number;
  /** False: change nothing, and fail if a setting does not meet these args. For `existing`. Defaults to true. */
  manage?: boolean;
  /** How a copy is built when not like its source. */
  restoreTo?: CosmosdbRestoreToArgs;
}

const accountName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,42}[a-z0-9]$/, {
    error: "an account name: 3 to 44 lowercase letters, digits and hyphens",
  })
  .meta({ examples: ["ledger-prod"] });
/** An IPv4 address, or a range of them; Cosmos DB's firewall takes no others. */
const ipRule = z
  .string()
  .refine(
    (rule) => {
      const [address, bits, ...more] = rule.split("/");
      return (
        isIPv4(address ?? "") && more.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= 32))
      );
    },
    { error: "an IPv4 address or a range of them, such as 203.0.113.7 or 203.0.113.0/24" },
  )
  .meta({ minLength: 1, examples: ["203.0.113.0/24"] });
const subnetId = z.string().startsWith("/subscriptions/", {
  error:
    "the id of a subnet, such as /subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Network/virtualNetworks/<name>/subnets/<name>",
});
const IDENTITY =
  "/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>";
const identityId = z
  .string()
  .regex(
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
    { error: `the id of a user-assigned identity, such as ${IDENTITY}` },
  )
  .meta({ minLength: 1, examples: [IDENTITY] });
const DAYS: readonly number[] = Object.values(COSMOSDB_TIERS);
const days = "7 or 30 (Cosmos DB's continuous backup has these two tiers)";

/** Describes and checks `CosmosdbArgs`. */
export const cosmosdbSchema = z
  .strictObject({
    existing: z
      .strictObject({
        accountName: accountName.describe("The account's name"),
        resourceGroupName: resourceGroup.describe("Its resource group"),
        deleted: z.boolean().optional().describe("True once it is deleted: restores come from what Azure keeps of it"),
        coordinatorNamespace: z
          .string()
          .min(1)
          .meta({ examples: ["coordinator"] })
          .optional()
          .describe("scalar.db.consensus_commit.coordinator.namespace, if ScalarDB has one. Defaults to coordinator."),
      } satisfies Shape<CosmosdbExistingArgs>)
      .optional()
      .describe("An account that exists"),
    create: z
      .strictObject({
        account: z
          .looseObject({
            resourceGroupName: resourceGroup.describe("A resource group that exists"),
            accountName: accountName.optional().describe("Defaults to the database's name"),
            locations: z
              .array(z.looseObject({}), { error: "a list of regions, such as [{ locationName: japaneast }]" })
              .min(1, { error: "at least one region, such as [{ locationName: japaneast }]" })
              .meta({ examples: [[{ locationName: "japaneast" }]] })
              .describe("The regions of the account, the first of which is written to"),
          })
          .describe("The arguments of azure-native.cosmosdb.DatabaseAccount"),
      })
      .optional()
      .describe("An account that this program creates"),
    recoveryPeriodInDays: z
      .number({ error: days })
      .refine((given) => DAYS.includes(given), { error: days })
      .meta({ enum: DAYS })
      .optional()
      .describe("Days that continuous backup reaches back: 7 or 30. Defaults to 30."),
    manage,
    restoreTo: z
      .strictObject({
        resourceGroupName: resourceGroup
          .optional()
          .describe("Where the copy is put. Defaults to the source's resource group."),
        keyIdentity: identityId
          .optional()
          .describe("User-assigned identity by which the copy reads your key. Defaults to that of an existing source."),
        network: z
          .strictObject({
            publicNetworkAccess: z
              .enum(CosmosdbNetworkPublicNetworkAccess)
              .describe("Whether the copy has a public endpoint"),
            ipRules: z.array(ipRule).optional().describe("Addresses and ranges that the firewall lets in"),
            subnetIds: z
              .array(subnetId)
              .optional()
              .describe("Ids of subnets with a service endpoint that the firewall lets in"),
          } satisfies Shape<CosmosdbNetworkArgs>)
          .optional()
          .describe("Who reaches the copy. Defaults to those who reach the source; a deleted one has none."),
        verifiedFrom: z
          .array(ipRule)
          .min(1)
          .optional()
          .describe("Addresses from which pulumi up reads the coordinator's copies. Defaults to who reaches the copy."),
        schemaLoader: z
          .strictObject({
            namespace: z
              .string()
              .min(1)
              .describe("Where its Job runs")
              .meta({ examples: ["scalar"] }),
            image: z
              .string()
              .min(1)
              .describe("The Schema Loader's image, of your product's version")
              .meta({ examples: ["ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0"] }),
            schema: z
              .record(z.string(), z.unknown())
              .meta({
                examples: [
                  {
                    "ledger.accounts": {
                      transaction: true,
                      "partition-key": ["id"],
                      columns: { id: "TEXT", balance: "INT" },
                    },
                  },
                ],
              })
              .optional()
              .describe("ScalarDB's schema file, as data"),
            arguments: z
              .array(z.string())
              .optional()
              .describe(
                "Defaults to --repair-all --coordinator; without the latter if its releases have transactions: false",
              ),
            env: variablesSchema
              .meta({ ...SECRET, examples: [{ SCHEMA_TYPE: "auditor" }] })
              .optional()
              .describe("Its variables; ScalarDL's image needs SCHEMA_TYPE: auditor for Auditor's account"),
            properties: z
              .record(z.string(), z.string().meta(SECRET))
              .meta({ ...SECRET, examples: [{ "scalar.db.cosmos.table_metadata.database": "scalardb" }] })
              .optional()
              .describe("Properties of yours that it needs besides those of the account"),
            serviceAccountName: z
              .string()
              .min(1)
              .optional()
              .describe("The ServiceAccount of its pod. Defaults to the namespace's own."),
            pod: podSchema("its pods"),
          } satisfies Shape<SchemaLoaderArgs>)
          .optional()
          .describe("Repairs the copy's stored procedures, which no backup holds"),
      } satisfies Shape<CosmosdbRestoreToArgs>)
      .optional()
      .describe("How a copy is built when not like its source"),
  } satisfies Shape<CosmosdbArgs>)
  .refine(eitherExistingOrCreate, { error: EITHER });
