import type * as pulumi from "@pulumi/pulumi";
import type { FlexibleServer, ServerProduct } from "../../../operations/azure-servers";
import type { RecoveryPeriod } from "../../../restore-points/rules/recovery-period";
import type { AzureBackupSource } from "../../vaults/azure/source";
import type { AzureServerArgs, AzureServerCreateArgs } from "./args";

/** A declared server, as far as both products' resources are alike. */
export interface DeclaredServer extends pulumi.CustomResource {
  readonly name: pulumi.Output<string>;
  readonly location: pulumi.Output<string>;
  readonly fullyQualifiedDomainName: pulumi.Output<string>;
}

/** What names and dates a copy. */
export interface CopyIdentity {
  serverName: string;
  resourceGroupName: string;
  /** RFC 3339, UTC, whole seconds; known once it has passed the checks. */
  instant: pulumi.Output<string>;
  tags: Record<string, string>;
}

/** The differences between Azure Database for MySQL and for PostgreSQL. */
export interface AzureServerProduct<Create extends AzureServerCreateArgs> {
  key: string;
  kind: string;
  label: string;
  product: ServerProduct;
  /** The product's servers in azure-native. */
  resource: string;
  period: RecoveryPeriod;
  jdbcScheme: string;
  port: number;
  /** The database that every server of it has; empty where a client needs to name none. */
  defaultDatabase: string;
  /** What Azure Backup makes of a server. */
  backup(args: AzureServerArgs): Omit<AzureBackupSource, "resourceGroupName">;
  declare(logical: string, server: Create, options: pulumi.CustomResourceOptions): DeclaredServer;
  /** Declares a server restored from another, built like it as far as the restore call takes that. */
  declareCopy(
    logical: string,
    source: FlexibleServer,
    copy: CopyIdentity,
    options: pulumi.CustomResourceOptions,
  ): DeclaredServer;
}

/** The args of one product. */
export type ProductArgs<Create> = AzureServerArgs & { create?: { server: Create } };
