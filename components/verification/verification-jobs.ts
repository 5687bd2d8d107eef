import type { Job } from "@pulumi/kubernetes/batch/v1/job";
import * as pulumi from "@pulumi/pulumi";
import type { ScanFacts } from "../../restore-points/verification/facts";
import { declareJobEnd } from "../job-end";
import { runsTransactions } from "../release-databases";
import { type ConfiguredRelease, type CopyProperties, isCalled, propertiesOfCopies } from "../release-values";
import type { ScalarRestoreArgs } from "../restore-args";
import { declareCheckJob } from "./check-job";
import { deadlineSeconds, type VerifiedCopies } from "./job";
import type { CheckArgs, ScanArgs, VerificationJobArgs } from "./job-args";
import { mergedScans, scanFactsOf } from "./scan-facts";
import { declareScanJob, RECORDS_PER_SECOND, readsPresent, type ScanMode } from "./scan-job";

/** The copies that Jobs work on. */
export interface JobTargets extends Pick<ScalarRestoreArgs, "properties"> {
  /** There is a Job for each key. */
  propertiesByRelease?: Record<string, pulumi.Input<string>>;
  /** The restore's name, the prefix of its resources'. */
  name: string;
  instant: string;
  copies: pulumi.Output<CopyProperties[]>;
  releases: readonly ConfiguredRelease[];
  parent: pulumi.ComponentResource;
}

/** What a scan costs, as text. */
export function scanCost({ recordsPerSecond = RECORDS_PER_SECOND, namespaces, presentCoordinator }: ScanArgs): string {
  const what = namespaces === undefined ? "every record of the copies" : `every record of ${namespaces.join(", ")}`;
  const present = presentCoordinator
    ? ". The running database's coordinator is searched once for rows of the hour before the instant, and newer ones (restore.verify.scan.presentCoordinator)"
    : "";
  return `restore.verify.scan reads ${what} once, and the coordinator, at most ${recordsPerSecond} records a second: DynamoDB and Cosmos DB charge reads of the tables' whole size${present}`;
}

/** The same without the releases that run no transactions: they may have no coordinator, and their records no metadata. */
function scannedTargets(targets: JobTargets): JobTargets {
  const silent = targets.releases.filter((release) => !runsTransactions(release));
  const { properties, propertiesByRelease = {}, ...rest } = targets;
  if (properties !== undefined) return targets.releases.length > silent.length || silent.length === 0 ? targets : rest;
  const scanned = Object.entries(propertiesByRelease).filter(
    ([key]) => !silent.some((release) => isCalled(release, key)),
  );
  return { ...rest, propertiesByRelease: Object.fromEntries(scanned) };
}

/** Whether there are copies that a scan reads. */
export function scansAny(targets: JobTargets): boolean {
  const { properties, propertiesByRelease = {} } = scannedTargets(targets);
  return properties !== undefined || Object.keys(propertiesByRelease).length > 0;
}

/**
 * Runs VerifyCopies.java on the copies of every release that runs transactions. What it finds is known when all Jobs have ended.
 */
export function runScans(
  targets: JobTargets,
  args: ScanArgs,
  mode: ScanMode,
  early: pulumi.Output<number>,
  after: pulumi.Output<unknown>,
  compares?: Comparing,
): pulumi.Output<ScanFacts> {
  const found = copiesOf(scannedTargets(targets), after, compares).map((copies) => {
    const job = declareScanJob(copies, args, mode, early);
    return pulumi
      .all([endOf(job, copies, args, mode), readsPresent(copies)])
      .apply(([line, compared]) => scanFactsOf(line, compared));
  });
  return pulumi.all(found).apply(mergedScans);
}

/** Runs the user's own check on the copies of every release. Known when all have succeeded. */
export function runChecks(targets: JobTargets, args: CheckArgs, after: pulumi.Output<unknown>): pulumi.Output<unknown> {
  return pulumi.all(
    copiesOf(targets, after).map((copies) => endOf(declareCheckJob(copies, args), copies, args, "check")),
  );
}

/** Whether the coordinator in a release's properties is compared with the present one; without a key, that of all releases. */
export type Comparing = (key?: string) => pulumi.Output<boolean>;

/** One for all releases, or one for each release that has properties of its own. */
function copiesOf(targets: JobTargets, after: pulumi.Output<unknown>, compares?: Comparing): VerifiedCopies[] {
  const { name, instant, copies, releases, parent, properties, propertiesByRelease } = targets;
  const moved = (text: pulumi.Input<string>, key?: string) =>
    pulumi.all([text, copies]).apply(([present, all]) => propertiesOfCopies(all, releases, present, key));
  const presentOf = (text: pulumi.Input<string>, key?: string) =>
    compares && {
      present: pulumi.all([text, compares(key)]).apply(([present, asked]) => (asked ? present : undefined)),
    };
  if (properties !== undefined)
    return [{ name, instant, properties: moved(properties), ...presentOf(properties), after, parent }];
  return Object.entries(propertiesByRelease ?? {}).map(([key, text]) => ({
    name: `${name}-${key.replaceAll(/[^a-z0-9]+/g, "-")}`,
    instant,
    properties: moved(text, key),
    ...presentOf(text, key),
    release: key,
    after,
    parent,
  }));
}

/** What a Job's pod has written, once the Job has succeeded. */
function endOf(
  job: Job,
  { name, parent }: VerifiedCopies,
  args: VerificationJobArgs,
  task: string,
): pulumi.Output<string> {
  return declareJobEnd(`${name}-${task}`, job, { task, deadlineSeconds: deadlineSeconds(args) }, parent);
}
