import type * as pulumi from "@pulumi/pulumi";
import { toSetRegion } from "../../where-to-set";
import type { SelectedArns } from "./selections";

/** A database as AWS Backup sees it. */
export interface AwsBackupSource {
  /** AWS Backup's name of the type. */
  resourceType: "Aurora" | "DynamoDB" | "RDS";
  /** Where it is; absent when neither the database nor the stack says so. */
  region: string | undefined;
  /** ARNs by which a plan selects it, in an account. */
  resources(account: pulumi.Input<string>): SelectedArns;
  /** Its own ARNs, as they are now. */
  arns(): pulumi.Output<string[]>;
  /** Why AWS Backup can't or shouldn't keep it continuously; absent where it can. */
  notContinuousBecause?: string;
  /** The days of point-in-time recovery that are asked for, if they are. */
  retentionDays?: number;
  /** True once nothing but its retained backups is left. */
  gone?: boolean;
  /** Whether AWS Backup leaves it out of a selection by ARN unless the region has opted in to its type. */
  needsOptIn: boolean;
  /** Whether its recovery points can move to cold storage; AWS Backup ignores the wish for others. */
  coldStorage: boolean;
  /** Why its recovery points can't be copied; absent where they can. */
  notCopiedBecause?: string;
}

/** Where a database is that goes to the vault. @throws {Error} when nothing says so. */
export function regionOfSource(name: string, { region }: AwsBackupSource): string {
  if (region === undefined) throw new Error(`database ${name} names no region; give it one, or ${toSetRegion()}`);
  return region;
}

/** The retention has one owner: AWS Backup only if no other setting defines it. */
export function retentionOwner({ create, manage }: { create?: unknown; manage?: boolean }): string | undefined {
  if (create !== undefined) return "it is created here, so that the resource owns its retention";
  if (manage === false) return '"manage: false" says that its retention is managed elsewhere';
  return undefined;
}
