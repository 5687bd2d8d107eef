import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { ConfigMapPatch } from "@pulumi/kubernetes/core/v1/configMapPatch";
import * as pulumi from "@pulumi/pulumi";
import { bundlePauser } from "../../pauser/bundle";
import { longestRunSeconds, longestUnpauserSeconds } from "../../pauser/longest-run";
import { NOTIFY_TOTAL_SECONDS } from "../../pauser/notify/settings";
import type { Settings } from "../../pauser/settings";
import { readWindowRecord } from "../../restore-points/record";
import { suspendedProblem } from "../../restore-points/rules/pausing";
import { DEFAULT_CLUSTER, type PauseWindow, WINDOWS_KEY } from "../../restore-points/window";
import { withDeleteAfter } from "../../restore-points/window-backups";
import { isLeftOut } from "../left-out";
import { type Problem, refuse, warnOf } from "../problem";
import { declareAccess } from "./access";
import type { PauseScheduleArgs } from "./args";
import { declareAwsAccess, ROLE_ANNOTATION } from "./aws-access";
import { type CronJobOptions, cronJobSpec, overSuspension, unpauserSpec } from "./cron-job";
import { asLabels } from "./labels";
import { lookUpPause } from "./look-up";
import { channelsOf, declareNotification } from "./notify";
import { readOtherWindows } from "./other-clusters";
import { firstNamespace } from "./release-args";
import { pauseTiming } from "./timing";
import { MAX_NAME, pauseProblems, pauseWarnings, scheduleNameProblem } from "./validate";
import { backupNamePrefix, windowBackupSettings } from "./window-backups";

/** Ends the name of the CronJob that unpauses what a killed run has left paused. */
const UNPAUSER_SUFFIX = "-unpauser";

/**
 * Pauses every pod of every release on a schedule, all in one common window, and records the window.
 *
 * The pauser is a CronJob on a stock Node.js image; its program is mounted from a ConfigMap. Its record is a ConfigMap
 * that outlives this component: it is kept when the component goes, and taken up again when it comes back.
 */
export class PauseSchedule extends pulumi.ComponentResource {
  /** The recorded windows, oldest first, read from the cluster by each preview and update. */
  readonly windows: pulumi.Output<PauseWindow[]>;
  /** The windows of the other clusters, as far as they could be read. */
  readonly otherWindows: pulumi.Output<PauseWindow[]>;
  /** What keeps runs from recording windows, as far as the cluster shows it: missing releases, failed or missing runs. */
  readonly problems: pulumi.Output<string[]>;
  /** The ConfigMap that holds the record, as `namespace/name`. */
  readonly recordName: pulumi.Output<string>;
  /** The CronJob, as `namespace/name`: alert when it has had no success for too long. */
  readonly cronJobName: pulumi.Output<string>;

