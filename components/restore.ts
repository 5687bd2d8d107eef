import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { backupsAt } from "../restore-points/check";
import { formatInstant, instantMillis } from "../restore-points/instant";
import { pauseNeed } from "../restore-points/rules/pause-need";
import { type BackupSet, backupProblems, listsOf, type SetLists, setOf, underBackup } from "./backup-set";
import { checkedInstant } from "./checked-instant";
import { kindOf } from "./databases";
import { lookUpFor, type RestoreContext } from "./databases/kind";
import { RestoredDatabase } from "./databases/restored-database";
import { awsSettings, azureSettings } from "./databases/settings";
import { nextSteps } from "./next-steps";
import { restoresAtOnce, warnOfParallel } from "./parallel";
import { providerCluster } from "./pause/cluster";
import { setMembers } from "./pause-need";
import { refuse } from "./problem";
import { sharedProperties, sharedPropertiesProblems } from "./properties-problems";
import { hasTransactions, releaseDatabaseProblems } from "./release-databases";
import { checkedValues, keysOfEveryRelease, withKnownKeys } from "./release-values";
import { type RestoreKey, restoreShape, type ScalarRestoreArgs } from "./restore-args";
import { RestoreMode } from "./restore-mode";
import { acceptanceProblems, recoveryProblems } from "./restore-problems";
import type { RestoredCopy } from "./restored-copy";
import { problemsOf } from "./schema-problems";
import { offered } from "./switch-over/offered";
import { warnOfRecovery } from "./switch-over/out-of-reach";
import { type SwitchOverPlan, switchOverPlan } from "./switch-over/plan";
import { switchable, switchOverProblems } from "./switch-over/problems";
import { declareAbort, declareSwitchOver } from "./switch-over/switched";
import { noNameTaken } from "./switch-over/under-way";
import { tagsNotCopiedProblems } from "./tags";
import { restoreFromProblems } from "./vaults/restore-from-problems";
import { verificationJobProblems } from "./verification/job-problems";
import { otherPoints } from "./verification/other-points";
import { plannedInstants, verifiesByCoordinator } from "./verification/plan";
import type { RestoreVerification } from "./verification/restore-verification";
import { verifyCopies } from "./verification/verification";
import { sayWhatToExpect } from "./what-to-expect";

export type { RestoredCopy } from "./restored-copy";

const restoreSchema = z.strictObject(restoreShape);

