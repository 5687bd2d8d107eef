import type { AzureDatabase, SwitchedDatabase } from "../../operations/switch-over/request";
import { releaseLabel } from "../../restore-points/window";
import type { PausedReleaseArgs } from "../release-databases";
import { settingName, toSet } from "../where-to-set";
import { confirmation } from "./args";

/** What a switch-over would do, and what confirms it: an output, and what a preview prints. */
export interface SwitchOverPlan {
  /** What `restore.switchOver.confirm` has to say. */
  confirm: string;
  /** What happens, in order. */
  steps: string[];
  /** How long the set is without an endpoint, with where the figures are from. */
  downtime: string[];
}

/**
 * Documented durations, in minutes. Renaming an instance: "about 10 minutes" [Amazon RDS User Guide, Renaming a DB instance]; a
 * Multi-AZ DB cluster: "about 2 minutes" [Renaming a Multi-AZ DB cluster]. Tables: "In most cases, restores complete in less than an
 * hour" [Amazon DynamoDB Developer Guide]. Two renamings follow each other: the source's, then the copy's.
 */
const RENAMING = { instance: 10, cluster: 2 };
const TABLES = 60;

/** The plan of a switch-over. */
export function switchOverPlan(
  databases: readonly SwitchedDatabase[],
  releases: readonly PausedReleaseArgs[],
  instant: string,
): SwitchOverPlan {
  const tables = databases.filter((each) => each.service === "dynamodb");
  const rds = databases.filter((each) => each.service === "rds");
  const moved = databases.filter((each) => each.service === "azure");
  const names = releases.map(releaseLabel).join(", ");
  const stop =
    releases.length > 0
      ? `stop all pods of ${names}, suspend the pause schedule, and keep the number of pods`
      : "pods are not stopped, because no releases are named (pause.releases): stop everything that uses the database first";
  return {
    confirm: confirmation(databases, instant),
    steps: [
      ...tables.map(({ name, suffix }) => `${name}: back up each copy (<table>${suffix}); pods still run`),
      stop,
      ...rds.map(
        ({ name, identifier, replacedIdentifier }) =>
          `${name}: rename ${identifier} to ${replacedIdentifier}, which is kept`,
      ),
      ...tables.map(
        ({ name }) =>
          `${name}: delete each table that has a copy, which ends its point-in-time recovery: what was written after ${instant} is then only in the backup that AWS keeps of a deleted table for 35 days; the copy and its backup are kept`,
      ),
      `go on only once no pod is left${tables.length + rds.length > 0 ? " and no replaced database answers" : ""}`,
      ...moved.map(
        ({ name, source, copy }) =>
          `${name}: wait until you have upgraded each release with its values of the output helmValues, which name ${nameOf(copy)} in place of ${nameOf(source)} and hold replicaCount at 0; ${nameOf(source)} is kept`,
      ),
      ...rds.map(
        ({ name, copyIdentifier, identifier }) =>
          `${name}: rename ${copyIdentifier} to ${identifier}; its endpoint stays what it was`,
      ),
      ...tables.map(
        ({ name, suffix }) =>
          `${name}: restore each table under its name from the backup of <table>${suffix}, with its settings`,
      ),
      ...(releases.length > 0 ? ["start as many pods as before, and resume the pause schedule"] : []),
    ],
    downtime: [
      ...rds.map(
        ({ name, what }) =>
          `${name}: two renamings of about ${RENAMING[what]} min each (documented for ${what === "instance" ? "instances" : "Multi-AZ DB clusters; Aurora documents none"})`,
      ),
      ...tables.map(
        ({ name }) =>
          `${name}: deletion and restore, usually less than ${TABLES} min for each 50 tables, at times hours (documented); AWS restores no more at a time`,
      ),
      ...moved.map(
        ({ name }) =>
          `${name}: as long as you take to upgrade the releases, after everything is closed and before names are opened`,
      ),
      total(rds, tables.length > 0, moved.length > 0),
    ],
  };
}

/** How long all of it takes: the databases that get names, and the upgrade between their closing and their opening. */
function total(rds: readonly { what: "instance" | "cluster" }[], tables: boolean, moved: boolean): string {
  const minutes = `about ${inAll(rds, tables)} min in all`;
  if (!moved) return `all databases at once, but none is opened before all are closed: ${minutes}`;
  return rds.length > 0 || tables
    ? `all databases at once, but none is opened before all are closed and the releases are upgraded: ${minutes}, and the upgrade in addition`
    : "all databases at once: the upgrade counts";
}

