import type { SwitchedDatabase } from "../../operations/switch-over/request";

/** What no restore brings back, and this program does not set again. `docs/not-restored.md` has the sources. */
export const NOT_RESTORED = {
  dynamodb: [
    "Kinesis data stream destinations",
    "contributor insights",
    "resource policies",
    "IAM policies that name the tables",
    "CloudWatch alarms",
    "replicas",
    "warm throughput",
  ],
  aurora: [
    "IAM roles of the cluster",
    "custom endpoints",
    "membership in a global database",
    "read replicas outside the cluster",
    "database activity streams",
    "targets of RDS Proxy",
    "event subscriptions",
    "CloudWatch alarms",
  ],
  rds: [
    "IAM roles of the instance",
    "read replicas",
    "replication of automated backups to another region",
    "database activity streams",
    "targets of RDS Proxy",
    "event subscriptions",
    "CloudWatch alarms",
  ],
  multiAzCluster: ["read replicas", "targets of RDS Proxy", "event subscriptions", "CloudWatch alarms"],
} as const;

export type Restored = keyof typeof NOT_RESTORED;

/** What a look-up has found of some of it, by its name in the list; nothing where the source has none. */
export type Found = Record<string, readonly (string | undefined)[] | undefined>;

/** What is left to set again on a copy: first what the source is seen to have, then what no look-up sees. */
export function leftToSetAgain(restored: Restored, found: Found): string[] {
  const seen = Object.entries(found).flatMap(([what, names]) =>
    names?.length ? [`${what} (${names.join(", ")})`] : [],
  );
  const unseen = NOT_RESTORED[restored].filter((what) => !(what in found));
  return [
    ...(seen.length > 0
      ? [`the source has ${seen.join(", ")}: no restore brings that back, so set it again on the copy`]
      : []),
    `set again on the copy what the source has of these, since no restore brings them back: ${unseen.join(", ")}`,
  ];
}

/** The same for databases on Azure, whose copies take the place of their sources under other addresses. */
export const NOT_RESTORED_ON_AZURE = {
  account: [
    "triggers and user-defined functions",
    "role assignments of the data plane",
    "all regions but one",
    "the analytical store",
    "alerts",
    "diagnostic settings",
  ],
  server: ["read replicas", "Microsoft Entra administrators", "alerts", "diagnostic settings", "virtual endpoints"],
} as const;

/** What a replaced database may have had that the one in its place lacks; a switch-over sets some of it again. */
export function leftToCompare(switched: SwitchedDatabase, kindKey: string): string {
  return `${switched.name}: production may lack what the replaced database had of these, since no restore brings them back: ${lackedBy(
    switched,
    kindKey,
  ).join(", ")}; look, and set again what is missing (docs/not-restored.md)`;
}

function lackedBy(switched: SwitchedDatabase, kindKey: string): readonly string[] {
  if (switched.service === "dynamodb") return NOT_RESTORED.dynamodb;
  if (switched.service === "azure") return NOT_RESTORED_ON_AZURE[switched.copy.what];
  if (kindKey.startsWith("aurora")) return NOT_RESTORED.aurora;
  return switched.what === "instance" ? NOT_RESTORED.rds : NOT_RESTORED.multiAzCluster;
}