  /** @throws {pulumi.InputPropertiesError} with all problems of `args` at once */
  constructor(name: string, args: PauseScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("scalar-backup:index:PauseSchedule", name, {}, opts);
    const problems: Problem[] = pauseProblems(args);
    const nameProblem = scheduleNameProblem(name);
    if (nameProblem) problems.push({ path: "", message: nameProblem });
    if (problems.length > 0) refuse("PauseSchedule", problems);
    warnOf(pauseWarnings(args), this);

    const parent = { parent: this };
    const labels = asLabels(args.labels);
    const namespace = args.namespace ?? firstNamespace(args.releases);
    const backups = args.windowBackups ?? [];
    const makesBackups = backups.length > 0;
    const found = lookUpPause(
      this,
      {
        namespace,
        name,
        recordName: `${name}-windows`,
        schedule: args.schedule,
        releases: args.releases,
        channels: channelsOf(args.notify),
        maySuspend: args.switchingOver || (args.suspend ?? false),
      },
      opts?.dependsOn,
    );
    const others = readOtherWindows(this, args.otherClusters ?? [], `${name}-windows`);
    this.otherWindows = others.apply(({ windows }) => windows);
    this.problems = pulumi
      .all([found, args.suspend, others])
      .apply(([problems, suspended, other]) => [
        ...problems,
        ...(suspended ? [suspendedProblem("pause.suspend")] : []),
        ...other.problems,
      ]);
    const timing = {
      ...pauseTiming(args),
      ...(makesBackups && { windowBackups: windowBackupSettings(backupNamePrefix(name), backups) }),
    };

    // A patch, which makes the ConfigMap if there is none, and takes it up as it is if there is one: a schedule that comes
    // back finds its windows. To create a ConfigMap that is there already would fail.
    const record = new ConfigMapPatch(
      `${name}-windows`,
      {
        metadata: {
          name: `${name}-windows`,
          namespace,
          labels,
          // The same owner of the labels each time, or their old values would keep new ones out.
          annotations: { "pulumi.com/patchFieldManager": "scalar-backup", "pulumi.com/patchForce": "true" },
        },
      },
      {
        ...parent,
        // The data is the pauser's, also after a refresh.
        ignoreChanges: ["data"],
        // Restore points are worth more than the schedule that made them. Not `protect`: that would refuse to remove the
        // schedule at all, where keeping the record is enough.
        retainOnDelete: true,
      },
    );
    // Without a name, so that a new version exists next to the old one until the CronJob uses it.
    const program = new ConfigMap(
      `${name}-pauser`,
      {
        metadata: { namespace, labels },
        data: { "pauser.cjs": bundlePauser(makesBackups ? "pauser-with-window-backups" : "pauser") },
      },
      parent,
    );
    const { account, bindings, leases } = declareAccess(
      name,
      {
        namespace,
        recordName: `${name}-windows`,
        releases: args.releases.map(({ namespace, name }) => ({ namespace, name })),
        labels,
        ...(args.aws?.roleArn !== undefined && { annotations: { [ROLE_ANNOTATION]: args.aws.roleArn } }),
      },
      parent,
    );
    const awsAccess = args.aws
      ? declareAwsAccess(name, { aws: args.aws, account, backups, tags: args.labels ?? {} }, parent)
      : [];
    const notification = args.notify && declareNotification(name, args.notify, { namespace, labels }, parent);
    const settings = pulumi.all([args.releases, notification?.settings]).apply(
      ([releases, notify]): Settings => ({
        cluster: args.cluster ?? DEFAULT_CLUSTER,
        record: { namespace, name: `${name}-windows` },
        // The pauser does not use these: a change of a release's databases must not change the CronJob.
        releases: releases.map(({ databases: _, transactions: __, ...release }) => release),
        ...timing,
        ...(notify && { notify }),
      }),
    );
    const reportSeconds = notification ? NOTIFY_TOTAL_SECONDS : 0;
    const options: CronJobOptions = {
      args,
      labels,
      settings: pulumi.jsonStringify(settings),
      longestRunSeconds: longestRunSeconds(timing) + reportSeconds,
      longestUnpauserSeconds: longestUnpauserSeconds(timing) + reportSeconds,
      graceSeconds:
        timing.maxDrainSeconds + timing.unpauseDeadlineSeconds + 2 * timing.apiDeadlineSeconds + 10 + reportSeconds,
      serviceAccountName: account.metadata.name,
      programName: program.metadata.name,
      env: notification?.env ?? [],
    };
    // A run before it may do its work would fail.
    const ready = { ...parent, dependsOn: [record, ...bindings, ...leases, ...awsAccess] };
    const cronJob = new CronJob(
      name,
      { metadata: { name, namespace, labels, ...overSuspension(args) }, spec: cronJobSpec(options) },
      ready,
    );
    const unpauserName = `${name.slice(0, MAX_NAME - UNPAUSER_SUFFIX.length)}${UNPAUSER_SUFFIX}`;
    new CronJob(
      `${name}${UNPAUSER_SUFFIX}`,
      { metadata: { name: unpauserName, namespace, labels }, spec: unpauserSpec(options) },
      ready,
    );

    const recorded = ConfigMap.get(`${name}-recorded`, record.id, parent);
    this.windows = dataOf(recorded).apply((data) => {
      const { windows, malformed } = readWindowRecord(data?.[WINDOWS_KEY]);
      for (const problem of malformed) pulumi.log.warn(`left out of the recorded windows: ${problem}`, this);
      return withDeleteAfter(
        windows,
        Object.fromEntries(backups.map(({ database, deleteAfter }) => [database, deleteAfter])),
      );
    });
    this.recordName = pulumi.interpolate`${record.metadata.namespace}/${record.metadata.name}`;
    this.cronJobName = pulumi.interpolate`${cronJob.metadata.namespace}/${cronJob.metadata.name}`;
    this.registerOutputs({
      windows: this.windows,
      problems: this.problems,
      recordName: this.recordName,
      cronJobName: this.cronJobName,
    });
  }
}

/** Undefined until something is written to it: a preview is not to take that for data that is not known yet. */
function dataOf({ metadata, data }: ConfigMap): pulumi.Output<Data> {
  // Once it was read, its metadata is known.
  const leftOut = metadata.apply(() => isLeftOut(data));
  return leftOut.apply((isMissing): pulumi.Output<Data> => (isMissing ? pulumi.output<Data>(undefined) : data));
}

type Data = Record<string, string> | undefined;
