/** The instances of a cluster. */

import type { CreateDBInstanceMessage, ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { arn } from "./account";
import { AwsError } from "./error";
import type { Cluster, ClusterInstance } from "./rds-cluster";
import type { RdsContext } from "./rds-context";
import { MULTI_AZ_INSTANCES } from "./rds-multi-az-cluster";
import { rdsTags } from "./tags";

const CA_CERTIFICATE = "rds-ca-rsa2048-g1";

type MemberContext = Pick<RdsContext, "region" | "clock" | "identifiers" | "groups">;

export function createMember(
  cluster: Cluster,
  identifier: string,
  input: CreateDBInstanceMessage,
  { region, clock, identifiers, groups }: MemberContext,
): ClusterInstance {
  const { engine, engineVersion, availabilityZones, multiAz } = cluster.settings;
  if (multiAz)
    throw new AwsError("InvalidParameterCombination", "You can't add DB instances to a Multi-AZ DB cluster.");
  if (input.Engine !== engine)
    throw new AwsError(
      "InvalidParameterCombination",
      `The engine name requested for your DB instance (${input.Engine}) doesn't match the engine name of your DB cluster (${engine}).`,
    );
  if (!/^db\.(serverless|[a-z0-9]+\.[a-z0-9]+)$/.test(input.DBInstanceClass ?? ""))
    throw new AwsError("InvalidParameterValue", `Invalid DB Instance class: ${input.DBInstanceClass}`);
  const instance: ClusterInstance = {
    identifier,
    resourceId: `db-${identifiers.capitals(26)}`,
    arn: arn("rds", region, `db:${identifier}`),
    class: input.DBInstanceClass as string,
    engineVersion,
    availabilityZone:
      input.AvailabilityZone ?? (availabilityZones[cluster.instances.length % availabilityZones.length] as string),
    parameterGroup: groups.parameterGroup(input.DBParameterGroupName, engine, engineVersion),
    promotionTier: input.PromotionTier ?? 1,
    publiclyAccessible: input.PubliclyAccessible ?? false,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    monitoringInterval: input.MonitoringInterval ?? 0,
    monitoringRoleArn: input.MonitoringRoleArn,
    performanceInsights: input.EnablePerformanceInsights ?? false,
    performanceInsightsKmsKeyId: input.PerformanceInsightsKMSKeyId,
    performanceInsightsRetention: input.PerformanceInsightsRetentionPeriod,
    preferredMaintenanceWindow: (input.PreferredMaintenanceWindow ?? "sun:19:00-sun:19:30").toLowerCase(),
    caCertificate: input.CACertificateIdentifier ?? CA_CERTIFICATE,
    tags: rdsTags(input.Tags),
    createdAt: clock.now(),
  };
  cluster.addInstance(instance);
  return instance;
}

/** [botocore: rds/2014-10-31, ModifyDBInstanceMessage, BackupRetentionPeriod; Optum/dce #244 quotes AWS's words] */
export function modifyMember(
  cluster: Cluster,
  instance: ClusterInstance,
  input: ModifyDBInstanceMessage,
  { groups }: MemberContext,
): void {
  if (input.BackupRetentionPeriod !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "The specified DB Instance is a member of a cluster. Modify backup retention for the DB Cluster using the ModifyDbCluster API",
    );
  const { engine, engineVersion } = cluster.settings;
  Object.assign(instance, {
    class: input.DBInstanceClass ?? instance.class,
    parameterGroup: input.DBParameterGroupName
      ? groups.parameterGroup(input.DBParameterGroupName, engine, engineVersion)
      : instance.parameterGroup,
    promotionTier: input.PromotionTier ?? instance.promotionTier,
    publiclyAccessible: input.PubliclyAccessible ?? instance.publiclyAccessible,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? instance.autoMinorVersionUpgrade,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? instance.copyTagsToSnapshot,
    monitoringInterval: input.MonitoringInterval ?? instance.monitoringInterval,
    monitoringRoleArn: input.MonitoringRoleArn ?? instance.monitoringRoleArn,
    performanceInsights: input.EnablePerformanceInsights ?? instance.performanceInsights,
    performanceInsightsKmsKeyId: input.PerformanceInsightsKMSKeyId ?? instance.performanceInsightsKmsKeyId,
    performanceInsightsRetention: input.PerformanceInsightsRetentionPeriod ?? instance.performanceInsightsRetention,
    preferredMaintenanceWindow: (input.PreferredMaintenanceWindow ?? instance.preferredMaintenanceWindow).toLowerCase(),
    caCertificate: input.CACertificateIdentifier ?? instance.caCertificate,
  } satisfies Partial<ClusterInstance>);
}

/** A Multi-AZ DB cluster has a writer and two readable standbys, each in a zone of its own, which no request can choose. */
export function addMultiAzMembers(
  cluster: Cluster,
  instanceClass: string,
  taken: (identifier: string) => boolean,
  { region, clock, identifiers, groups }: MemberContext,
): void {
  const { engine, engineVersion, availabilityZones, preferredMaintenanceWindow } = cluster.settings;
  // Inferred: a renamed cluster's instances keep their names, so that another cluster of its former name gets other numbers.
  let last = 0;
  for (let number = 1; number <= MULTI_AZ_INSTANCES; number += 1) {
    do last += 1;
    while (taken(`${cluster.identifier}-instance-${last}`));
    const identifier = `${cluster.identifier}-instance-${last}`;
    cluster.addInstance({
      identifier,
      resourceId: `db-${identifiers.capitals(26)}`,
      arn: arn("rds", region, `db:${identifier}`),
      class: instanceClass,
      engineVersion,
      availabilityZone: availabilityZones[number - 1] as string,
      parameterGroup: groups.parameterGroup(undefined, engine, engineVersion),
      promotionTier: 1,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      copyTagsToSnapshot: cluster.settings.copyTagsToSnapshot,
      monitoringInterval: 0,
      performanceInsights: false,
      preferredMaintenanceWindow,
      caCertificate: CA_CERTIFICATE,
      tags: {},
      createdAt: clock.now(),
    });
  }
}
