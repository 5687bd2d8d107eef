import * as pulumi from "@pulumi/pulumi";
import type { VerifiedBracket } from "../../operations/verified-bracket";
import { instantMillis } from "../../restore-points/instant";
import type { KnownDatabase } from "../databases";
import type { DataCopies, RestoredCoordinator } from "../databases/kind";
import type { RestoredDatabase } from "../databases/restored-database";
import {
  databasesOf,
  hasTransactions,
  type PausedReleaseArgs,
  runsTransactions,
  withoutTransactions,
} from "../release-databases";
import { isCalled } from "../release-values";
import type { ScalarRestoreArgs } from "../restore-args";
import { type Acceptance, accepted, type Found } from "./acceptance";
import { hidingSettingsReasons } from "./hiding-settings";
import { coordinatorReasons, isRelational, notComparedReasons, quietGapReasons } from "./reasons";
import type { RestoreVerification } from "./restore-verification";
import { type Comparing, type JobTargets, runChecks, runScans, scanCost, scansAny } from "./verification-jobs";

/** What is verified. */
interface Verified {
  databases: readonly KnownDatabase[];
  copies: readonly RestoredDatabase[];
  releases: readonly PausedReleaseArgs[];
  /** Whether only instants inside a pause window are consistent. */
  pauseRequired: boolean;
  /** What Jobs work on. */
  jobs: JobTargets;
}

/**
 * The verdict about a restore's copies, known once it is accepted: what depends on it is not before. The program ends when the
 * copies are refused, or when a proof was attempted and failed.
 */
export function verifyCopies(
  args: ScalarRestoreArgs,
  { databases, copies, releases, pauseRequired, jobs }: Verified,
  acceptance: Acceptance,
): pulumi.Output<RestoreVerification> {
  const { instant } = jobs;
  const [only] = databases;
  if (!pauseRequired && only !== undefined) {
    const ownRecovery = `${only.name} (${only.kind.label}) is the only database: its copy is consistent by its own recovery`;
    const restored = pulumi.all(copies.map(({ endpoint }) => endpoint));
    const brackets = restored.apply((): VerifiedBracket[] => []);
    return withJobs({ brackets, reasons: pulumi.output([]), ownRecovery }, args, jobs, acceptance);
  }
  const notCompared = notComparedReasons(args);
  const found = pulumi.all(copies.map(({ coordinator }) => coordinator));
  const holdersOf = (coordinators: readonly (RestoredCoordinator | undefined)[]) =>
    databases.map((database, index) => ({ database, coordinator: coordinators[index] ?? {} }));
  const present = comparesPresent(args) && notCompared.length === 0;
  const compares: Comparing | undefined = present
    ? (key) =>
        found.apply((coordinators) =>
          releasesOf(key, releases).some((release) => isRelational(holdersOf(coordinators), release)),
        )
    : undefined;
  const reasons = pulumi
    .all([found, hidingSettingsReasons(args, releases, args.verify?.scan !== undefined)])
    .apply(([coordinators, settings]) => [
      ...(notCompared.length > 0
        ? notCompared
        : coordinatorReasons(holdersOf(coordinators), releases, (release) => present && hasProperties(jobs, release))),
      ...(args.quietGap ? quietGapReasons(releases) : []),
      ...settings,
      ...(present && args.acceptInconsistentCopiesAt !== undefined
        ? [
            "restore.acceptInconsistentCopiesAt is set: the instant need not be in a pause window, and commit times alone prove nothing",
          ]
        : []),
    ]);
  const brackets = found.apply((coordinators) => {
    const compared = databases.flatMap((database, index): pulumi.Output<VerifiedBracket>[] => {
      const { verify, plan } = coordinators[index] ?? {};
      if (verify === undefined) return [];
      if (plan !== undefined) acceptance.show(`${databases.map(({ name }) => name).join(", ")} at ${instant}, ${plan}`);
      return [verify(dataOf(database, databases, copies, releases))];
    });
    return pulumi.all(compared);
  });
  const used = releases.length > 0 ? releases.filter(runsTransactions) : [undefined];
  const settingsRead = used.every((release) => hasProperties(jobs, release));
  const silent = withoutTransactions(releases);
  return withJobs({ brackets, reasons, settingsRead, withoutTransactions: silent }, args, jobs, acceptance, compares);
}