/** The longest closing and the longest opening, in minutes. No duration is documented of a deletion. */
function inAll(rds: readonly { what: "instance" | "cluster" }[], tables: boolean): number {
  const renaming = Math.max(0, ...rds.map(({ what }) => RENAMING[what]));
  return renaming + Math.max(renaming, tables ? TABLES : 0);
}

function nameOf(database: AzureDatabase): string {
  return database.what === "account" ? database.accountName : database.serverName;
}

/** The copies of a recovery, and what belongs to them, are retained on delete (docs/decisions/0020). */
const LISTED_AS_DELETED = [
  "Pulumi lists as deleted, but keeps in the cloud: the copies (-copy-), with the instances, scaling, private endpoints and DNS zone groups that belong to them. They only leave Pulumi's state.",
  "Really deleted: what was made to verify or repair the copies, that is a second copy of the coordinator's table (-late-), of Cosmos DB two accounts (-early- and -late-), and Jobs with their Secrets and ConfigMaps. Nothing is undone by the deletion of a command:local:Command.",
  "Really deleted with vault.aws.keepRestored, too: what copied the copies into the vault, that is AWS Backup plans and selections, and IAM roles with their policies (-copy- and -kept-). The vault keeps the recovery points that they made.",
  'If any other database, table, cluster, instance, account or server is listed as deleted, answer "no".',
];

/** What has to be done before a switch-over is confirmed. */
export interface BeforeIt {
  /** The value of `restore.acceptUnproven` that accepts the copies; absent if they are proven, or accepted already. */
  acceptUnproven?: string;
  /** Whether the properties of the releases were given. */
  properties: boolean;
  databases: readonly SwitchedDatabase[];
}

/** The plan as a preview prints it. @param before absent once it is confirmed */
export function planText({ confirm, steps, downtime }: SwitchOverPlan, before?: BeforeIt): string {
  return [
    headOf(before),
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    "Without an endpoint in the meantime:",
    ...downtime.map((line) => `  ${line}`),
    ...(before === undefined
      ? LISTED_AS_DELETED
      : [
          ...valuesFirst(before),
          "To do it:",
          ...(before.acceptUnproven === undefined
            ? []
            : [`  ${toSet("restore.acceptUnproven", before.acceptUnproven)}`]),
          `  ${toSet("restore.switchOver.confirm", JSON.stringify(confirm))}`,
          "  pulumi up",
        ]),
  ].join("\n");
}

/** What a preview prints in place of the plan for refused copies that exist by restore.acceptInconsistentCopiesAt. */
export function refusedText(instant: string, because: readonly string[]): string {
  return [
    `the copies of ${instant} CANNOT replace production: they are refused, because they do not fit together (${because.join("; ")})`,
    "  restore.acceptInconsistentCopiesAt accepts them only for you to look at: no key of restore lets refused copies take the production names.",
    "  To replace production, restore another restore point: set restore.at to it, and remove restore.acceptInconsistentCopiesAt. Pulumi then lists these copies as deleted, but they stay in the cloud until you delete them.",
    "  If there is none, take what you need out of the copies by hand (the output restored has their addresses).",
  ].join("\n");
}

function headOf(before: BeforeIt | undefined): string {
  if (before === undefined)
    return "THE COPIES REPLACE PRODUCTION in this update, as restore.switchOver.confirm demands:";
  if (before.acceptUnproven === undefined) return "the copies can replace production. A switch-over would";
  return "the copies are NOT PROVEN to fit together, so they replace nothing unless restore.acceptUnproven accepts them. A switch-over would then";
}

/** The upgrade of releases is waited for while pods are stopped, and no other update of the stack can run. */
function valuesFirst({ databases, properties }: BeforeIt): string[] {
  if (!databases.some(({ service }) => service === "azure")) return [];
  return [
    `Before it, write the values of each release from the output helmValues into a file (docs/recovery.md, "Releases on Azure's databases"): later, pods are stopped until you have upgraded the releases.${
      properties
        ? ""
        : ` They are only the lines to change, because ${settingName("properties")} is not set: set it first.`
    }`,
  ];
}
