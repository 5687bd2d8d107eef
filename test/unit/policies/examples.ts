import type { Declared } from "./judging";

/** What says that ScalarDB or ScalarDL uses a database. */
export const IN_SET = { "scalar-backup:set": "payments" };

/** Resources as they should be: every policy is content with each of them, and with all of them as one stack. */

export const table = (props: object = {}): Declared => ({
  type: "aws:dynamodb/table:Table",
  name: "accounts",
  protect: true,
  props: {
    name: "ledger.accounts",
    arn: "arn:aws:dynamodb:ap-northeast-1:111122223333:table/ledger.accounts",
    pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
    deletionProtectionEnabled: true,
    tags: IN_SET,
    ...props,
  },
});

export const instance = (props: object = {}): Declared => ({
  type: "aws:rds/instance:Instance",
  name: "orders",
  protect: true,
  props: {
    engine: "mysql",
    arn: "arn:aws:rds:ap-northeast-1:111122223333:db:orders",
    backupRetentionPeriod: 35,
    deleteAutomatedBackups: false,
    deletionProtection: true,
    storageEncrypted: true,
    publiclyAccessible: false,
    tags: IN_SET,
    ...props,
  },
});

export const cluster = (props: object = {}): Declared => ({
  type: "aws:rds/cluster:Cluster",
  name: "customers",
  protect: true,
  props: {
    engine: "aurora-postgresql",
    arn: "arn:aws:rds:ap-northeast-1:111122223333:cluster:customers",
    backupRetentionPeriod: 35,
    deleteAutomatedBackups: false,
    deletionProtection: true,
    storageEncrypted: true,
    tags: IN_SET,
    ...props,
  },
});

export const clusterInstance = (props: object = {}): Declared => ({
  type: "aws:rds/clusterInstance:ClusterInstance",
  name: "customers-writer",
  props: { engine: "aurora-postgresql", publiclyAccessible: false, tags: IN_SET, ...props },
});

export const cosmos = (props: object = {}): Declared => ({
  type: "azure-native:cosmosdb:DatabaseAccount",
  name: "stock",
  protect: true,
  props: {
    kind: "GlobalDocumentDB",
    backupPolicy: { type: "Continuous", continuousModeProperties: { tier: "Continuous30Days" } },
    consistencyPolicy: { defaultConsistencyLevel: "Strong" },
    publicNetworkAccess: "Disabled",
    tags: IN_SET,
    ...props,
  },
});

export const azureMysql = (props: object = {}): Declared => ({
  type: "azure-native:dbformysql:Server",
  name: "billing",
  protect: true,
  props: {
    id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforMySQL/flexibleServers/billing",
    backup: { backupRetentionDays: 35 },
    network: { publicNetworkAccess: "Disabled" },
    tags: IN_SET,
    ...props,
  },
});

export const azurePostgresql = (props: object = {}): Declared => ({
  type: "azure-native:dbforpostgresql:Server",
  name: "shipping",
  protect: true,
  props: {
    id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/shipping",
    backup: { backupRetentionDays: 35 },
    network: { delegatedSubnetResourceId: "/subscriptions/s/subnets/n" },
    tags: IN_SET,
    ...props,
  },
});

export const vault = (props: object = {}): Declared => ({
  type: "aws:backup/vault:Vault",
  name: "vault",
  protect: true,
  props: { name: "vault", ...props },
});

export const vaultLock = (props: object = {}): Declared => ({
  type: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  name: "lock",
  props: { backupVaultName: "vault", minRetentionDays: 1, maxRetentionDays: 35, ...props },
});

export const azureVault = (
  securitySettings: object = { immutabilitySettings: { state: "Unlocked" }, softDeleteSettings: { state: "On" } },
): Declared => ({
  type: "azure-native:dataprotection:BackupVault",
  name: "archive",
  protect: true,
  props: { vaultName: "archive", properties: { securitySettings } },
});

