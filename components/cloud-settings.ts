import type { AwsAccess } from "../operations/aws";
import type { AzureAccess } from "../operations/azure";

/** How AWS is reached, and the region where none is named. */
export interface AwsSettings {
  access: AwsAccess;
  defaultRegion?: string;
}

/** How Azure is reached; a database there is named with its resource group. */
export interface AzureSettings {
  access: AzureAccess;
}
