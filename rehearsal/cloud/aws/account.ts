/** The one account of the simulated AWS. */
export const ACCOUNT = "123456789012";

/** `arn:aws:<service>:<region>:<account>:<resource>`; the region is empty for IAM. */
export function arn(service: string, region: string, resource: string): string {
  return `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`;
}

/** The region in an ARN; empty for a global service. */
export function regionOf(resourceArn: string): string {
  return resourceArn.split(":")[3] ?? "";
}
