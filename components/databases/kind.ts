import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { AccountCopy } from "../../operations/cosmosdb-verification";
import type { TableCopies } from "../../operations/dynamodb-verification";
import type { SwitchedDatabase } from "../../operations/switch-over/request";
import type { VerifiedBracket } from "../../operations/verified-bracket";
import type { CoordinatorContainer, CoordinatorTable } from "../../restore-points/quiet-gaps";
import type { ReportedRange } from "../../restore-points/ranges";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../restore-points/rules/tag-keys";
import type { BracketInstants, NoBracket } from "../../restore-points/verification/bracket";
import type { CopyInstant } from "../../restore-points/verification/facts";
import type { DatabaseBackups } from "../../restore-points/window-backups";
import type { AwsSettings, AzureSettings, CloudSettings } from "../cloud-settings";
import type { WindowBackupArgs } from "../pause/args";
import { orEnd } from "../problem";
import type { RestoreMode } from "../restore-mode";
import { stackIdentity } from "../state";
import type { CopyBackup, KeptCopies } from "../vaults/aws/copy-backup";
import type { BackupPlanRun } from "../vaults/aws/overdue";
import type { AwsBackupSource } from "../vaults/aws/source";
import type { AzureBackupSource, AzureResource } from "../vaults/azure/source";
import type { ContinuousBackup } from "../vaults/continuous-backup";
import type { RestoreFromArgs } from "../vaults/restore-from";
import { toSetRegion } from "../where-to-set";
import type { CoordinatorFinding } from "./coordinator";
import type { CreatedResource } from "./create/created-resource";

/** What protects one database now. */
export interface DatabaseStatus {
  /** The database's name in the set. */
  name: string;
  /** The kind by its name in the vocabulary, such as `aurora-postgresql`. */
  kind: string;
  /** As text: the method, the number of days, the number of tables. */
  protectedBy: string;
  /** What a user should know or do about it. */
  notes: string[];
  /** ScalarDB's coordinator in it, for DynamoDB: `npm run restore-points -- --quiet-gaps` reads it. */
  coordinator?: CoordinatorTable;
  /** The same for Cosmos DB. */
  coordinatorContainer?: CoordinatorContainer;
}

/** What a kind is given to protect a database with. */
export interface ProtectContext {
  /** Parent of every resource the kind declares. */
  parent: pulumi.Resource;
  /** Tags for every resource that takes them. */
  tags: Record<string, string>;
  aws: AwsSettings;
  azure: AzureSettings;
  /** The set's AWS Backup vault and role in a region, declared when first asked for. */
  continuousBackup(region: string): ContinuousBackup;
  /** The rule of the set's vault that keeps this database continuously, in place of a plan of its own. */
  keptContinuously?(name: string): { vault: string; days: number; plan: BackupPlanRun } | undefined;
  /** What the backups of the set's windows are called, with the instant behind it. */
  backupNamePrefix: string;
}

export interface ProtectedDatabase {
  status: pulumi.Output<DatabaseStatus>;
  range: pulumi.Output<ReportedRange>;
  /** Whether ScalarDB's coordinator is in it; absent for relational databases, which are not looked into. */
  coordinator?: pulumi.Output<CoordinatorFinding>;
  /** The settings for Azure Backup, for kinds that it supports. */
  azureResource?: pulumi.Output<AzureResource>;
}

/** What a kind is given to restore a database with. */
export interface RestoreContext {
  parent: pulumi.ComponentResource;
  tags: Record<string, string>;
  /** Keys of tags that no copy gets: neither from its source nor from the set. */
  tagsNotCopied: readonly string[];
  aws: AwsSettings;
  azure: AzureSettings;
  mode: RestoreMode;
  /** Whether copies that may be broken, or lack something, are accepted for once. */
  acceptInconsistent: boolean;
  /** The instant as configured, for names. RFC 3339, UTC, whole seconds. */
  instant: string;
  /** The same, known only when it has passed the checks: what a restore call is given, so that none is made before. */
  checkedInstant: pulumi.Output<string>;
  /** The backup to restore from, in place of point-in-time recovery. */
  from?: RestoreFromArgs;
  /** With `from.windowBackups`, what the record says of them; undefined when it knows of none that are kept. */
  windowBackups?: pulumi.Output<DatabaseBackups | undefined>;
  /** Where copies are kept beyond the restore; absent where they are not. */
  keep?: KeptCopies;
  /** How many restores of its kind may run at a time for this database. */
  restoresAtOnce: number;
  /**
   * The instants around the data to which the coordinator is restored, so that its copies can be compared; or why there are
   * none. Absent where copies are not verified.
   */
  bracket?: pulumi.Output<BracketInstants | NoBracket>;
  /** True if only releases that run no ScalarDB transactions use it: then it need not have a coordinator. */
  withoutTransactions?: boolean;
  /** Whether the configuration asks for a verification, so that copies that exist get what it needs. */
  verificationRequired: boolean;
  /** Whether copies are accepted that are not proven. */
  acceptUnproven: boolean;
  /** Whether a switch-over to these copies is ended: only then is a copy left declared that was about to take a name. */
  aborts?: boolean;
}

