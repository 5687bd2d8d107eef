import { AWS_VAULT, onAws } from "./aws";
import { AZURE_VAULT, onAzure } from "./azure";

/** The vaults of a rehearsal, on each cloud that has databases for one; undefined where there is none. */
export function vaultConfig(config: Record<string, unknown>): object | undefined {
  const aws = onAws(config).length > 0;
  const azure = onAzure(config).length > 0;
  return aws || azure ? { ...(aws && { aws: AWS_VAULT }), ...(azure && { azure: AZURE_VAULT }) } : undefined;
}