/**
 * Restores all databases of a set to one instant, as copies of the running ones. The instant is checked against the
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
  /**
   * Whether the copies fit together, and how that is known. Endpoints, properties, Helm values and next steps are known only
   * once it is accepted.
   */
  readonly verification: pulumi.Output<RestoreVerification>;
  /**
   * What a switch-over would do, and what confirms it; for the accepted copies of a recovery that can take the production names,
   * until that is confirmed. Refused copies have none.
   */
  readonly switchOver?: pulumi.Output<SwitchOverPlan>;

  constructor(name: string, args: ScalarRestoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scalar-backup:index:ScalarRestore", name, {}, opts);
    const aws = awsSettings(this, args.aws?.region);
    const azure = azureSettings(this);
    const set = setOf(args.backup);
    const keys = Object.keys(restoreShape) as RestoreKey[]; // Cast: the shape has these keys and no others.
    const problems = [
      ...backupProblems(set, aws),
      ...problemsOf(restoreSchema, Object.fromEntries(keys.map((key) => [key, args[key]]))),
      ...acceptanceProblems(args),
    ];
    problems.push(...tagsNotCopiedProblems(args.tagsNotCopied, problems.length === 0 ? set.databases : []));
    if (problems.length === 0) problems.push(...underBackup(recoveryProblems(set, args, aws)));
    if (problems.length === 0) problems.push(...switchOverProblems(args, set, aws));
    if (problems.length === 0) problems.push(...restoreFromProblems(set.databases, args.from, aws));
    if (problems.length === 0) problems.push(...verificationJobProblems(args, set.databases, aws, set.releases));
    if (problems.length === 0)
      problems.push(...underBackup(releaseDatabaseProblems(set.databases, set.releases ?? [], "releases")));
    if (problems.length === 0 && typeof args.properties === "string")
      problems.push(...sharedPropertiesProblems(args.properties, set.databases, set.releases ?? []));
    if (args.properties !== undefined && args.propertiesByRelease !== undefined)
      problems.push({
        path: "propertiesByRelease",
        message: "is set in addition to properties; remove one of the two",
      });
    if (problems.length > 0) refuse("ScalarRestore", problems);

    const instant = formatInstant(instantMillis(args.at));
    const { releases = [] } = set;
    const properties = args.properties && sharedProperties(args.properties, set.databases, releases);
    const switching = args.mode === RestoreMode.Recovery ? switchable(set, args, aws) : { because: [] };
    warnOfRecovery(set, args, aws, this);
    if (args.switchOver?.confirm !== undefined && "databases" in switching) {
      const { databases } = switching;
      const switched = declareSwitchOver(name, { ...args, ...(properties && { properties }) }, set, {
        databases,
        instant,
        aws,
        azure,
        parent: this,
        within: opts?.parent,
      });
      this.databases = switched.databases;
      this.helmValues = switched.helmValues;
      this.nextSteps = switched.nextSteps;
      this.verification = switched.verification;
      this.registerOutputs({ ...switched });
      return;
    }
    if (args.switchOver?.abort && "databases" in switching)
      declareAbort(name, args, set, { databases: switching.databases, instant, aws, azure }, this);
    const known = set.databases.map(kindOf);
    const lists = listsOf(set);
    const { windows } = lists;
    const need = pauseNeed(setMembers(set.databases));
    // Existing copies are not checked again: their windows and ranges may have expired.
    const copiesExist = known.map(({ name, kind, args }) =>
      lookUpFor(name, () => kind.copiesExist(name, args, { aws, azure, instant })),
    );
    const free = args.switchOver?.abort ? pulumi.output(undefined) : noNameTaken(known, { aws, azure });
    const bracket =
      need.required && verifiesByCoordinator(args) ? plannedInstants(instant, windows, releases, args) : undefined;
    const context: Omit<RestoreContext, "parent" | "restoresAtOnce"> = {
      tags: args.tags ?? {},
      tagsNotCopied: tagsNotCopied(args, set),
      aws,
      azure,
      mode: args.mode ?? RestoreMode.Drill,
      acceptInconsistent: args.acceptInconsistentCopiesAt !== undefined,
      aborts: args.switchOver?.abort === true,
      acceptUnproven: args.acceptUnproven !== undefined || args.acceptInconsistentCopiesAt !== undefined,
      verificationRequired: args.verify?.enabled === true || args.quietGap === true,
      instant,
      // Nothing is restored, and no copy is changed, in the middle of a switch-over.
      checkedInstant: free.apply(() => checkedInstant(instant, args, set, lists, known, copiesExist, aws, this)),
      keep: keptCopies(args, set, lists),
    };
    const [accepted, accept] = pulumi.deferredOutput<RestoreVerification>();
    const copies = known.map(
      (database) =>
        new RestoredDatabase(
          `${name}-${database.name}`,
          database,
          {
            ...context,
            accepted,
            ...(hasTransactions(database, releases) ? bracket && { bracket } : { withoutTransactions: true }),
            from: args.from?.[database.name],
            restoresAtOnce: restoresAtOnce(database, known),
            // Others do not wait for the windows, so that the preview of a first up shows their copies.
            windowBackups: args.from?.[database.name]?.windowBackups
              ? windows.apply((recorded) =>
                  backupsAt(instantMillis(instant), database.name, {
                    now: Date.now(),
                    pauseRequired: true,
                    releases,
                    windows: recorded,
                  }),
                )
              : undefined,
          },
          { parent: this },
        ),
    );

    warnOfParallel(known, copies, copiesExist, this);
    sayWhatToExpect(known, copies, copiesExist, this);
    const propertiesByRelease = withKnownKeys(args.propertiesByRelease, releases);
    this.verification = verifyCopies(
      args,
      {
        databases: known,
        copies,
        releases,
        pauseRequired: need.required,
        jobs: {
          name,
          instant,
          copies: pulumi.all(
            copies.map((copy, index) =>
              // Cast: there is a copy for each database.
              copy.properties.apply((own) => ({ name: known[index]?.name as string, properties: own })),
            ),
          ),
          releases,
          properties,
          propertiesByRelease,
          parent: this,
        },
      },
      {
        ...args,
        acceptInconsistent: context.acceptInconsistent,
        alternatives: otherPoints(instant, lists, releases),
        show: (plan) => {
          if (pulumi.runtime.isDryRun()) void pulumi.log.info(plan, this);
        },
        warn: (message) => void pulumi.log.warn(message, this),
      },
    );
    accept(this.verification);
    const usable = <Value>(value: pulumi.Output<Value>): pulumi.Output<Value> =>
      // Cast: an output within an output is the inner one, which the compiler does not see of a type it does not know.
      this.verification.apply(() => value) as pulumi.Output<Value>;
    this.databases = known.map(({ name: database, kind }, index) => {
      // Cast: each database has one copy, in the same order.
      const { endpoint, properties, notes } = copies[index] as RestoredDatabase;
      return {
        name: database,
        kind: kind.id,
        endpoint: usable(endpoint),
        properties: usable(properties).apply((own) =>
          keysOfEveryRelease({ name: database, properties: own }, known, releases),
        ),
        notes,
      };
    });
    const switchedOver = "databases" in switching ? switching.databases : [];
    const plan = "databases" in switching ? switchOverPlan(switchedOver, releases, instant) : undefined;
    const own = pulumi.all(
      copies.map(({ properties }, index) =>
        usable(properties).apply((each) => ({ name: known[index]?.name ?? "", properties: each })),
      ),
    );
    this.helmValues = pulumi
      .all([own, windows, properties, args.propertiesByRelease])
      .apply(([restored, recorded, all, byRelease]) =>
        // No pod starts on the copies before a switch-over does it.
        checkedValues(restored, releases, recorded, { all, byRelease }, plan && (() => 0)),
      );
    const leftToDo = pulumi.all(
      this.databases.map((copy) => ({
        name: copy.name,
        notes: copy.notes,
        // Whether there are any is no secret.
        changesProperties: pulumi.unsecret(copy.properties.apply((own) => Object.keys(own).length > 0)),
      })),
    );
    const offer =
      plan &&
      this.verification.apply((found): SwitchOverPlan | undefined => offered(plan, switchedOver, found, args, this));
    // Cast: the output is optional, and every language has it as such.
    if (offer) this.switchOver = offer as pulumi.Output<SwitchOverPlan>;
    this.nextSteps = pulumi
      .all([leftToDo, providerCluster(this), offer])
      .apply(([restored, { context: kubeContext }, offeredPlan]) =>
        nextSteps(context.mode, releases, restored, {
          ...(plan && { switchOver: offeredPlan ?? "refused" }),
          context: kubeContext,
        }),
      );
    this.registerOutputs({
      databases: this.databases,
      helmValues: this.helmValues,
      nextSteps: this.nextSteps,
      verification: this.verification,
      ...(this.switchOver && { switchOver: this.switchOver }),
    });
  }
}

/** A copy that our own vault selects would be backed up like a database of the set. */
function tagsNotCopied({ tagsNotCopied = [] }: ScalarRestoreArgs, { vault }: BackupSet): string[] {
  const selectedBy = vault?.aws?.selectByTag?.key;
  return selectedBy === undefined ? tagsNotCopied : [...tagsNotCopied, selectedBy];
}

/** Where copies of this restore are kept, if they are; copies that may be broken are not worth it. */
function keptCopies(
  { acceptInconsistentCopiesAt }: ScalarRestoreArgs,
  { vault }: BackupSet,
  { vaults }: SetLists,
): RestoreContext["keep"] {
  const keep = vault?.aws?.keepRestored;
  if (vault?.aws === undefined || keep === undefined || acceptInconsistentCopiesAt !== undefined) return undefined;
  return { ...keep, vaultName: vault.aws.name, vaults };
}
