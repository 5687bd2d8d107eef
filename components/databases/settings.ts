import * as pulumi from "@pulumi/pulumi";
import { AZURE_ACCESS_KEYS } from "../../operations/azure";
import type { AwsSettings, AzureSettings } from "../cloud-settings";

/**
 * How AWS is reached, read from the stack's own `aws:` configuration, so that look-ups and operations work in the
 * account and region where the Pulumi AWS provider works. What is not configured comes from the environment.
 */
export function awsSettings(): AwsSettings {
  const config = new pulumi.Config("aws");
  const role = (config.getObject<{ roleArn?: string; externalId?: string; sessionName?: string }[]>("assumeRoles") ??
    [])[0];
  const access = {
    profile: config.get("profile"),
    accessKey: config.get("accessKey"),
    secretKey: config.get("secretKey"),
    token: config.get("token"),
    roleArn: role?.roleArn,
    externalId: role?.externalId,
    sessionName: role?.sessionName,
  };
  return {
    access: Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined)),
    // Variables that are set to nothing are as good as none.
    defaultRegion: config.get("region") ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined),
  };
}

/** The same for Azure, from the stack's `azure-native:` configuration. */
export function azureSettings(): AzureSettings {
  const config = new pulumi.Config("azure-native");
  const access = AZURE_ACCESS_KEYS.map((key) => [key, config.get(key)]);
  return { access: Object.fromEntries(access.filter(([, value]) => value !== undefined)) };
}
