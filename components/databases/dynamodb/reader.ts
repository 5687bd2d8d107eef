import { accessIdentity } from "../../../operations/aws";
import { TableReader } from "../../../operations/table-reader";
import type { AwsSettings } from "../../cloud-settings";
import { thisRun } from "../../problem";
import { stackIdentityIfAny } from "../../state";

const readers = new WeakMap<object, Map<string, TableReader>>();

/** Reads a region's tables for this run of the program: what protects, restores and keeps them looks at each once. */
export function tableReader(region: string, aws: AwsSettings): TableReader {
  const run = thisRun();
  const known = (run && readers.get(run)) ?? new Map<string, TableReader>();
  if (run) readers.set(run, known);
  const key = JSON.stringify([region, accessIdentity(aws.access)]);
  const reader = known.get(key) ?? new TableReader(region, aws.access, true, stackIdentityIfAny());
  known.set(key, reader);
  return reader;
}
