import type { DatabaseArgs } from "../../components/databases";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { AWS_VAULT, onAws } from "./aws";
import { AZURE_VAULT, onAzure } from "./azure";

/** The EKS cluster of a set with window backups. */
const EKS_CLUSTER = "rehearsal";
const DAYS_KEPT = 400;

/**
 * A set's configuration with a vault on each cloud that supports its databases, and with DynamoDB backups in pause
 * windows.
 */
export function withVaults(config: Record<string, unknown>, cloud: SimulatedCloud): Record<string, unknown> {
  const databases = (config["scalar-backup:databases"] as DatabaseArgs[]).map((database) =>
    database.dynamodb
      ? { ...database, dynamodb: { ...database.dynamodb, windowBackups: { deleteAfter: DAYS_KEPT } } }
      : database,
  );
  const backedUp = databases.some(({ dynamodb }) => dynamodb);
  if (backedUp) cloud.aws.eks.region(config["aws:region"] as string).createCluster(EKS_CLUSTER);
  return {
    ...config,
    "scalar-backup:databases": databases,
    "scalar-backup:vault": vaultConfig(config),
    ...(backedUp && {
      "scalar-backup:pause": { ...(config["scalar-backup:pause"] as object), aws: { eksCluster: EKS_CLUSTER } },
    }),
  };
}

/** The vaults of a rehearsal; undefined without any. */
export function vaultConfig(config: Record<string, unknown>): object | undefined {
  const aws = onAws(config).length > 0;
  const azure = onAzure(config).length > 0;
  return aws || azure ? { ...(aws && { aws: AWS_VAULT }), ...(azure && { azure: AZURE_VAULT }) } : undefined;
}
