/** A part of AWS with its own accounts: its name in ARNs, and the suffix of its endpoints' host names. */
export interface AwsPartition {
  id: string;
  dnsSuffix: string;
}

const AWS: AwsPartition = { id: "aws", dnsSuffix: "amazonaws.com" };

/** Keyed by the prefix of their regions' names; a test compares them with the installed SDK. */
const OTHERS: [string, AwsPartition][] = [
  ["cn-", { id: "aws-cn", dnsSuffix: "amazonaws.com.cn" }],
  ["us-gov-", { id: "aws-us-gov", dnsSuffix: "amazonaws.com" }],
  ["us-iso-", { id: "aws-iso", dnsSuffix: "c2s.ic.gov" }],
  ["us-isob-", { id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov" }],
  ["eu-isoe-", { id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk" }],
  ["us-isof-", { id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov" }],
  ["eusc-", { id: "aws-eusc", dnsSuffix: "amazonaws.eu" }],
];

/** A region's partition. */
export function awsPartition(region: string): AwsPartition {
  return OTHERS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? AWS;
}
