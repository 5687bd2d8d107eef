import { COPY_TAG } from "../../restore-points/rules/tag-keys";
import { stringAt, UNKNOWN, type Value } from "../values";
import { TABLE, tagOf } from "./resources";

/** The tag by which a program says that ScalarDB or ScalarDL uses a database; its value names the set that it belongs to. */
export const SET_TAG = "scalar-backup:set";

/** The hash key that ScalarDB gives each table of the user's and of its coordinator's in DynamoDB. */
const SCALARDB_KEY = "concatenatedPartitionKey";
/** ScalarDB's own tables in DynamoDB, behind the namespace prefix. */
const SCALARDB_TABLE = /scalardb\.(metadata|namespaces)$/;

export interface Declared {
  urn: string;
  type: string;
  props: Value;
}

/**
 * Whether ScalarDB or ScalarDL uses a database: known where this project's components declare it, where it is tagged, and of
 * every DynamoDB table, whose keys are ScalarDB's or not. Of other databases nothing says so: then, or where a preview does
 * not know yet, undefined.
 */
export function isScalars({ urn, type, props }: Declared): boolean | undefined {
  if (isOurs(urn)) return true;
  for (const tag of [SET_TAG, COPY_TAG]) {
    const value = tagOf(props, tag);
    if (value === UNKNOWN) return undefined;
    if (value !== undefined) return true;
  }
  if (!TABLE.is(type)) return undefined;
  const [key, name] = [stringAt(props, "hashKey"), stringAt(props, "name")];
  if (key === SCALARDB_KEY || (typeof name === "string" && SCALARDB_TABLE.test(name))) return true;
  // A restored table need not name its keys.
  return key === UNKNOWN || key === undefined || name === UNKNOWN ? undefined : false;
}

/** Whether one of this project's components declares it. */
function isOurs(urn: string): boolean {
  return (urn.split("::")[2] ?? "").includes("scalar-backup:index:");
}
