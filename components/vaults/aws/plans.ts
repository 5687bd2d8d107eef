import { Plan, Selection } from "@pulumi/aws/backup";
import * as pulumi from "@pulumi/pulumi";
import type { AwsVaultArgs, SelectByTagArgs } from "./args";
import type { BackupPlanRun } from "./overdue";
import { destinationArn } from "./region-vault";
import type { BackupRole } from "./role";
import type { LifecycleArgs, VaultRuleArgs } from "./rule-args";
import { continuousRule, DEFAULT_SCHEDULE, type VaultedDatabase } from "./rules";
import { NO_DRILL_COPIES, partSuffix, type SelectedArns, selectionParts } from "./selections";
import { regionOfSource } from "./source";

/** A vault, as far as a plan has to know it. */
export interface NamedVault {
  name: pulumi.Input<string>;
  arn: pulumi.Input<string>;
}

/** Where plans put recovery points, and as whom. */
export interface PlanContext {
  role: BackupRole;
  account: pulumi.Input<string>;
  vaultIn(region: string): NamedVault;
  settings: AwsVaultArgs;
  tags: Record<string, string>;
  parent: pulumi.Resource;
}

/** Declares a plan for each list of rules in a region, and a selection for each database. */
export function declarePlans(name: string, databases: readonly VaultedDatabase[], context: PlanContext): void {
  const plans = new Map<string, Plan>();
  for (const database of databases) {
    const { source, rules } = database;
    const region = regionOfSource(database.name, source);
    const logical = logicalPlan(name, database, context.settings);
    const known = plans.get(logical);
    const plan = known ?? declarePlan(logical, region, rules, context);
    plans.set(logical, plan);
    if (context.settings.selectByTag === undefined)
      declareSelections(`${name}-${database.name}`, region, plan, source.resources(context.account), context);
    else if (known === undefined) declareSelectionByTag(logical, region, plan, context.settings.selectByTag, context);
  }
}

function logicalPlan(name: string, database: VaultedDatabase, settings: AwsVaultArgs): string {
  return `${name}-${planOf(database, settings)}-${database.source.region}`;
}

/** When the continuous rule of a database's plan runs; undefined when it has none. */
export function continuousRun(
  name: string,
  database: VaultedDatabase,
  settings: AwsVaultArgs,
): BackupPlanRun | undefined {
  const rule = continuousRule(database);
  return rule && { name: physicalName(logicalPlan(name, database, settings)), ...timesOf(rule) };
}

/** A rule's times, with what it has when it says nothing else. */
function timesOf(rule: VaultRuleArgs): Omit<BackupPlanRun, "name"> {
  return {
    schedule: rule.schedule ?? DEFAULT_SCHEDULE,
    timeZone: rule.timeZone ?? "Etc/UTC",
    startWindowMinutes: rule.startWindowMinutes ?? 60,
    completionWindowMinutes: rule.completionWindowMinutes ?? 480,
  };
}

/** Names the list of rules: a database's own, the set's, or those of the set without continuous ones. */
function planOf(database: VaultedDatabase, settings: AwsVaultArgs): string {
  if (database.path.startsWith("databases")) return `own-${database.name}`;
  return database.rules.length === settings.rules?.length ? "set" : "snapshots";
}

function declareSelections(
  logical: string,
  region: string,
  plan: Plan,
  arns: SelectedArns,
  { role, parent }: PlanContext,
): void {
  for (const [index, { resources, byPrefix }] of selectionParts(arns).entries()) {
    const part = `${logical}${partSuffix(index)}`;
    new Selection(
      `${part}-selection`,
      {
        name: physicalName(part),
        region,
        planId: plan.id,
        iamRoleArn: role.role.arn,
        resources,
        ...(byPrefix ? { conditions: [{ stringNotEquals: [NO_DRILL_COPIES] }] } : {}),
      },
      { parent, dependsOn: role.ready },
    );
  }
}

function declareSelectionByTag(
  logical: string,
  region: string,
  plan: Plan,
  { key, value }: SelectByTagArgs,
  { role, parent }: PlanContext,
): void {
  new Selection(
    `${logical}-selection`,
    {
      name: physicalName(logical),
      region,
      planId: plan.id,
      iamRoleArn: role.role.arn,
      // Tags alone (selectionTags) could leave nothing out.
      resources: ["*"],
      conditions: [{ stringEquals: [{ key: `aws:ResourceTag/${key}`, value }], stringNotEquals: [NO_DRILL_COPIES] }],
    },
    { parent, dependsOn: role.ready },
  );
}

/** Declares a plan of these rules into the region's vault. */
export function declarePlan(
  logical: string,
  region: string,
  rules: VaultRuleArgs[],
  { vaultIn, tags, parent }: Pick<PlanContext, "vaultIn" | "tags" | "parent">,
  recoveryPointTags?: Record<string, string>,
): Plan {
  return new Plan(
    `${logical}-plan`,
    {
      name: physicalName(logical),
      region,
      rules: rules.map((rule) => ({
        ruleName: rule.name,
        targetVaultName: vaultIn(region).name,
        schedule: timesOf(rule).schedule,
        scheduleExpressionTimezone: timesOf(rule).timeZone,
        enableContinuousBackup: rule.continuous ?? false,
        startWindow: timesOf(rule).startWindowMinutes,
        completionWindow: timesOf(rule).completionWindowMinutes,
        lifecycle: rule.lifecycle,
        recoveryPointTags: recoveryPointTags ?? tags,
        copyActions: (rule.copyTo ?? []).map((copy) => ({
          destinationVaultArn: destinationArn(copy, vaultIn),
          // AWS Backup takes the rule's where it is given none; said here, it is seen.
          lifecycle: copyLifecycle(copy.lifecycle ?? rule.lifecycle),
        })),
      })),
      tags,
    },
    { parent },
  );
}

function copyLifecycle(lifecycle: LifecycleArgs | undefined): LifecycleArgs | undefined {
  return lifecycle && { ...lifecycle };
}

function physicalName(logical: string): string {
  const whole = `${logical}-${pulumi.getStack()}`;
  // AWS Backup accepts 50 characters; the beginning and the end distinguish names.
  return whole.length <= 50 ? whole : `${whole.slice(0, 24)}-${whole.slice(-25)}`;
}
