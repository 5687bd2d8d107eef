import type { FlexibleServer, ServerRules } from "./flexible-server";
import type { JsonObject } from "./json";

/** The rules in which the two products differ. */
export interface FlexibleServerRules extends ServerRules {
  apiVersions: readonly string[];
  retentionDays: { minimum: number; maximum: number };
  versions: readonly string[];
  /** The properties that a PUT takes in addition to those of `CREATE_ONLY`. */
  properties: readonly string[];
  /** The instant in epoch milliseconds. @throws {ArmError} for a time in a form that Azure doesn't take. */
  parseRestoreTime(time: string): number;
  /** A parameter's flag, as this product's API writes it. */
  flag(value: boolean): boolean | string;
  /** Whether a PATCH of `backup` sets what it leaves out to its default. */
  backupIsWhole?: true;
  /** The first answer to a restore over HTTP, if it is no resource. */
  acceptedRestore?(now: number): JsonObject;
  /** Whether public and private access cannot be crossed, and sizes have to be the source's. */
  refuseRestore(source: FlexibleServer, body: JsonObject): void;
  /** Gives a restored server what the restore carries over in addition to the data. */
  inherit(source: FlexibleServer, copy: FlexibleServer): void;
}
