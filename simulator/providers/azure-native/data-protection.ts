import {
  type AzureResourceType,
  COMMON_OUTPUTS,
  FLAG,
  list,
  NAME,
  NUMBER,
  object,
  RESOURCE_GROUP,
  TAGS,
  TEXT,
  TEXTS,
} from "./resource-type";

const API_VERSION = "2025-01-01";
const VAULTS = "Microsoft.DataProtection/backupVaults";
const MUST = { ...TEXT, required: true } as const;

/** Unlike elsewhere in the package, `properties` is an input of its own here, and an output. */
const SHAPE = { apiVersion: API_VERSION, topLevel: ["properties", "tags", "location", "identity"] } as const;

export const backupVault: AzureResourceType = {
  ...SHAPE,
  token: "azure-native:dataprotection:BackupVault",
  armType: VAULTS,
  path: ["vaultName"],
  inputs: {
    identity: object({ type: TEXT, userAssignedIdentities: TEXTS }),
    location: TEXT,
    properties: {
      ...object({
        featureSettings: object({ crossRegionRestoreSettings: object({ state: TEXT }) }),
        monitoringSettings: object({ azureMonitorAlertSettings: object({ alertsForAllJobFailures: TEXT }) }),
        securitySettings: object({
          immutabilitySettings: object({ state: TEXT }),
          softDeleteSettings: object({ retentionDurationInDays: { type: "number" }, state: TEXT }),
        }),
        storageSettings: { ...list({ datastoreType: TEXT, type: TEXT }), required: true },
      }),
      required: true,
    },
    resourceGroupName: RESOURCE_GROUP,
    tags: TAGS,
    vaultName: NAME,
  },
  outputs: COMMON_OUTPUTS,
  computed: { identity: ["principalId", "tenantId"] },
  located: true,
};

const store = { ...object({ dataStoreType: MUST, objectType: MUST }), required: true } as const;

/** Of the two kinds of rules, each has what is not the other's left out. */
export const backupPolicy: AzureResourceType = {
  ...SHAPE,
  token: "azure-native:dataprotection:BackupPolicy",
  armType: `${VAULTS}/backupPolicies`,
  path: ["vaultName", "backupPolicyName"],
  inputs: {
    backupPolicyName: NAME,
    properties: object({
      datasourceTypes: { ...TEXTS, required: true },
      objectType: MUST,
      policyRules: {
        ...list({
          backupParameters: object({ backupType: MUST, objectType: MUST }),
          dataStore: object({ dataStoreType: MUST, objectType: MUST }),
          isDefault: FLAG,
          lifecycles: list({
            deleteAfter: { ...object({ duration: MUST, objectType: MUST }), required: true },
            sourceDataStore: store,
            targetDataStoreCopySettings: list({
              copyAfter: { ...object({ objectType: MUST }), required: true },
              dataStore: store,
            }),
          }),
          name: MUST,
          objectType: MUST,
          trigger: object({
            objectType: MUST,
            schedule: object({ repeatingTimeIntervals: { ...TEXTS, required: true }, timeZone: TEXT }),
            taggingCriteria: {
              ...list({
                criteria: list({ absoluteCriteria: TEXTS, objectType: MUST }),
                isDefault: { ...FLAG, required: true },
                tagInfo: { ...object({ tagName: MUST }), required: true },
                taggingPriority: { ...NUMBER, required: true },
              }),
              required: true,
            },
          }),
        }),
        required: true,
      },
    }),
    resourceGroupName: RESOURCE_GROUP,
    vaultName: { ...NAME, required: true },
  },
  outputs: COMMON_OUTPUTS,
  located: false,
};

const source = {
  datasourceType: TEXT,
  objectType: TEXT,
  resourceID: MUST,
  resourceLocation: TEXT,
  resourceName: TEXT,
  resourceType: TEXT,
  resourceUri: TEXT,
} as const;

export const backupInstance: AzureResourceType = {
  ...SHAPE,
  token: "azure-native:dataprotection:BackupInstance",
  armType: `${VAULTS}/backupInstances`,
  path: ["vaultName", "backupInstanceName"],
  inputs: {
    backupInstanceName: NAME,
    properties: object({
      dataSourceInfo: { ...object(source), required: true },
      dataSourceSetInfo: object(source),
      friendlyName: TEXT,
      objectType: MUST,
      policyInfo: { ...object({ policyId: MUST }), required: true },
    }),
    resourceGroupName: RESOURCE_GROUP,
    tags: TAGS,
    vaultName: { ...NAME, required: true },
  },
  outputs: COMMON_OUTPUTS,
  located: false,
};
