import * as pulumi from "@pulumi/pulumi";
import { backupsAt, checkInstant, describeProblems } from "../restore-points/check";
import { formatInstant, instantMillis, parseInstant } from "../restore-points/instant";
import type { DatabaseRange } from "../restore-points/ranges";
import { pauseNeed } from "../restore-points/rules/pause-need";
import type { PauseWindow } from "../restore-points/window";
import type { AwsRegionArgs, AwsSettings } from "./cloud-settings";
import { type DatabaseArgs, databaseProblems, type KnownDatabase, kindOf } from "./databases";
import { lookedUp, type RestoreContext, type RestoreMode } from "./databases/kind";
import { RestoredDatabase } from "./databases/restored-database";
import { awsSettings, azureSettings } from "./databases/settings";
import { nextSteps } from "./next-steps";
import { restoresAtOnce, warnOfParallel } from "./parallel";
import { setMembers } from "./pause-need";
import { endProgram, type Problem, refuse } from "./problem";
import { type PausedReleaseArgs, releaseDatabaseProblems } from "./release-databases";
import { keysOfEveryRelease, notARelease, unknownReleases, valuesByRelease } from "./release-values";
import { tagsNotCopiedProblems } from "./tags";
import type { VaultArgs } from "./vaults/args";
import type { RestoreFromArgs } from "./vaults/restore-from";
import { doubts, restoreFromProblems } from "./vaults/restore-from-problems";
import type { VaultStatus } from "./vaults/status";

/** Which databases are to be restored, and to which instant. */
export interface ScalarRestoreArgs {
  /** The databases of the set, as `ScalarBackup` has them: all of them are restored. */
  databases: DatabaseArgs[];
  /** The instant to restore to. RFC 3339 with a zone, whole seconds: `2026-11-22T03:00:12Z`. */
  at: string;
  /** `drill` (copies made to go) or `recovery` (copies protected, made to stay). Defaults to `drill`. */
  mode?: string;
  /** The releases that have to have been paused, as `ScalarBackup.pause` has them. */
  releases?: PausedReleaseArgs[];
  /** The recorded pause windows: `ScalarBackup.windows`. */
  windows?: pulumi.Input<PauseWindow[]>;
  /** Why windows may be missing, as sentences, for messages: `ScalarBackup.restorePoints.pauseProblems`. Defaults to nothing. */
  pauseProblems?: pulumi.Input<string[]>;
  /** What each database can be restored to: `ScalarBackup.ranges`. */
  ranges: pulumi.Input<DatabaseRange[]>;
  /**
   * The present properties of every release; `helmValues` then holds them whole, with the copies in place of their sources.
   * Releases with databases of their own have properties of their own: `propertiesByRelease`.
   */
  properties?: pulumi.Input<string>;
  /** In place of `properties`: the releases' present properties, by their names or, where these are not unique, `namespace/name`. */
  propertiesByRelease?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** For an emergency in which no restore point is left: restores all the same, to copies that may be broken. Must repeat `at`. */
  acceptInconsistentCopiesAt?: string;
  /** Backups to restore from, by the databases' names, in place of their point-in-time recovery. */
  from?: Record<string, RestoreFromArgs>;
  /** The set's vaults, as `ScalarBackup` has them: with `keepRestored`, copies of a restore point are kept there. */
  vault?: VaultArgs;
  /** The vaults that stand: `ScalarBackup.vaults`. Needed with `vault`. */
  vaults?: pulumi.Input<VaultStatus[]>;
  /** Needed with an explicit AWS provider (`opts.provider`, `opts.providers`); else it defaults to the stack's `aws:region`. */
  aws?: AwsRegionArgs;
  /** Tags for every copy. */
  tags?: Record<string, string>;
  /**
   * Keys of tags that copies do not get, be they their sources' or of `tags`: those by which something else, such as a backup
   * plan of the organisation, selects what it works on. The key of `vault.aws.selectByTag` is one of them anyway.
   */
  tagsNotCopied?: string[];
}

/** One restored database, as a user needs it. */
export interface RestoredCopy {
  name: string;
  kind: string;
  /** Host name or region by which the copy is reached. */
  endpoint: pulumi.Output<string>;
  /** The ScalarDB properties that differ from the source's, by their whole keys. A secret where one of them is. */
  properties: pulumi.Output<Record<string, string>>;
  notes: pulumi.Output<string[]>;
}

/**
 * Restores all databases of a set to one instant: copies beside the running ones. The instant is checked against the
 * recorded windows and every database's restorable range before anything is built.
 *
 * @throws {pulumi.InputPropertiesError} with all problems of the args.
 * The program ends at preview for an instant that cannot be restored, naming the nearest ones that can.
 */
export class ScalarRestore extends pulumi.ComponentResource {
  /** The copies, in the order of the set. */
  readonly databases: RestoredCopy[];
  /** Helm values that point the products at the copies, as YAML, by release (`namespace/name`); without releases, by product. */
  readonly helmValues: pulumi.Output<Record<string, string>>;
  /** What is left to do, in order. */
  readonly nextSteps: pulumi.Output<string[]>;

