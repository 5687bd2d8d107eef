import type { ModifyDBClusterMessage, ServerlessV2ScalingConfiguration } from "@aws-sdk/client-rds";
import * as durations from "../../cloud/aws/durations";
import type { RdsRegion } from "../../cloud/aws/rds-region";
import { type PropertyMap, UNKNOWN } from "../provider";
import { isAbsent, type Problem } from "../schema";
import { CLUSTER_INPUTS, MULTI_AZ } from "./rds-cluster-inputs";
import {
  commonCreation,
  commonModifications,
  commonOutputs,
  commonRequest,
  deletion,
  requestFor,
  someOf,
  updateTags,
} from "./rds-database";
import { flag, number, object, type ResourceType, regionOf, text } from "./resource-type";

export const rdsCluster: ResourceType = {
  token: "aws:rds/cluster:Cluster",
  inputs: CLUSTER_INPUTS,
  outputs: [
    "arn",
    "clusterMembers",
    "clusterResourceId",
    "endpoint",
    "engineVersionActual",
    "hostedZoneId",
    "masterUserSecrets",
    "readerEndpoint",
    "tagsAll",
  ],

  // [Terraform AWS provider, internal/service/rds/cluster.go, resourceClusterImport]
  imported: { skipFinalSnapshot: true },

  check(cluster) {
    const problems: Problem[] = [];
    const exactlyOne = (names: string[]) => {
      const restore = object(cluster.restoreToPointInTime);
      if (names.filter((name) => !isAbsent(restore[name])).length !== 1)
        problems.push({ property: "restoreToPointInTime", reason: `exactly one of ${names.join(", ")} must be given` });
    };
    if (!isAbsent(cluster.restoreToPointInTime) && cluster.restoreToPointInTime !== UNKNOWN) {
      exactlyOne(["restoreToTime", "useLatestRestorableTime"]);
      exactlyOne(["sourceClusterIdentifier", "sourceClusterResourceId"]);
    }
    if (!isAbsent(cluster.snapshotIdentifier) && !isAbsent(cluster.restoreToPointInTime))
      problems.push({ property: "snapshotIdentifier", reason: "conflicts with restoreToPointInTime" });
    if (!isAbsent(cluster.masterPassword) && !isAbsent(cluster.manageMasterUserPassword))
      problems.push({ property: "masterPassword", reason: "conflicts with manageMasterUserPassword" });
    return problems;
  },

  refine(changes, _, wanted) {
    // Left out of the program it stays as it is in the cloud: AWS has no way to take it away.
    if (isAbsent(wanted.serverlessv2ScalingConfiguration)) delete changes.serverlessv2ScalingConfiguration;
  },

  create(cloud, cluster) {
    const rds = cloud.rds.region(regionOf(cluster));
    const identifier = text(cluster.clusterIdentifier) ?? `tf-${cloud.identifiers.hex(26)}`;
    const multiAz = MULTI_AZ.includes(cluster.engine as string);
    if (isAbsent(cluster.restoreToPointInTime) && isAbsent(cluster.snapshotIdentifier)) {
      create(rds, identifier, cluster);
      return {
        id: identifier,
        simulatedMillis: multiAz ? durations.CREATE_MULTI_AZ_CLUSTER : durations.CREATE_CLUSTER,
      };
    }
    restore(rds, identifier, cluster);
    return {
      id: identifier,
      simulatedMillis: multiAz ? durations.RESTORE_MULTI_AZ_CLUSTER : durations.RESTORE_CLUSTER,
    };
  },

  read(cloud, { id, state }) {
    const cluster = cloud.rds.region(regionOf(state)).find(id);
    if (!cluster) return undefined;
    const described = cluster.describe();
    const { ServerlessV2ScalingConfiguration: scaling } = described;
    return {
      ...commonOutputs(state, described),
      arn: cluster.arn,
      availabilityZones: cluster.settings.availabilityZones,
      clusterIdentifier: cluster.identifier,
      clusterMembers: cluster.instances.map((instance) => instance.identifier),
      clusterResourceId: cluster.resourceId,
      // AWS may not return the name that was given; the provider then keeps it.
      ...(described.DatabaseName === undefined ? {} : { databaseName: described.DatabaseName }),
      dbClusterInstanceClass: described.DBClusterInstanceClass ?? "",
      dbClusterParameterGroupName: described.DBClusterParameterGroup,
      dbSubnetGroupName: described.DBSubnetGroup,
      enabledCloudwatchLogsExports: cluster.settings.logsExports,
      endpoint: described.Endpoint,
      engineMode: described.EngineMode,
      hostedZoneId: described.HostedZoneId,
      kmsKeyId: described.KmsKeyId,
      masterUsername: described.MasterUsername,
      // AWS returns none of these for a cluster of Aurora: its instances have them.
      ...(described.DBClusterInstanceClass
        ? {
            monitoringInterval: described.MonitoringInterval,
            monitoringRoleArn: described.MonitoringRoleArn ?? "",
            performanceInsightsEnabled: described.PerformanceInsightsEnabled,
            performanceInsightsKmsKeyId: described.PerformanceInsightsKMSKeyId ?? "",
            performanceInsightsRetentionPeriod: described.PerformanceInsightsRetentionPeriod ?? 0,
          }
        : {}),
      port: described.Port,
      preferredBackupWindow: described.PreferredBackupWindow,
      preferredMaintenanceWindow: described.PreferredMaintenanceWindow,
      readerEndpoint: described.ReaderEndpoint,
      serverlessv2ScalingConfiguration: scaling && {
        maxCapacity: scaling.MaxCapacity as number,
        minCapacity: scaling.MinCapacity as number,
        secondsUntilAutoPause: scaling.SecondsUntilAutoPause ?? 0,
      },
      storageType: described.StorageType ?? "",
      vpcSecurityGroupIds: cluster.settings.securityGroups,
      tagsAll: { ...cluster.tags },
    };
  },

  update(cloud, { id, state }, wanted, changed) {
    const rds = cloud.rds.region(regionOf(state));
    // Of what has the name now, which is the id: whether it still is the same cluster, the provider does not look.
    if (changed("tagsAll")) updateTags(rds, state.arn as string, state, wanted);
    const request = modification(state, wanted, changed);
    if (Object.keys(request).length)
      rds.modifyDBCluster({ DBClusterIdentifier: id, ApplyImmediately: flag(wanted.applyImmediately), ...request });
    return Object.keys(request).length ? durations.MODIFY_CLUSTER : durations.TAG;
  },

  delete(cloud, { id, state }) {
    const backups = deletion("RDS Cluster ", state);
    cloud.rds.region(regionOf(state)).deleteDBCluster({
      DBClusterIdentifier: id,
      ...backups,
    });
    return durations.DELETE_CLUSTER + (backups.SkipFinalSnapshot ? 0 : durations.FINAL_SNAPSHOT);
  },
};

