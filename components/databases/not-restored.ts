/**
 * What no restore brings back, and this program does not set again. `docs/not-restored.md` has the sources, and what is known of
 * databases on Azure, whose copies say it in notes of their own.
 */
const NOT_RESTORED = {
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

/** All of it, for the documentation's test. */
export const notRestored: Record<Restored, readonly string[]> = NOT_RESTORED;

/** What a look-up has found of some of it, by its name in the list; nothing where the source has none. */
export type Found = Record<string, readonly (string | undefined)[] | undefined>;

/** What is left to set again on a copy: first what the source is seen to have, then what no look-up sees. */
export function leftToSetAgain(restored: Restored, found: Found): string[] {
  const seen = Object.entries(found).flatMap(([what, names]) =>
    names?.length ? [`${what} (${names.join(", ")})`] : [],
  );
  const unseen = notRestored[restored].filter((what) => !(what in found));
  return [
    ...(seen.length > 0
      ? [`the source has ${seen.join(", ")}: no restore brings that back, so set it again on the copy`]
      : []),
    `set again on the copy what the source has of these, since no restore brings them back: ${unseen.join(", ")}`,
  ];
}