  constructor(name: string, args: ScalarRestoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scalar-backup:index:ScalarRestore", name, {}, opts);
    const aws = awsSettings(this, args.aws?.region);
    const azure = azureSettings(this);
    const problems = [...databaseProblems(args.databases, aws), ...restoreProblems(args)];
    problems.push(...tagsNotCopiedProblems(args.tagsNotCopied));
    if (problems.length === 0) problems.push(...recoveryProblems(args.databases, args.mode, aws));
    if (problems.length === 0) problems.push(...restoreFromProblems(args.databases, args.from, aws));
    if (problems.length === 0)
      problems.push(...releaseDatabaseProblems(args.databases, args.releases ?? [], "releases"));
    if (args.properties !== undefined && args.propertiesByRelease !== undefined)
      problems.push({ path: "propertiesByRelease", message: "is given beside properties; remove one of the two" });
    if (problems.length > 0) refuse("ScalarRestore", problems);

    const instant = formatInstant(instantMillis(args.at));
    const known = args.databases.map(kindOf);
    const windows = pulumi.output(args.windows ?? []);
    // Existing copies are not checked again: their windows and ranges may have expired.
    const standing = known.map(({ name, kind, args }) =>
      lookedUp(name, () => kind.copiesStand(name, args, { aws, azure, instant })),
    );
    const context: Omit<RestoreContext, "parent" | "restoresAtOnce"> = {
      tags: args.tags ?? {},
      tagsNotCopied: tagsNotCopied(args),
      aws,
      azure,
      mode: (args.mode ?? "drill") as RestoreMode,
      acceptInconsistent: args.acceptInconsistentCopiesAt !== undefined,
      instant,
      checkedInstant: checkedInstant(instant, args, known, standing, aws, windows, this),
      keep: keptCopies(args),
    };
    const copies = known.map(
      (database) =>
        new RestoredDatabase(
          `${name}-${database.name}`,
          database,
          {
            ...context,
            from: args.from?.[database.name],
            restoresAtOnce: restoresAtOnce(database, known),
            // Others do not wait for the windows, so that the preview of a first up shows their copies.
            windowBackups: args.from?.[database.name]?.windowBackups
              ? windows.apply((recorded) =>
                  backupsAt(instantMillis(instant), database.name, {
                    now: Date.now(),
                    pauseRequired: true,
                    releases: args.releases ?? [],
                    windows: recorded,
                  }),
                )
              : undefined,
          },
          { parent: this },
        ),
    );

    warnOfParallel(known, copies, standing, this);
    const releases = args.releases ?? [];
    this.databases = known.map(({ name: database, kind }, index) => {
      const { endpoint, properties, notes } = copies[index] as RestoredDatabase;
      return {
        name: database,
        kind: kind.kind,
        endpoint,
        properties: properties.apply((own) => keysOfEveryRelease({ name: database, properties: own }, known, releases)),
        notes,
      };
    });
    const own = pulumi.all(
      copies.map(({ properties }, index) =>
        properties.apply((each) => ({ name: known[index]?.name as string, properties: each })),
      ),
    );
    this.helmValues = pulumi
      .all([own, windows, args.properties, args.propertiesByRelease])
      .apply(async ([restored, recorded, all, byRelease]): Promise<Record<string, string>> => {
        const unknown = unknownReleases(Object.keys(byRelease ?? {}), releases);
        if (unknown.length > 0)
          return endProgram(`propertiesByRelease: ${unknown.join(", ")}: ${notARelease(releases)}`);
        return valuesByRelease(restored, releases, recorded, { all, byRelease });
      });
    const leftToDo = pulumi.all(
      this.databases.map((copy) => ({
        name: copy.name,
        notes: copy.notes,
        // Whether there are any is no secret.
        changesProperties: pulumi.unsecret(copy.properties.apply((own) => Object.keys(own).length > 0)),
      })),
    );
    this.nextSteps = leftToDo.apply((restored) => nextSteps(context.mode, args.releases ?? [], restored));
    this.registerOutputs({ databases: this.databases, helmValues: this.helmValues, nextSteps: this.nextSteps });
  }
}

/** A copy that our own vault selects would be backed up like a database of the set. */
function tagsNotCopied({ tagsNotCopied = [], vault }: ScalarRestoreArgs): string[] {
  const selectedBy = vault?.aws?.selectByTag?.key;
  return selectedBy === undefined ? tagsNotCopied : [...tagsNotCopied, selectedBy];
}

/** Where copies of this restore are kept, if they are; copies that may be broken are not worth it. */
function keptCopies({ vault, vaults, acceptInconsistentCopiesAt }: ScalarRestoreArgs): RestoreContext["keep"] {
  const keep = vault?.aws?.keepRestored;
  if (vault?.aws === undefined || keep === undefined || acceptInconsistentCopiesAt !== undefined) return undefined;
  return { ...keep, vaultName: vault.aws.name, vaults: pulumi.output(vaults ?? []) };
}