/** What the provider sends whether it creates or restores. */
function common(identifier: string, cluster: PropertyMap) {
  return {
    ...commonRequest(cluster),
    DBClusterIdentifier: identifier,
    DBClusterParameterGroupName: text(cluster.dbClusterParameterGroupName),
    KmsKeyId: text(cluster.kmsKeyId),
    MonitoringInterval: number(cluster.monitoringInterval),
    MonitoringRoleArn: text(cluster.monitoringRoleArn),
    NetworkType: text(cluster.networkType),
  };
}

function create(rds: RdsRegion, identifier: string, cluster: PropertyMap): void {
  rds.createDBCluster({
    ...common(identifier, cluster),
    ...commonCreation(cluster),
    Engine: cluster.engine as string,
    DatabaseName: text(cluster.databaseName),
    MasterUsername: text(cluster.masterUsername),
    MasterUserPassword: text(cluster.masterPassword),
    AvailabilityZones: someOf(cluster.availabilityZones),
    DBClusterInstanceClass: text(cluster.dbClusterInstanceClass),
    Iops: number(cluster.iops),
    BackupRetentionPeriod: number(cluster.backupRetentionPeriod),
    PreferredBackupWindow: text(cluster.preferredBackupWindow),
    PreferredMaintenanceWindow: text(cluster.preferredMaintenanceWindow),
    ServerlessV2ScalingConfiguration: scaling(cluster),
  });
}

