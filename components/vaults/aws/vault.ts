import type { Vault } from "@pulumi/aws/backup";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as pulumi from "@pulumi/pulumi";
import { counted } from "../../../restore-points/counted";
import type { PauseNeed } from "../../../restore-points/rules/pause-need";
import type { AwsSettings } from "../../cloud-settings";
import { CONSISTENT, PER_DATABASE, type VaultStatus } from "../status";
import { declareAlarm } from "./alarm";
import type { AwsVaultArgs } from "./args";
import { declarePlans } from "./plans";
import { declareRegionVault } from "./region-vault";
import { declareRestoreTesting } from "./restore-testing";
import { declareBackupRole, declareRestoreRole } from "./role";
import { DEFAULT_SCHEDULE, type VaultedDatabase } from "./rules";
import { regionOfSource } from "./source";

/** AWS Backup's vaults of a set, in each region that has databases or gets copies. */
export class AwsVault extends pulumi.ComponentResource {
  readonly vaults: pulumi.Output<VaultStatus[]>;

  constructor(
    name: string,
    args: {
      vault: AwsVaultArgs;
      databases: VaultedDatabase[];
      need: PauseNeed;
      /** Regions in which a restore puts copies. */
      restoreRegions: string[];
      aws: AwsSettings;
      tags: Record<string, string>;
    },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("scalar-backup:index:AwsVault", name, {}, opts);
    const { vault: settings, databases, tags } = args;
    const vaults = new Map<string, Vault>();
    const vaultIn = (region: string) => {
      const known = vaults.get(region) ?? declareRegionVault(name, region, settings, args.aws, tags, this);
      vaults.set(region, known);
      return known;
    };
    const regions = [...new Set(databases.map(({ name: database, source }) => regionOfSource(database, source)))];
    for (const region of [...regions, ...(settings.keepRestored ? args.restoreRegions : [])]) vaultIn(region);

    const account = getCallerIdentityOutput({}, { parent: this }).accountId;
    const role = declareBackupRole(
      name,
      databases.map(({ source }) => {
        const { exact, prefixes } = source.resources(account);
        return { ...source, resources: [...exact, ...prefixes] };
      }),
      tags,
      this,
    );
    declarePlans(name, databases, { role, account, vaultIn, settings, tags, parent: this });
    const { restoreTesting, notifications } = settings;
    const [firstRegion] = regions;
    if (restoreTesting && firstRegion !== undefined) {
      const restoreRole = declareRestoreRole(name, firstRegion, tags, this);
      for (const region of regions) {
        const members = databases.filter(({ source }) => source.region === region);
        const context = { vault: vaultIn(region), role: restoreRole, tags, parent: this };
        declareRestoreTesting(name, region, restoreTesting, members, context);
      }
    }
    if (notifications)
      for (const region of regions) declareAlarm(name, region, vaultIn(region), notifications.emails, tags, this);

    // Consumers of this output get only existing vaults.
    this.vaults = pulumi
      .all([...vaults.values()].map((vault) => vault.name))
      .apply(() => [...vaults.keys()].map((region) => statusOf(region, settings, databases, args.need)));
    this.registerOutputs({ vaults: this.vaults });
  }
}

type VaultRule = VaultedDatabase["rules"][number];

function statusOf(region: string, vault: AwsVaultArgs, databases: VaultedDatabase[], need: PauseNeed): VaultStatus {
  const kept = vault.retainOnDelete !== false;
  return {
    cloud: "aws",
    name: vault.name,
    region,
    protectedBy: `an access policy that allows no one to delete recovery points${lockText(vault)}`,
    onDestroy: kept
      ? `a destroy of the stack keeps vault ${vault.name} in ${region}, with its recovery points, access policy, lock and key`
      : `a destroy of the stack removes vault ${vault.name} in ${region}, and fails while it holds recovery points`,
    copies: [
      ...databases
        .filter(({ source }) => source.region === region)
        .flatMap(({ name, rules }) =>
          rules.map((rule) => ({
            ...ofRule(name, rule),
            kept: `${rule.continuous ? "continuously, " : ""}${daysText(rule.lifecycle?.deleteAfter)}${(
              rule.copyTo ?? []
            )
              .map((copy) => `, and ${keptAsCopy(rule, copy)} in ${copy.region ?? copy.vaultArn}`)
              .join("")}`,
            consistency: !need.required
              ? CONSISTENT
              : rule.continuous
                ? "restorable to a restore point of the set, by point-in-time recovery"
                : PER_DATABASE,
          })),
        ),
      ...databases.flatMap(({ name, source, rules }) =>
        rules.flatMap((rule) =>
          (rule.copyTo ?? [])
            .filter((copy) => copy.region === region)
            .map((copy) => ({
              ...ofRule(name, rule),
              kept: `${keptAsCopy(rule, copy)}, copied from ${source.region ?? "its region"}`,
              // The copy of a continuous backup is a snapshot.
              consistency: need.required ? PER_DATABASE : CONSISTENT,
            })),
        ),
      ),
    ],
  };
}

function ofRule(database: string, rule: VaultRule) {
  return {
    database,
    rule: rule.name,
    schedule: `${rule.schedule ?? DEFAULT_SCHEDULE} ${rule.timeZone ?? "Etc/UTC"}`,
  };
}

function keptAsCopy(rule: VaultRule, copy: NonNullable<VaultRule["copyTo"]>[number]): string {
  return daysText(copy.lifecycle?.deleteAfter ?? rule.lifecycle?.deleteAfter);
}

function lockText({ lock }: AwsVaultArgs): string {
  if (lock === undefined) return "";
  return lock.acknowledgeIrreversible === undefined
    ? ", and a lock in governance mode"
    : `, and a lock in compliance mode that cannot be undone after ${lock.changeableForDays} days`;
}

function daysText(days: number | undefined): string {
  return days === undefined ? "for ever" : counted(days, "day");
}
