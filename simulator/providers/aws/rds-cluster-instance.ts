import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import * as durations from "../../cloud/aws/durations";
import type { Properties } from "../schema";
import { ARN, flag, number, type ResourceType, regionOf, TAGS, tagList, tagsGone, text } from "./resource-type";

const inputs: Properties = {
  applyImmediately: { type: "boolean", computed: true },
  autoMinorVersionUpgrade: { type: "boolean", default: true },
  availabilityZone: { type: "string", computed: true, replaces: true },
  caCertIdentifier: { type: "string", computed: true },
  clusterIdentifier: { type: "string", required: true, replaces: true },
  copyTagsToSnapshot: { type: "boolean", default: false },
  dbParameterGroupName: { type: "string", computed: true },
  dbSubnetGroupName: { type: "string", computed: true, replaces: true },
  engine: { type: "string", required: true, replaces: true, values: ["aurora-mysql", "aurora-postgresql"] },
  engineVersion: { type: "string", computed: true },
  forceDestroy: { type: "boolean", default: false },
  identifier: { type: "string", computed: true, replaces: true },
  instanceClass: { type: "string", required: true },
  monitoringInterval: { type: "integer", default: 0 },
  monitoringRoleArn: { type: "string", computed: true },
  performanceInsightsEnabled: { type: "boolean", computed: true },
  performanceInsightsKmsKeyId: { type: "string", computed: true, format: ARN },
  performanceInsightsRetentionPeriod: { type: "integer", computed: true },
  preferredMaintenanceWindow: {
    type: "string",
    computed: true,
    equivalent: (old, next) => String(old) === String(next).toLowerCase(),
  },
  promotionTier: { type: "integer", default: 0 },
  publiclyAccessible: { type: "boolean", computed: true },
  tags: TAGS,
};

