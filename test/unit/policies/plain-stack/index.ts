import { Table } from "@pulumi/aws/dynamodb";
import { Cluster } from "@pulumi/aws/rds";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import * as pulumi from "@pulumi/pulumi";

const good = new pulumi.Config().requireBoolean("good");

/** As azure-native's own class would declare it; the SDK is too large to have for a test. */
class AzureResource extends pulumi.CustomResource {
  constructor(type: string, name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(`azure-native:${type}`, name, args, opts);
  }
}

/** What says that ScalarDB or ScalarDL uses a database. */
const tags = { "scalar-backup:set": "scalar" };

// Known by ScalarDB's keys.
new Table(
  "accounts",
  {
    attributes: [{ name: "concatenatedPartitionKey", type: "B" }],
    hashKey: "concatenatedPartitionKey",
    billingMode: "PAY_PER_REQUEST",
    ...(good && { pointInTimeRecovery: { enabled: true }, deletionProtectionEnabled: true }),
  },
  { protect: good },
);

new Cluster(
  "customers",
  {
    tags,
    engine: "aurora-postgresql",
    masterUsername: "scalar",
    manageMasterUserPassword: true,
    skipFinalSnapshot: true,
    ...(good && {
      backupRetentionPeriod: 35,
      deleteAutomatedBackups: false,
      deletionProtection: true,
      storageEncrypted: true,
    }),
  },
  { protect: good },
);

new AzureResource(
  "cosmosdb:DatabaseAccount",
  "stock",
  {
    tags,
    resourceGroupName: "scalar",
    databaseAccountOfferType: "Standard",
    locations: [{ locationName: "japaneast", failoverPriority: 0 }],
    ...(good && {
      backupPolicy: { type: "Continuous" },
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      publicNetworkAccess: "Disabled",
    }),
  },
  { protect: good },
);

new AzureResource(
  "dbforpostgresql:Server",
  "shipping",
  {
    tags,
    resourceGroupName: "scalar",
    ...(good && { backup: { backupRetentionDays: 35 }, network: { publicNetworkAccess: "Disabled" } }),
  },
  { protect: good },
);

// Another application's, in the same stack.
new Table("sessions", {
  attributes: [{ name: "id", type: "S" }],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
});

// Scalar's own tool, as its documentation shows it.
new CronJob("pause", {
  metadata: { name: "pause", namespace: "scalar" },
  spec: {
    schedule: "0 3 * * *",
    ...(good && { concurrencyPolicy: "Forbid" }),
    jobTemplate: {
      spec: {
        ...(good && { activeDeadlineSeconds: 300 }),
        template: {
          spec: {
            restartPolicy: "Never",
            containers: [
              {
                name: "scalar-admin",
                image: "ghcr.io/scalar-labs/scalar-admin-for-kubernetes:1.2.0",
                command: ["java", "-jar", "/app.jar"],
                args: ["-n", "scalar", "-r", "scalardb-cluster"],
                ...(good && {
                  securityContext: {
                    runAsNonRoot: true,
                    readOnlyRootFilesystem: true,
                    allowPrivilegeEscalation: false,
                    capabilities: { drop: ["ALL"] },
                    seccompProfile: { type: "RuntimeDefault" },
                  },
                }),
              },
            ],
          },
        },
      },
    },
  },
});
