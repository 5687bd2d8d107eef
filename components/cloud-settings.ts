import type { AwsAccessSource } from "../operations/aws";
import type { AzureAccessSource } from "../operations/azure";

/** How AWS is reached, and the region where none is named. */
export interface AwsSettings {
  access: AwsAccessSource;
  defaultRegion?: string;
}

/** The region where a database names none. */
export interface AwsRegionArgs {
  /** The region, such as `ap-northeast-1`. */
  region?: string;
}

/** How Azure is reached; a database there is named with its resource group. */
export interface AzureSettings {
  access: AzureAccessSource;
}

/** How the clouds of a set are reached. */
export interface CloudSettings {
  aws: AwsSettings;
  azure: AzureSettings;
}