/** Whether coordinators in relational databases are compared with the present ones. */
function comparesPresent({ verify, quietGap }: Pick<ScalarRestoreArgs, "verify" | "quietGap">): boolean {
  // Outside of windows, the pods' clocks alone would speak for the copies.
  return verify?.scan?.presentCoordinator === true && quietGap !== true;
}

/** Whether there are properties by which a Job reads a release's databases; of all releases, without a release. */
function hasProperties(
  { properties, propertiesByRelease = {} }: Pick<JobTargets, "properties" | "propertiesByRelease">,
  release: PausedReleaseArgs | undefined,
): boolean {
  if (properties !== undefined) return true;
  return Object.keys(propertiesByRelease).some((key) => release !== undefined && isCalled(release, key));
}

/** The releases with transactions of a key of properties by release; without a key all, and without releases what uses all databases. */
function releasesOf(
  key: string | undefined,
  releases: readonly PausedReleaseArgs[],
): readonly (PausedReleaseArgs | undefined)[] {
  if (releases.length === 0) return [undefined];
  return releases.filter((release) => runsTransactions(release) && (key === undefined || isCalled(release, key)));
}

/** The verdict, after a scan if there is one, and then the Jobs that need it. */
function withJobs(
  found: Omit<Found, "scan">,
  { verify }: Pick<ScalarRestoreArgs, "verify">,
  jobs: JobTargets,
  acceptance: Acceptance,
  compares?: Comparing,
): pulumi.Output<RestoreVerification> {
  const { instant } = jobs;
  const early = found.brackets.apply((brackets) =>
    Math.min(...[instant, ...brackets.flatMap(({ early }) => early.instant ?? [])].map(instantMillis)),
  );
  const scanning = scansAny(jobs) ? verify?.scan : undefined;
  if (scanning) acceptance.show(scanCost(scanning));
  const scan = scanning && runScans(jobs, scanning, "scan", early, found.brackets, compares);
  const verdict = accepted({ ...found, scan: scan ?? pulumi.output(undefined) }, instant, acceptance);
  const repaired = scanning && verify?.repair === true ? runScans(jobs, scanning, "repair", early, verdict) : undefined;
  const checked = verify?.check && runChecks(jobs, verify.check, repaired ?? verdict);
  return pulumi.all([verdict, repaired, checked]).apply(([verification]) => ({
    ...verification,
    restsOn: [
      ...verification.restsOn,
      ...(repaired ? ["what unfinished transactions left has been finished by ScalarDB (restore.verify.repair)"] : []),
      ...(verify?.check ? [`the check of ${verify.check.image} has succeeded (restore.verify.check)`] : []),
    ],
  }));
}

/**
 * The copies that hold data of the transactions that a database's coordinator decides about, and those of releases without transactions:
 * the latter are to be of an instant at which no transaction was running, too.
 */
function dataOf(
  holder: KnownDatabase,
  databases: readonly KnownDatabase[],
  copies: readonly RestoredDatabase[],
  releases: readonly PausedReleaseArgs[],
): pulumi.Output<DataCopies[]> {
  const users = releases.filter((release) => databasesOf(release, [holder]).length > 0);
  const used = databases.filter(
    (database) =>
      users.length === 0 ||
      users.some((release) => databasesOf(release, [database]).length > 0) ||
      !hasTransactions(database, releases),
  );
  return pulumi.all(
    copies.flatMap(({ data }, index) => {
      const database = databases[index];
      return database !== undefined && used.includes(database) ? [data] : [];
    }),
  );
}
