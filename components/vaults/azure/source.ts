import type * as pulumi from "@pulumi/pulumi";

/** What Azure Backup has to know of a kind of database that it takes into a vault. */
export interface AzureDatasource {
  /** Azure Backup's name of the type. */
  type: string;
  /** The built-in role that the vault needs on the resource. */
  role: string;
  /** How a recovery point is restored, as text. */
  restoredAs: string;
}

/** A database as Azure Backup sees it. */
export interface AzureBackupSource {
  /** Absent where it keeps none. */
  datasource?: AzureDatasource;
  /** Why it keeps none; absent where it does. */
  notKeptBecause?: string;
  /** Why a copy of it would be worth nothing, with the fix, and the key of its args that says so. */
  problem?: { key: string; message: string };
  resourceGroupName: pulumi.Input<string> | undefined;
}

/** A resource of Azure's, as far as a vault has to know it. */
export interface AzureResource {
  id: string;
  name: string;
  location: string;
}
