import { autoscalingPolicy } from "./autoscaling-policy";
import { autoscalingTarget } from "./autoscaling-target";
import { backupPlan } from "./backup-plan";
import { backupRestoreTestingPlan } from "./backup-restore-testing-plan";
import { backupRestoreTestingSelection } from "./backup-restore-testing-selection";
import { backupSelection } from "./backup-selection";
import { backupVault } from "./backup-vault";
import { backupVaultLockConfiguration } from "./backup-vault-lock-configuration";
import { backupVaultPolicy } from "./backup-vault-policy";
import { cloudwatchEventRule } from "./cloudwatch-event-rule";
import { cloudwatchEventTarget } from "./cloudwatch-event-target";
import { dynamodbTable } from "./dynamodb-table";
import { eksPodIdentityAssociation } from "./eks-pod-identity-association";
import { iamRole } from "./iam-role";
import { iamRolePolicy } from "./iam-role-policy";
import { iamRolePolicyAttachment } from "./iam-role-policy-attachment";
import { kmsKey } from "./kms-key";
import { rdsCluster } from "./rds-cluster";
import { rdsClusterInstance } from "./rds-cluster-instance";
import { rdsInstance } from "./rds-instance";
import type { ResourceType } from "./resource-type";
import { snsTopic } from "./sns-topic";
import { snsTopicPolicy } from "./sns-topic-policy";
import { snsTopicSubscription } from "./sns-topic-subscription";

/** The types that are simulated. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  dynamodbTable,
  rdsCluster,
  rdsClusterInstance,
  rdsInstance,
  backupVault,
  backupPlan,
  backupSelection,
  backupVaultPolicy,
  backupVaultLockConfiguration,
  backupRestoreTestingPlan,
  backupRestoreTestingSelection,
  cloudwatchEventRule,
  cloudwatchEventTarget,
  eksPodIdentityAssociation,
  iamRole,
  iamRolePolicy,
  iamRolePolicyAttachment,
  kmsKey,
  snsTopic,
  snsTopicPolicy,
  snsTopicSubscription,
  autoscalingTarget,
  autoscalingPolicy,
];
