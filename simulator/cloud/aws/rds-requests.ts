/** What RDS checks alike in requests about clusters and about instances. */
import { AwsError } from "./error";
import type { RdsDatabase } from "./rds-database";
import type { RdsSnapshots } from "./rds-snapshots";

interface MasterUser {
  MasterUsername?: string;
  MasterUserPassword?: string;
  ManageMasterUserPassword?: boolean;
}

/** @throws InvalidParameterValue without a name, or without a password or one that RDS manages */
export function masterUsername(input: MasterUser): string {
  if (!input.MasterUsername || !(input.MasterUserPassword || input.ManageMasterUserPassword))
    throw new AwsError(
      "InvalidParameterValue",
      "The parameter MasterUsername and either MasterUserPassword or ManageMasterUserPassword must be provided.",
    );
  return input.MasterUsername;
}

/** @throws InvalidParameterValue for a number of days that is not between `least` and 35 */
export function retentionDays(days: number, least: number): number {
  if (!Number.isInteger(days) || days < least || days > 35)
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid backup retention period: ${days}. Must be between ${least} and 35.`,
    );
  return days;
}

/** The log types that are exported after a change. */
export function exportsAfter(
  current: string[],
  change: { EnableLogTypes?: string[]; DisableLogTypes?: string[] } | undefined,
): string[] {
  const kept = current.filter((type) => !change?.DisableLogTypes?.includes(type));
  return [...new Set([...kept, ...(change?.EnableLogTypes ?? [])])];
}

/** What a snapshot is tagged with: its source's tags, if that was asked for. */
function snapshotTags(database: { settings: { copyTagsToSnapshot: boolean }; tags: Record<string, string> }) {
  return database.settings.copyTagsToSnapshot ? database.tags : {};
}

interface Deletion {
  SkipFinalSnapshot?: boolean;
  FinalDBSnapshotIdentifier?: string;
}

/**
 * Takes the last snapshot of a database that is deleted, or none if the request says so.
 * @param what as AWS calls it: "cluster" or "DB Instance"
 * @throws InvalidParameterCombination [botocore: rds/2014-10-31, DeleteDBInstanceMessage, DeleteDBClusterMessage]
 */
export function takeFinalSnapshot(
  snapshots: RdsSnapshots,
  database: RdsDatabase & Parameters<typeof snapshotTags>[0],
  what: string,
  { SkipFinalSnapshot: skipped, FinalDBSnapshotIdentifier: identifier }: Deletion,
): void {
  if (!skipped && !identifier)
    throw new AwsError(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
    );
  if (skipped && identifier)
    throw new AwsError(
      "InvalidParameterCombination",
      `FinalDBSnapshotIdentifier can not be specified when deleting a ${what} with SkipFinalSnapshot.`,
    );
  if (identifier)
    snapshots.take(database, { identifier, type: "manual", at: database.now(), tags: snapshotTags(database) });
}

/** @throws InvalidParameterValue for one that RDS does not accept; it does not distinguish capital letters */
export function identifierOf(requested: string | undefined, parameter: string): string {
  const identifier = (requested ?? "").toLowerCase();
  if (!/^[a-z](?:-?[a-z0-9])*$/.test(identifier) || identifier.length > 63)
    throw new AwsError(
      "InvalidParameterValue",
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return identifier;
}