export const plan = (rule: object = {}, props: object = {}): Declared => ({
  type: "aws:backup/plan:Plan",
  name: "plan",
  props: {
    id: "plan-id",
    rules: [
      {
        ruleName: "continuous",
        targetVaultName: "vault",
        enableContinuousBackup: true,
        schedule: "cron(0 5 ? * * *)",
        lifecycle: { deleteAfter: 35 },
        ...rule,
      },
    ],
    ...props,
  },
});

export const selection = (props: object = {}): Declared => ({
  type: "aws:backup/selection:Selection",
  name: "selection",
  props: { planId: "plan-id", resources: ["arn:aws:rds:*:*:cluster:customers"], ...props },
});

interface CronJobParts {
  spec?: object;
  job?: object;
  pod?: object;
  container?: object;
  settings?: object;
}

/** As `PauseSchedule` declares it. */
export const cronJob = ({ spec, job, pod, container, settings }: CronJobParts = {}): Declared => ({
  type: "kubernetes:batch/v1:CronJob",
  name: "pause",
  props: {
    metadata: { name: "pause", namespace: "scalar" },
    spec: {
      schedule: "0 3 * * *",
      concurrencyPolicy: "Forbid",
      jobTemplate: {
        spec: {
          activeDeadlineSeconds: 300,
          template: {
            spec: {
              serviceAccountName: "pauser",
              containers: [
                {
                  name: "pauser",
                  image: "node:22-alpine",
                  env: [
                    {
                      name: "PAUSER_SETTINGS",
                      value: JSON.stringify({
                        record: { namespace: "scalar", name: "pause-windows" },
                        releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
                        holdSeconds: 10,
                        maxDrainSeconds: 30,
                        ...settings,
                      }),
                    },
                  ],
                  securityContext: {
                    runAsNonRoot: true,
                    readOnlyRootFilesystem: true,
                    allowPrivilegeEscalation: false,
                    capabilities: { drop: ["ALL"] },
                    seccompProfile: { type: "RuntimeDefault" },
                  },
                  ...container,
                },
              ],
              ...pod,
            },
          },
          ...job,
        },
      },
      ...spec,
    },
  },
});

/** As Scalar's own tool is run, with what its chart sets and what it leaves out. */
export const scalarAdminCronJob = (args: string[], name = "pause"): Declared => ({
  ...cronJob({
    container: {
      name: "scalar-admin-for-kubernetes",
      image: "ghcr.io/scalar-labs/scalar-admin-for-kubernetes:1.2.0",
      command: ["java", "-jar", "/app.jar"],
      args,
      env: [],
    },
  }),
  name,
});

export const scalarRelease = (props: object = {}): Declared => ({
  type: "kubernetes:helm.sh/v3:Release",
  name: "scalardb-cluster",
  props: { chart: "scalardb-cluster", name: "scalardb-cluster", namespace: "scalar", ...props },
});

export const role = (rules: object[]): Declared => ({
  type: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  name: "pauser-role",
  props: { metadata: { name: "pauser", namespace: "scalar" }, rules },
});

export const roleBinding = (props: object = {}): Declared => ({
  type: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  name: "pauser-binding",
  props: {
    metadata: { name: "pauser", namespace: "scalar" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "pauser" },
    subjects: [{ kind: "ServiceAccount", name: "pauser", namespace: "scalar" }],
    ...props,
  },
});

export const NEEDED_RULES = [
  { apiGroups: ["", "apps"], resources: ["pods", "services", "deployments"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "update"], resourceNames: ["pause-windows"] },
];

export const GOOD_STACK: Declared[] = [
  table(),
  instance(),
  cluster(),
  clusterInstance(),
  cosmos(),
  azureMysql(),
  azurePostgresql(),
  vault(),
  vaultLock(),
  azureVault(),
  plan(),
  selection(),
  cronJob(),
  scalarRelease(),
  role(NEEDED_RULES),
  roleBinding(),
];
