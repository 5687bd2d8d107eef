/** What RDS's operations have in common on the wire. */
import type * as rds from "@aws-sdk/client-rds";
import { AwsError } from "../error";
import type { Member } from "./query";

const MOST_RECORDS = 100;
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
