import type { Vault } from "@pulumi/aws/backup";
import { EventRule, EventTarget } from "@pulumi/aws/cloudwatch";
import { Key } from "@pulumi/aws/kms";
import { Topic, TopicPolicy, TopicSubscription } from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { awsPartition } from "../../../restore-points/rules/aws-partition";

/** EventBridge's name for itself, in policies. */
const EVENTS = { Service: "events.amazonaws.com" };

/**
 * Declares an encrypted topic that hears of every job of the vault that failed, expired or completed with issues. The last
 * is why EventBridge carries them: a vault's own notifications call such a job completed, and nothing else.
 */
export function declareAlarm(
  name: string,
  region: string,
  vault: Vault,
  emails: string[],
  tags: Record<string, string>,
  parent: pulumi.Resource,
): Topic {
  const options = { parent };
  const topicName = `${name}-alarm-${region}`;
  const account = vault.arn.apply((arn) => arn.split(":")[4]);
  // A key of AWS's own would not let EventBridge in, and every message would be lost.
  const key = new Key(
    `${topicName}-key`,
    {
      region,
      description: `Encrypts notifications of vault ${name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: pulumi.interpolate`arn:${awsPartition(region).id}:iam::${account}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          { Effect: "Allow", Principal: EVENTS, Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: "*" },
        ],
      }),
      tags,
    },
    options,
  );
  const topic = new Topic(topicName, { region, kmsMasterKeyId: key.arn, tags }, options);
  new TopicPolicy(
    `${topicName}-policy`,
    {
      region,
      arn: topic.arn,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: EVENTS, Action: "sns:Publish", Resource: topic.arn }],
      }),
    },
    options,
  );
  for (const email of emails)
    new TopicSubscription(
      `${topicName}-${email}`,
      { region, topic: topic.arn, protocol: "email", endpoint: email },
      options,
    );
  const rule = new EventRule(
    topicName,
    {
      region,
      description: `Jobs of vault ${name} that failed, expired or completed with issues`,
      eventPattern: pulumi.jsonStringify({
        source: ["aws.backup"],
        "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
        detail: {
          $or: [
            { backupVaultName: [vault.name], state: ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"] },
            // Completed with issues is completed with something to say.
            { backupVaultName: [vault.name], state: ["COMPLETED"], statusMessage: [{ exists: true }] },
            { sourceBackupVaultArn: [vault.arn], state: ["FAILED"] },
            // A restore names no vault.
            { status: ["ABORTED", "FAILED"] },
          ],
        },
      }),
      tags,
    },
    options,
  );
  new EventTarget(topicName, { region, rule: rule.name, arn: topic.arn }, options);
  return topic;
}