export const rdsClusterInstance: ResourceType = {
  token: "aws:rds/clusterInstance:ClusterInstance",
  inputs,
  outputs: [
    "arn",
    "dbiResourceId",
    "endpoint",
    "engineVersionActual",
    "kmsKeyId",
    "networkType",
    "port",
    "storageEncrypted",
    "tagsAll",
    "writer",
  ],

  create(cloud, instance) {
    const identifier = text(instance.identifier) ?? `tf-${cloud.identifiers.hex(26)}`;
    cloud.rds.region(regionOf(instance)).createDBInstance({
      DBInstanceIdentifier: identifier,
      DBClusterIdentifier: instance.clusterIdentifier as string,
      DBInstanceClass: instance.instanceClass as string,
      Engine: instance.engine as string,
      EngineVersion: text(instance.engineVersion),
      AvailabilityZone: text(instance.availabilityZone),
      AutoMinorVersionUpgrade: flag(instance.autoMinorVersionUpgrade),
      CopyTagsToSnapshot: flag(instance.copyTagsToSnapshot),
      CACertificateIdentifier: text(instance.caCertIdentifier),
      DBParameterGroupName: text(instance.dbParameterGroupName),
      DBSubnetGroupName: text(instance.dbSubnetGroupName),
      MonitoringInterval: number(instance.monitoringInterval),
      MonitoringRoleArn: text(instance.monitoringRoleArn),
      EnablePerformanceInsights: flag(instance.performanceInsightsEnabled) || undefined,
      PerformanceInsightsKMSKeyId: text(instance.performanceInsightsKmsKeyId),
      PerformanceInsightsRetentionPeriod: number(instance.performanceInsightsRetentionPeriod),
      PreferredMaintenanceWindow: text(instance.preferredMaintenanceWindow),
      PromotionTier: (instance.promotionTier as number | undefined) ?? 0,
      PubliclyAccessible: flag(instance.publiclyAccessible),
      Tags: tagList(instance),
    });
    return { id: identifier, simulatedMillis: durations.CREATE_CLUSTER_INSTANCE };
  },

  read(cloud, { id, state }) {
    const found = cloud.rds.region(regionOf(state)).findInstance(id);
    if (!found) return undefined;
    const { cluster, instance } = found;
    const described = cluster.describeInstance(instance);
    const version = text(state.engineVersion);
    return {
      arn: instance.arn,
      autoMinorVersionUpgrade: instance.autoMinorVersionUpgrade,
      availabilityZone: instance.availabilityZone,
      caCertIdentifier: instance.caCertificate,
      clusterIdentifier: cluster.identifier,
      copyTagsToSnapshot: instance.copyTagsToSnapshot,
      dbParameterGroupName: instance.parameterGroup,
      dbSubnetGroupName: cluster.settings.subnetGroup,
      dbiResourceId: instance.resourceId,
      endpoint: described.Endpoint?.Address,
      engine: cluster.settings.engine,
      engineVersion: version && instance.engineVersion.startsWith(`${version}.`) ? version : instance.engineVersion,
      engineVersionActual: instance.engineVersion,
      identifier: instance.identifier,
      instanceClass: instance.class,
      kmsKeyId: described.KmsKeyId ?? "",
      monitoringInterval: instance.monitoringInterval,
      monitoringRoleArn: instance.monitoringRoleArn ?? "",
      networkType: described.NetworkType,
      performanceInsightsEnabled: instance.performanceInsights,
      performanceInsightsKmsKeyId: instance.performanceInsightsKmsKeyId ?? "",
      performanceInsightsRetentionPeriod: instance.performanceInsightsRetention ?? 0,
      port: described.Endpoint?.Port,
      preferredMaintenanceWindow: instance.preferredMaintenanceWindow,
      promotionTier: instance.promotionTier,
      publiclyAccessible: instance.publiclyAccessible,
      storageEncrypted: described.StorageEncrypted,
      tagsAll: { ...instance.tags },
      writer: instance === cluster.writer,
    };
  },

  update(cloud, { id, state }, wanted, changed) {
    const rds = cloud.rds.region(regionOf(state));
    const requests: Record<string, Partial<ModifyDBInstanceMessage>> = {
      autoMinorVersionUpgrade: { AutoMinorVersionUpgrade: flag(wanted.autoMinorVersionUpgrade) },
      caCertIdentifier: { CACertificateIdentifier: text(wanted.caCertIdentifier) },
      copyTagsToSnapshot: { CopyTagsToSnapshot: flag(wanted.copyTagsToSnapshot) },
      dbParameterGroupName: { DBParameterGroupName: text(wanted.dbParameterGroupName) },
      instanceClass: { DBInstanceClass: text(wanted.instanceClass) },
      monitoringInterval: { MonitoringInterval: (wanted.monitoringInterval as number | undefined) ?? 0 },
      monitoringRoleArn: { MonitoringRoleArn: text(wanted.monitoringRoleArn) },
      performanceInsightsEnabled: { EnablePerformanceInsights: flag(wanted.performanceInsightsEnabled) },
      performanceInsightsKmsKeyId: { PerformanceInsightsKMSKeyId: text(wanted.performanceInsightsKmsKeyId) },
      performanceInsightsRetentionPeriod: {
        PerformanceInsightsRetentionPeriod: number(wanted.performanceInsightsRetentionPeriod),
      },
      preferredMaintenanceWindow: { PreferredMaintenanceWindow: text(wanted.preferredMaintenanceWindow) },
      promotionTier: { PromotionTier: (wanted.promotionTier as number | undefined) ?? 0 },
      publiclyAccessible: { PubliclyAccessible: flag(wanted.publiclyAccessible) },
    };
    const differing = Object.keys(requests).filter(changed);
    if (differing.length)
      rds.modifyDBInstance(
        Object.assign(
          { DBInstanceIdentifier: id, ApplyImmediately: flag(wanted.applyImmediately) },
          ...differing.map((input) => requests[input]),
        ),
      );
    if (changed("tagsAll")) {
      const { arn } = rds.instance(id).instance;
      rds.removeTagsFromResource(arn, tagsGone(state, wanted));
      rds.addTagsToResource(arn, tagList(wanted));
    }
    return differing.length ? durations.MODIFY_CLUSTER_INSTANCE : durations.TAG;
  },

  delete(cloud, { id, state }) {
    cloud.rds.region(regionOf(state)).deleteDBInstance({ DBInstanceIdentifier: id });
    return durations.DELETE_CLUSTER_INSTANCE;
  },
};
