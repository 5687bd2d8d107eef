import * as pulumi from "@pulumi/pulumi";
import type { AssumedRole } from "../../operations/aws";
import { AZURE_ACCESS_KEYS } from "../../operations/azure";
import { accessOfProvider, refuseSettingsOfProviderAlone } from "../aws-provider";
import { accessOfAzureProvider } from "../azure-provider";
import type { AwsSettings, AzureSettings } from "../cloud-settings";

/**
 * How AWS is reached: by the explicit provider of a component, or else by the stack's own `aws:` configuration, so that look-ups
 * and operations work in the account where the Pulumi AWS provider works. What is not configured comes from the environment.
 * @param region The component's `aws.region`: an explicit provider's region is known too late for what has to be declared.
 */
export function awsSettings(component?: pulumi.ComponentResource, region?: string): AwsSettings {
  const provider = component?.getProvider("aws:dynamodb/table:Table");
  if (component && provider) return { access: accessOfProvider(provider, component, region), defaultRegion: region };
  const config = new pulumi.Config("aws");
  refuseSettingsOfProviderAlone(config);
  const access = {
    profile: config.get("profile"),
    accessKey: config.get("accessKey"),
    secretKey: config.get("secretKey"),
    token: config.get("token"),
    assumeRoles: config.getObject<AssumedRole[]>("assumeRoles"),
  };
  return {
    access: Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined)),
    // Variables that are set to nothing are as good as none.
    defaultRegion:
      region ?? config.get("region") ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined),
  };
}

/** The same for Azure, whose databases are named with their resource groups: no region is needed. */
export function azureSettings(component?: pulumi.ComponentResource): AzureSettings {
  const provider = component?.getProvider("azure-native:cosmosdb:DatabaseAccount");
  if (component && provider) return { access: accessOfAzureProvider(provider, component) };
  const config = new pulumi.Config("azure-native");
  const access = AZURE_ACCESS_KEYS.map((key) => [key, config.get(key)]);
  return { access: Object.fromEntries(access.filter(([, value]) => value !== undefined)) };
}
