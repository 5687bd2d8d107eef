import type * as dynamodb from "@aws-sdk/client-dynamodb";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import type { Operations } from "./json";

/** DynamoDB's operations on what is attached to a table, JSON 1.0. */
export function attachmentOperations(cloud: AwsCloud): Operations {
  const tagged = (input: { ResourceArn?: string | undefined }, region: string) =>
    cloud.dynamodb.region(region).tableOfArn(input.ResourceArn as string);
  const named = (input: { TableName?: string | undefined }, region: string) =>
    cloud.dynamodb.region(region).table(input.TableName as string);
  const now = () => cloud.clock.now();
  return {
    GetResourcePolicy: {
      members: ["ResourceArn"],
      run: (input: dynamodb.GetResourcePolicyInput, region) =>
        tagged(input, region).attachments.getResourcePolicy(input.ResourceArn as string, now()),
    },
    PutResourcePolicy: {
      members: ["ResourceArn", "Policy", "ExpectedRevisionId", "ConfirmRemoveSelfResourceAccess"],
      run(input: dynamodb.PutResourcePolicyInput, region) {
        const table = tagged(input, region);
        table.checkActive();
        return table.attachments.putResourcePolicy(input, now());
      },
    },
    DeleteResourcePolicy: {
      members: ["ResourceArn", "ExpectedRevisionId"],
      run(input: dynamodb.DeleteResourcePolicyInput, region) {
        const table = tagged(input, region);
        table.checkActive();
        return table.attachments.deleteResourcePolicy(input.ResourceArn as string, input.ExpectedRevisionId, now());
      },
    },
    DescribeContributorInsights: {
      members: ["TableName", "IndexName"],
      run(input: dynamodb.DescribeContributorInsightsInput, region) {
        const { attachments, settings } = withIndex(named(input, region), input.IndexName);
        return attachments.describeContributorInsights(settings.name, input.IndexName);
      },
    },
    UpdateContributorInsights: {
      members: ["TableName", "IndexName", "ContributorInsightsAction", "ContributorInsightsMode"],
      run: (input: dynamodb.UpdateContributorInsightsInput, region) =>
        withIndex(named(input, region), input.IndexName).attachments.updateContributorInsights(input, now()),
    },
    DescribeKinesisStreamingDestination: {
      members: ["TableName"],
      run(input: dynamodb.DescribeKinesisStreamingDestinationInput, region) {
        const { attachments, settings } = named(input, region);
        return attachments.describeKinesisStreamingDestination(settings.name);
      },
    },
    EnableKinesisStreamingDestination: {
      members: ["TableName", "StreamArn", "EnableKinesisStreamingConfiguration"],
      run(input: dynamodb.KinesisStreamingDestinationInput, region) {
        const table = named(input, region);
        table.checkActive();
        return table.attachments.enableKinesisStreamingDestination(input);
      },
    },
  };
}

/** @throws ResourceNotFoundException for an index that the table does not have. */
function withIndex<Found extends { settings: { globalIndexes: { IndexName?: string | undefined }[] } }>(
  table: Found,
  index: string | undefined,
): Found {
  if (index !== undefined && !table.settings.globalIndexes.some(({ IndexName: name }) => name === index))
    throw new AwsError("ResourceNotFoundException", `Requested resource not found: Index: ${index} not found`);
  return table;
}