/** What Pulumi makes of a date that stands in YAML without quotes, zone or not. */
const UNQUOTED_DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC$/;

/** All problems of a restore's own args, those of the databases apart. */
export function restoreProblems(
  args: Pick<ScalarRestoreArgs, "at" | "mode" | "acceptInconsistentCopiesAt">,
): Problem[] {
  const problems = instantProblems("at", args.at);
  if (problems.length === 0 && instantMillis(args.at) % 1000 !== 0)
    problems.push({
      path: "at",
      message: `"${args.at}" is not a whole second; databases are restored to whole seconds`,
    });
  if (args.mode !== undefined && args.mode !== "drill" && args.mode !== "recovery")
    problems.push({ path: "mode", message: `"${args.mode}" is not allowed; expected one of drill, recovery` });
  if (args.acceptInconsistentCopiesAt !== undefined && args.acceptInconsistentCopiesAt !== args.at)
    problems.push({
      path: "acceptInconsistentCopiesAt",
      message: `"${args.acceptInconsistentCopiesAt}" is not the instant of "at" ("${args.at}"); repeat that very text to accept copies that may be broken, or remove this key`,
    });
  return problems;
}

/** What is wrong with an instant as it stands in a stack's file, under that key. */
export function instantProblems(key: string, text: string): Problem[] {
  if (UNQUOTED_DATE.test(text))
    return [
      {
        path: key,
        message: `"${text}" is a date that stands in the stack's file without quotes, so that nobody can tell whether it had a time zone; quote it, such as ${key}: "2026-11-22T03:00:12Z"`,
      },
    ];
  const instant = parseInstant(text);
  return typeof instant === "number" ? [] : [{ path: key, message: `"${text}" ${instant.problem}` }];
}

/** Databases whose copies could not take their sources' place, when that is what they are restored for. */
export function recoveryProblems(
  databases: readonly DatabaseArgs[],
  mode: string | undefined,
  aws: AwsSettings,
): Problem[] {
  if (mode !== "recovery") return [];
  return databases.flatMap((database, index) => {
    const { kind, args } = kindOf(database);
    const message = kind.recoveryProblem?.(args, aws);
    return message ? [{ path: `databases[${index}].${kind.key}`, message: `cannot be recovered: ${message}` }] : [];
  });
}

/** The instant, once it has passed: restore calls are given this one, so that none is made before. */
function checkedInstant(
  instant: string,
  args: ScalarRestoreArgs,
  databases: KnownDatabase[],
  standing: pulumi.Output<boolean>[],
  aws: AwsSettings,
  windows: pulumi.Output<PauseWindow[]>,
  resource: pulumi.Resource,
): pulumi.Output<string> {
  const need = pauseNeed(setMembers(args.databases));
  const fromBackups = databases.filter(({ name }) => args.from?.[name] !== undefined);
  // One relational database's backup is consistent whenever it was made.
  const doubtful = pulumi.all(
    (need.required ? fromBackups : []).map(({ name, kind, args: own }) =>
      lookedUp(name, async () => ({
        name,
        doubt: await kind.backupDoubt?.(name, own, args.from?.[name] as RestoreFromArgs, { aws, instant }),
      })),
    ),
  );
  const check = async ([recorded, ranges, backups, pauseProblems]: [
    PauseWindow[],
    DatabaseRange[],
    Parameters<typeof doubts>[0],
    string[],
  ]): Promise<string> => {
    const doubt = doubts(backups);
    // Backups say themselves of which restore point they are, long after its window and every range are past it.
    const ofRanges = fromBackups.length < databases.length;
    const verdict = checkInstant(instant, {
      now: Date.now(),
      pauseRequired: need.required,
      releases: args.releases ?? [],
      windows: recorded,
      pauseProblems,
      databases: ranges.filter(({ name }) => args.from?.[name] === undefined),
    });
    if (doubt === undefined && (!ofRanges || verdict.problems.length === 0)) return instant;
    const problem =
      doubt === undefined
        ? `scalar-backup:restore.at: ${describeProblems(verdict)}`
        : `scalar-backup:restore.from: ${doubt}. ${need.because}, so the copies might not fit together: name backups of copies of ${instant} (vault.aws.keepRestored makes them), or accept copies that may be broken by acceptInconsistentCopiesAt`;
    if (args.acceptInconsistentCopiesAt === undefined) return endProgram(problem);
    pulumi.log.warn(`RESTORING COPIES THAT MAY BE BROKEN, as acceptInconsistentCopiesAt demands. ${problem}`, resource);
    return instant;
  };
  // Nor do they wait for windows that a preview may not know: with an unknown instant, it would replace them.
  return pulumi
    .all(standing)
    .apply((stands) =>
      stands.every((stand) => stand)
        ? pulumi.output(instant)
        : pulumi.all([windows, args.ranges, doubtful, pulumi.output(args.pauseProblems ?? [])]).apply(check),
    );
}