/** A copy after a restore. */
export interface DatabaseCopy {
  name: string;
  kind: string;
  /** Host name or region by which the copy is reached. */
  endpoint: pulumi.Output<string>;
  /** ScalarDB properties without their prefix, such as `contact_points`: those that differ from the source's. */
  properties: pulumi.Output<Record<string, string>>;
  /** What a user should know or do about this copy. */
  notes: pulumi.Output<string[]>;
  /** The copy's settings for AWS Backup, for kinds that it supports. */
  backup?: CopyBackup;
  /** How many restores it takes, for kinds that are restored part by part. */
  restores?: pulumi.Output<number>;
  /** ScalarDB's coordinator in this copy; absent for kinds that are not looked into. */
  coordinator?: pulumi.Output<RestoredCoordinator>;
  /** What shows the instant that the copy is of; absent for kinds whose cloud keeps no record of that. */
  data?: pulumi.Output<DataCopies>;
}

/** ScalarDB's coordinator in a copy. */
export interface RestoredCoordinator extends CoordinatorFinding {
  /** Why no two copies of it enclose the data. */
  because?: string;
  /** The copies that are to be created, with what it costs to compare them, as text; absent once they exist. */
  plan?: string;
  /** Declares what compares its two copies. Absent where they do not enclose the data. */
  verify?: (data: pulumi.Output<DataCopies[]>) => pulumi.Output<VerifiedBracket>;
}

/** The copies of a database's data, by what shows the instants that they are of. */
export interface DataCopies {
  /** Tables: DynamoDB keeps a record of each restore. */
  tables?: TableCopies;
  /** An account: Cosmos DB keeps a record of its restore. */
  account?: AccountCopy;
  /** The instant that was asked for: where the cloud keeps no record, or the comparison does not read it. */
  requested?: CopyInstant;
}

