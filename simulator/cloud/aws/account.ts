/** The one account of the simulated AWS. */
export const ACCOUNT = "123456789012";

/** The partitions that are simulated, by what their regions' names begin with [AWS General Reference, "ARN format"]. */
const PARTITIONS: [string, string][] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
];

/** The partition of a region. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** `arn:<partition>:<service>:<region>:<account>:<resource>`. */
export function arn(service: string, region: string, resource: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${ACCOUNT}:${resource}`;
}

/** The ARN of something of IAM in the partition of a region: IAM knows no regions. */
export function iamArn(region: string, resource: string): string {
  return `arn:${partitionOf(region)}:iam::${ACCOUNT}:${resource}`;
}

/** The region in an ARN; empty for a global service. */
export function regionOf(resourceArn: string): string {
  return resourceArn.split(":")[3] ?? "";
}
