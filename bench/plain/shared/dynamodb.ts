import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { at, copyTags } from "./drill";

const accountId = "123456789012";

/** Switches point-in-time recovery on for tables that exist. */
export function protectTables(tables: string[]): void {
  new command.local.Command("protect-tables", {
    create: tables
      .map(
        (table) =>
          `aws dynamodb update-continuous-backups --table-name ${table} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35`,
      )
      .join("\n"),
  });
}

/** Copies of tables in another region, where they can have the same names. */
export function restoreTables(tables: string[], region: string, scaledTables: string[] = []): void {
  const copies = tables.map(
    (table) =>
      new aws.dynamodb.Table(
        `${table}-copy`,
        {
          name: table,
          region,
          restoreSourceTableArn: `arn:aws:dynamodb:ap-northeast-1:${accountId}:table/${table}`,
          restoreDateTime: at,
          billingMode: "PAY_PER_REQUEST",
          hashKey: "concatenatedPartitionKey",
          rangeKey: "concatenatedClusteringKey",
          attributes: [
            { name: "concatenatedPartitionKey", type: "B" },
            { name: "concatenatedClusteringKey", type: "B" },
          ],
          serverSideEncryption: { enabled: true },
          pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
        },
        { ignoreChanges: ["restoreSourceTableArn", "tags", "tagsAll", "deletionProtectionEnabled"] },
      ),
  );
  new command.local.Command(
    "tag-copies",
    {
      create: tables
        .map((table) => {
          const tags = Object.entries(copyTags).map(([key, value]) => `Key=${key},Value=${value}`);
          return `aws dynamodb tag-resource --region ${region} --resource-arn arn:aws:dynamodb:${region}:${accountId}:table/${table} --tags ${tags.join(" ")}`;
        })
        .join("\n"),
    },
    { dependsOn: copies },
  );
  for (const table of scaledTables) scale(table, region, { dependsOn: copies });
}

function scale(table: string, region: string, options: pulumi.ResourceOptions): void {
  for (const kind of ["Read", "Write"]) {
    const target = new aws.appautoscaling.Target(
      `${table}-${kind}`,
      {
        region,
        serviceNamespace: "dynamodb",
        resourceId: `table/${table}`,
        scalableDimension: `dynamodb:table:${kind}CapacityUnits`,
        minCapacity: 5,
        maxCapacity: 50,
      },
      options,
    );
    new aws.appautoscaling.Policy(`${table}-${kind}`, {
      region,
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      resourceId: target.resourceId,
      scalableDimension: target.scalableDimension,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 70,
        predefinedMetricSpecification: { predefinedMetricType: `DynamoDB${kind}CapacityUtilization` },
      },
    });
  }
}
