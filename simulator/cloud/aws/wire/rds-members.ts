/** What RDS's operations have in common on the wire. */
import type * as rds from "@aws-sdk/client-rds";
import { AwsError } from "../error";
import type { Snapshot } from "../rds-snapshots";
import type { Member } from "./query";

export const STRINGS: Member = { list: "member", of: "string" };
export const TAGS: Member = { list: "Tag", of: { structure: { Key: "string", Value: "string" } } };
export const SECURITY_GROUPS: Member = { list: "VpcSecurityGroupId", of: "string" };
export const SCALING: Member = {
  structure: { MinCapacity: "number", MaxCapacity: "number", SecondsUntilAutoPause: "number" },
};

/** "Default: 100. Constraints: Minimum 20, maximum 100." [botocore: rds/2014-10-31, DescribeDBInstancesMessage, MaxRecords] */
const MOST_RECORDS = 100;
/** [botocore: rds/2014-10-31, DescribeDBInstancesMessage, MaxRecords] */
const LEAST_RECORDS = 20;

export const FILTERS: Member = {
  list: "Filter",
  of: { structure: { Name: "string", Values: { list: "Value", of: "string" } } },
};

/** An ARN is accepted in place of an identifier. */
export function lastOf(identifierOrArn: string): string {
  return identifierOrArn.split(":").at(-1) as string;
}

export function filtered<Element>(
  elements: Element[],
  filters: rds.Filter[] | undefined,
  known: Record<string, (element: Element) => string[]>,
): Element[] {
  return (filters ?? []).reduce((kept, filter) => {
    const valuesOf = known[filter.Name ?? ""];
    if (!valuesOf) throw new AwsError("InvalidParameterValue", `Unrecognized filter name: ${filter.Name}`);
    return kept.filter((element) => valuesOf(element).some((value) => filter.Values?.includes(value)));
  }, elements);
}

export function records(requested: number | undefined): number {
  if (requested !== undefined && (requested < LEAST_RECORDS || requested > MOST_RECORDS))
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid value ${requested} for MaxRecords. Must be between ${LEAST_RECORDS} and ${MOST_RECORDS}`,
    );
  return requested ?? MOST_RECORDS;
}

/** Neither identifiers nor resource ids are case-sensitive. */
export function same(asked: string, found: string | undefined): boolean {
  return asked.toLowerCase() === found?.toLowerCase();
}

/**
 * Snapshots that are listed rather than named: AWS Backup's only if they are asked for by their type.
 * [AWS API Reference, DescribeDBSnapshots, SnapshotType: "both automated and manual snapshots are returned"]
 */
export function listed<Listed extends Snapshot>(all: Listed[], source: string | undefined, type: string | undefined) {
  return all.filter(
    (snapshot) =>
      (source === undefined || same(lastOf(source), snapshot.source.identifier)) &&
      (type === undefined ? snapshot.type !== "awsbackup" : snapshot.type === type),
  );
}
