import { ModifyDBClusterCommand, RDSClient } from "@aws-sdk/client-rds";
import { answered } from "./answered";
import { describeCluster } from "./aurora";
import { type AwsAccessSource, awsClientConfig } from "./aws";
import { settle } from "./rds";

/** What `protectCluster` is asked. */
export interface ClusterProtection {
  region: string;
  clusterIdentifier: string;
  days: number;
}

/** Has a Multi-AZ DB cluster keep its automated backups for some days at least; its retention is never shortened. */
export async function protectCluster(
  { region, clusterIdentifier, days }: ClusterProtection,
  access: AwsAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = new RDSClient(awsClientConfig(region, access));
  const look = async () => (await describeCluster(region, clusterIdentifier, access))?.cluster;
  const BackupRetentionPeriod = Math.max(days, (await look())?.BackupRetentionPeriod ?? 0);
  await settle(clusterIdentifier, { BackupRetentionPeriod }, say, {
    async look() {
      const found = await look();
      return (
        found && {
          status: found.Status,
          settings: { BackupRetentionPeriod: answered(found, "BackupRetentionPeriod") },
        }
      );
    },
    async change(changes) {
      await client.send(
        new ModifyDBClusterCommand({ DBClusterIdentifier: clusterIdentifier, ApplyImmediately: true, ...changes }),
      );
    },
  });
}
