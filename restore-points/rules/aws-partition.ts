/** A part of AWS that shares no accounts with the others: its name in ARNs, and what its endpoints' host names end in. */
export interface AwsPartition {
  id: string;
  dnsSuffix: string;
}

const AWS: AwsPartition = { id: "aws", dnsSuffix: "amazonaws.com" };

/** By what their regions' names begin with; a test compares them with those of the SDK installed. */
const OTHERS: [string, AwsPartition][] = [
  ["cn-", { id: "aws-cn", dnsSuffix: "amazonaws.com.cn" }],
  ["us-gov-", { id: "aws-us-gov", dnsSuffix: "amazonaws.com" }],
  ["us-iso-", { id: "aws-iso", dnsSuffix: "c2s.ic.gov" }],
  ["us-isob-", { id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov" }],
  ["eu-isoe-", { id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk" }],
  ["us-isof-", { id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov" }],
  ["eusc-", { id: "aws-eusc", dnsSuffix: "amazonaws.eu" }],
];

/** The partition that a region is in. */
export function awsPartition(region: string): AwsPartition {
  return OTHERS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? AWS;
}