/**
 * Restores, and modifies what a restore can't set. Version, names, credentials and encryption are the source's, and so are
 * a Multi-AZ DB cluster's class and storage, which the provider sends when it creates one only.
 */
function restore(rds: RdsRegion, identifier: string, cluster: PropertyMap): void {
  const source = object(cluster.restoreToPointInTime);
  const snapshot = text(cluster.snapshotIdentifier);
  if (snapshot)
    rds.restoreDBClusterFromSnapshot({
      ...common(identifier, cluster),
      Engine: cluster.engine as string,
      EngineMode: text(cluster.engineMode),
      SnapshotIdentifier: snapshot,
    });
  else
    rds.restoreDBClusterToPointInTime({
      ...common(identifier, cluster),
      RestoreToTime: text(source.restoreToTime) ? new Date(source.restoreToTime as string) : undefined,
      RestoreType: text(source.restoreType) ?? "",
      SourceDBClusterIdentifier: text(source.sourceClusterIdentifier),
      SourceDbClusterResourceId: text(source.sourceClusterResourceId),
      UseLatestRestorableTime: flag(source.useLatestRestorableTime) || undefined,
    });
  const rest = {
    BackupRetentionPeriod: number(cluster.backupRetentionPeriod),
    ManageMasterUserPassword: flag(cluster.manageMasterUserPassword) || undefined,
    MasterUserPassword: text(cluster.masterPassword),
    PreferredBackupWindow: text(cluster.preferredBackupWindow),
    PreferredMaintenanceWindow: text(cluster.preferredMaintenanceWindow),
    ServerlessV2ScalingConfiguration: scaling(cluster),
  };
  if (Object.values(rest).some((value) => value !== undefined))
    rds.modifyDBCluster({ DBClusterIdentifier: identifier, ApplyImmediately: true, ...rest });
}

/** Only what differs is sent. */
function modification(
  state: PropertyMap,
  wanted: PropertyMap,
  changed: (input: string) => boolean,
): Partial<ModifyDBClusterMessage> {
  const requests: Record<string, Partial<ModifyDBClusterMessage>> = {
    ...commonModifications(state, wanted),
    dbClusterInstanceClass: { DBClusterInstanceClass: text(wanted.dbClusterInstanceClass) },
    dbClusterParameterGroupName: { DBClusterParameterGroupName: text(wanted.dbClusterParameterGroupName) },
    masterPassword: { MasterUserPassword: text(wanted.masterPassword) },
    port: { Port: number(wanted.port) },
    preferredBackupWindow: { PreferredBackupWindow: text(wanted.preferredBackupWindow) },
    preferredMaintenanceWindow: { PreferredMaintenanceWindow: text(wanted.preferredMaintenanceWindow) },
    serverlessv2ScalingConfiguration: { ServerlessV2ScalingConfiguration: scaling(wanted) },
  };
  return requestFor(requests, changed);
}

function scaling(cluster: PropertyMap): ServerlessV2ScalingConfiguration | undefined {
  if (isAbsent(cluster.serverlessv2ScalingConfiguration)) return undefined;
  const { minCapacity, maxCapacity, secondsUntilAutoPause } = object(cluster.serverlessv2ScalingConfiguration);
  return {
    MinCapacity: minCapacity as number,
    MaxCapacity: maxCapacity as number,
    SecondsUntilAutoPause: number(secondsUntilAutoPause),
  };
}