/** One kind of managed database: all this project knows of protecting and restoring it. */
export interface DatabaseKind<Args> {
  /** The kind's key in the configuration and the args: `auroraPostgresql`. */
  key: string;
  /** The kind in the vocabulary: `aurora-postgresql`. */
  id: string;
  /** The product's name for people. */
  label: string;
  /** Whether it has transactions of its own, so that any instant of it alone is consistent. */
  relational: boolean;
  /** How many restores the cloud runs at a time in an account, for kinds that are restored part by part. */
  restoresAtOnce?: number;
  /** How long a restore takes, where the cloud documents a duration. */
  restoreTakes?: string;
  /** Describes and checks the args, for configuration and components alike. */
  schema: z.ZodType;
  /** The resources that `create` declares, with what the user gives them and what this program sets itself. */
  created?(args: Args): CreatedResource[];
  /** The region that the args name, for kinds on AWS: undefined where they leave it to the stack. */
  region?(args: Args): string | undefined;
  /** The days that point-in-time recovery is to reach back. */
  recoveryDays(args: Args): number;
  /** What it stands for, to find a database that is named twice: equal strings are the same database or table. */
  identities(args: Args, aws: AwsSettings): string[];
  protect(name: string, args: Args, context: ProtectContext): ProtectedDatabase;
  /**
   * The range that `protect` reports, read outside of a program: `scalar-backup points` does. Args are plain data then.
   * @throws {Error} for what cannot be read, or is no such database, with the fix.
   */
  readRange(name: string, args: Args, context: Pick<ProtectContext, "aws" | "azure">): Promise<ReportedRange>;
  /** What AWS Backup can do with it, for kinds that it knows. */
  awsBackup?(name: string, args: Args, aws: AwsSettings): AwsBackupSource;
  /** What Azure Backup can do with it, for kinds on Azure. */
  azureBackup?(args: Args): AzureBackupSource;
  /** What the pauser backs up of it in windows; absent for kinds whose backups no pause can make consistent. */
  windowBackups?(name: string, args: Args, aws: AwsSettings): WindowBackupArgs | undefined;
  /** Whether every copy of this restore exists already: then do not check its instant again. */
  copiesExist(name: string, args: Args, context: Pick<RestoreContext, "aws" | "azure" | "instant">): Promise<boolean>;
  /** Why its copies could not take their sources' place, and the fix; absent for kinds whose copies always can. */
  recoveryProblem?(args: Args, aws: AwsSettings): string | undefined;
  /** Why it can't be restored from such a backup, with the fix; absent for kinds that `pulumi up` restores from none. */
  backupProblem?(args: Args, from: RestoreFromArgs, aws: AwsSettings): string | undefined;
  /** Why it is not certain that a backup is as of the instant; undefined when the backup shows it. */
  backupDoubt?(
    name: string,
    args: Args,
    from: RestoreFromArgs,
    context: Pick<RestoreContext, "aws" | "instant">,
  ): Promise<string | undefined>;
  restore(name: string, args: Args, context: RestoreContext): DatabaseCopy;
  /**
   * The production names that copies are taking in a switch-over which is not complete; absent for kinds whose copies take none.
   */
  namesTaken?(name: string, args: Args, settings: CloudSettings): Promise<string[]>;
  /** The same, and those that copies are marked for while their sources have them yet; absent where both are one. */
  namesMarked?(name: string, args: Args, settings: CloudSettings & { instant: string }): Promise<string[]>;
  /** How its copies replace their sources, or why they cannot, with the fix. */
  switchOver(
    name: string,
    args: Args,
    context: { aws: AwsSettings; instant: string; newStreams: boolean },
  ): SwitchedDatabase | NoSwitchOver;
  /**
   * The ScalarDB properties, without their prefix, that a copy keeps in production: absent for kinds whose copies take the name.
   */
  addressOfCopy?(
    name: string,
    args: Args,
    context: Pick<RestoreContext, "azure" | "instant">,
  ): Promise<Record<string, string>>;
}

/** Why copies cannot replace their source. */
export interface NoSwitchOver {
  /** The reason, and after a semicolon the fix. */
  because: string;
  /** The key of `restoreTo` that puts copies where they cannot: copies that exist have to be restored again without it. */
  restoreTo?: "region" | "namespacePrefix";
}

/** Why no copy takes the place of what this program itself declares. */
export const DECLARED_HERE =
  'this program declares it ("create"), and Pulumi would undo the exchange of names; hand it over first, as docs/recovery.md says ("Hand over what the program created")';

/** The same where copies have other addresses. */
export const DECLARED_HERE_BY_NAME =
  'this program declares it ("create"), and the configuration has to name the copy afterwards; hand it over first, as docs/recovery.md says ("Hand over what the program created")';

/** The tags by which a copy is known as one, and as whose. */
export function copyMarks({ mode, instant }: Pick<RestoreContext, "mode" | "instant">): Record<string, string> {
  return { [COPY_TAG]: mode, [INSTANT_TAG]: instant, [STACK_TAG]: stackIdentity() };
}

/** The instant in a form that names may hold: `2026-11-22T03:00:12Z` is `20261122t030012z`. */
export function instantSuffix(instant: string): string {
  return instant.replaceAll(/[-:]/g, "").toLowerCase();
}

/** An identifier that is plain data, as outside of a program. @throws {Error} for one that another resource gives. */
export function plain(name: string, identifier: pulumi.Input<string | undefined>): string {
  if (typeof identifier === "string") return identifier;
  throw new Error(`database ${name}: another resource gives its identifier, which is known in a program only`);
}

/** The region to work in. @throws {Error} when neither the database nor the stack names one. */
export function regionOf(region: string | undefined, aws: AwsSettings, name: string): string {
  const found = region ?? aws.defaultRegion;
  if (found === undefined)
    throw new Error(`database ${name}: no AWS region is known; set "region" there, or ${toSetRegion()}`);
  return found;
}

/**
 * What a look-up for a database finds, as an output; when it fails, the program ends with its message. Unlike
 * `pulumi.output(promise)` it hands the value on as it is: that one rebuilds objects property by property, and dates and
 * maps do not survive it.
 */
export function lookUpFor<Found>(name: string, lookUp: () => Promise<Found>): pulumi.Output<Found> {
  return pulumi.output(null).apply(() => orEnd(`database ${name}`, lookUp));
}
