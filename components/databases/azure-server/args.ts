import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { RecoveryPeriod } from "../../../restore-points/rules/recovery-period";
import type { Shape } from "../../schema-tools";
import { databaseName, EITHER, eitherExistingOrCreate, manage, recoveryDays } from "../schema";

/** A flexible server that exists. */
export interface AzureServerExistingArgs {
  /** The server's name. */
  serverName: pulumi.Input<string>;
  /** Its resource group. */
  resourceGroupName: pulumi.Input<string>;
}

/** How a copy is built when not like its source. */
export interface AzureServerRestoreToArgs {
  /** Where the copy is put. Defaults to the source's resource group. */
  resourceGroupName?: string;
  /** Whether the copy gets a standby like its source's. Defaults to true. */
  highAvailability?: boolean;
}

/** What the flexible servers of both products have in common. Exactly one of `existing` and `create`. */
export interface AzureServerArgs {
  /** A server that exists. */
  existing?: AzureServerExistingArgs;
  /** Days that point-in-time recovery reaches back. An existing server that reaches back further is left so. Defaults to 35. */
  backupRetentionDays?: number;
  /** False: change nothing, and fail if a setting does not meet these args. For `existing`. Defaults to true. */
  manage?: boolean;
  /** The database that ScalarDB connects to, for the JDBC URL. */
  databaseName?: string;
  /** How a copy is built when not like its source. */
  restoreTo?: AzureServerRestoreToArgs;
}

/** The arguments of a server that this program creates, as far as both products share them. */
export interface AzureServerCreateArgs {
  /** Its resource group. */
  resourceGroupName: pulumi.Input<string>;
  /** The server's name. */
  serverName?: pulumi.Input<string | undefined>;
}

const serverName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, { error: "a server name: 3 to 63 lowercase letters, digits and hyphens" })
  .meta({ examples: ["customers-prod"] });
/** The name of a resource group. */
export const resourceGroup = z
  .string()
  .regex(/^[\w().-]{0,89}[\w()-]$/, {
    error: "the name of a resource group: at most 90 letters, digits, underscores, hyphens, periods and parentheses",
  })
  .meta({ examples: ["scalar-databases"] });

/** Describes and checks the args of one product; `resource` is what its servers are called in azure-native. */
export function azureServerSchema(period: RecoveryPeriod, product: string, resource: string) {
  return z
    .strictObject({
      existing: z
        .strictObject({
          serverName: serverName.describe("The server's name"),
          resourceGroupName: resourceGroup.describe("Its resource group"),
        } satisfies Shape<AzureServerExistingArgs>)
        .optional()
        .describe("A server that exists"),
      create: z
        .strictObject({
          server: z
            .looseObject({
              resourceGroupName: resourceGroup.describe("A resource group that exists"),
              serverName: serverName.optional().describe("Defaults to the database's name"),
            })
            .describe(`The arguments of ${resource}`),
        })
        .optional()
        .describe("A server that this program creates"),
      backupRetentionDays: recoveryDays(period, `${product} keeps no more`)
        .optional()
        .describe("Days that point-in-time recovery reaches back. Defaults to 35."),
      manage,
      databaseName: databaseName.optional(),
      restoreTo: z
        .strictObject({
          resourceGroupName: resourceGroup
            .optional()
            .describe("Where the copy is put. Defaults to the source's resource group."),
          highAvailability: z
            .boolean()
            .optional()
            .describe("Whether the copy gets a standby like its source's. Defaults to true."),
        } satisfies Shape<AzureServerRestoreToArgs>)
        .optional()
        .describe("How a copy is built when not like its source"),
    } satisfies Shape<AzureServerArgs & { create?: { server: AzureServerCreateArgs } }>)
    .refine(eitherExistingOrCreate, { error: EITHER });
}
