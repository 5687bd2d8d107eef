import {
  type DBInstance,
  type DBInstanceAutomatedBackup,
  DBInstanceAutomatedBackupNotFoundFault,
  DBInstanceNotFoundFault,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  paginateDescribeDBInstanceAutomatedBackups,
  RDSClient,
  waitUntilDBInstanceAvailable,
} from "@aws-sdk/client-rds";
import { newestRetained, tagsOf } from "./aurora";
import { type AwsAccessSource, awsClientConfig } from "./aws";
import { longWork } from "./long-work";
import { poll } from "./poll";

/** How long a restore may take. */
const RESTORE_SECONDS = 12 * 60 * 60;

/** How long a modification may take (a changed storage is slow), and how often it is looked at. */
const MODIFICATION_MILLIS = 2 * 60 * 60 * 1000;
export const POLL_MILLIS = 15_000;

/** An RDS instance as AWS describes it. */
export interface InstanceDescription {
  instance: DBInstance;
  /** Its automated backups, with what they can restore; absent while they are off. */
  backups?: DBInstanceAutomatedBackup;
  /** Set if it is deleted: these settings come from its retained backups. */
  deleted?: true;
}

/** Describes an instance by its identifier; undefined when there is none. */
export async function describeInstance(
  region: string,
  instanceIdentifier: string,
  access: AwsAccessSource,
): Promise<InstanceDescription | undefined> {
  const client = new RDSClient(awsClientConfig(region, access));
  const instance = await readInstance(client, instanceIdentifier);
  return instance && { instance, backups: await readBackups(client, instance) };
}

/** Waits until an instance accepts changes. */
export async function awaitInstance(region: string, identifier: string, access: AwsAccessSource): Promise<void> {
  const client = new RDSClient(awsClientConfig(region, access));
  await longWork({ what: `waits until instance ${identifier} is available` }, () =>
    waitUntilDBInstanceAvailable(
      { client, maxWaitTime: RESTORE_SECONDS, minDelay: 30, maxDelay: 60 },
      { DBInstanceIdentifier: identifier },
    ),
  );
}

/** The automated backups that AWS retains of a deleted instance: the newest where several had this identifier. */
export async function findRetainedBackups(
  region: string,
  instanceIdentifier: string,
  access: AwsAccessSource,
): Promise<DBInstanceAutomatedBackup | undefined> {
  const client = new RDSClient(awsClientConfig(region, access));
  const found: DBInstanceAutomatedBackup[] = [];
  // The parameter of this name takes identifiers of existing instances only.
  const request = { Filters: [{ Name: "db-instance-id", Values: [instanceIdentifier.toLowerCase()] }] };
  try {
    for await (const page of paginateDescribeDBInstanceAutomatedBackups({ client }, request))
      found.push(...(page.DBInstanceAutomatedBackups ?? []));
  } catch (error) {
    if (!(error instanceof DBInstanceAutomatedBackupNotFoundFault)) throw error;
  }
  return newestRetained(found);
}

/** What a restore leaves out of an instance, in the words of its description. */
export type InstanceSettings = Pick<
  DBInstance,
  | "BackupRetentionPeriod"
  | "PreferredBackupWindow"
  | "PreferredMaintenanceWindow"
  | "CACertificateIdentifier"
  | "NetworkType"
  | "PerformanceInsightsEnabled"
  | "PerformanceInsightsKMSKeyId"
  | "PerformanceInsightsRetentionPeriod"
  | "DatabaseInsightsMode"
  | "StorageType"
  | "Iops"
  | "StorageThroughput"
>;

/** Settings that AWS takes only together. */
const GROUPS = [
  [
    "PerformanceInsightsEnabled",
    "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod",
    "DatabaseInsightsMode",
  ],
  ["MonitoringInterval", "MonitoringRoleArn"],
  ["StorageType", "Iops", "StorageThroughput", "AllocatedStorage"],
];

/** What `completeInstanceCopy` is asked. */
export interface InstanceCompletion {
  region: string;
  instanceIdentifier: string;
  settings: InstanceSettings;
}

/** Gives a restored instance the settings that the restore left out, and waits until it has them. Idempotent: it looks before it changes. */
export async function completeInstanceCopy(
  request: InstanceCompletion,
  access: AwsAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = new RDSClient(awsClientConfig(request.region, access));
  const { instanceIdentifier: DBInstanceIdentifier, settings } = request;
  await settle(DBInstanceIdentifier, settings, say, {
    async look() {
      const instance = await readInstance(client, DBInstanceIdentifier);
      return instance && { status: instance.DBInstanceStatus, settings: instance };
    },
    async change(changes) {
      const { PerformanceInsightsEnabled: EnablePerformanceInsights, ...rest } = changes;
      await client.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier,
          ApplyImmediately: true,
          EnablePerformanceInsights,
          ...rest,
        }),
      );
    },
  });
}

/** Changes what differs from the settings, once, and looks until nothing does. */
export async function settle<Settings extends object>(
  name: string,
  settings: Settings,
  say: (line: string) => void,
  database: {
    look(): Promise<{ status: string | undefined; settings: Settings } | undefined>;
    change(changes: Partial<Settings>): Promise<void>;
  },
): Promise<void> {
  let status: string | undefined;
  let lacking: string[] = [];
  let asked = false;
  const settled = async (): Promise<boolean> => {
    const found = await database.look();
    if (found === undefined)
      throw new Error(`${name} is not there; it may just have been deleted: run the program again`);
    status = found.status;
    const changes = differences(settings, found.settings);
    lacking = Object.keys(changes);
    if (status !== "available") return false;
    if (lacking.length === 0) {
      say(asked ? `${name}: done` : `${name}: nothing to do`);
      return true;
    }
    if (asked) return false;
    for (const [setting, value] of Object.entries(changes)) say(`${name}: ${setting} ${value}`);
    await database.change(changes);
    asked = true;
    return await settled();
  };
  const pace = {
    everyMillis: POLL_MILLIS,
    limitMillis: MODIFICATION_MILLIS,
    late: () => `${name} is ${status}, and still lacks ${lacking.join(", ") || "nothing"}`,
  };
  const what = `${name}: waits until it has its settings`;
  await longWork({ what, state: () => status }, () => poll(pace, settled));
}

/** The differing settings, with those that AWS requires together with them. */
function differences<Settings extends object>(wanted: Settings, found: Settings): Partial<Settings> {
  const differs = (key: string) => Reflect.get(wanted, key) !== Reflect.get(found, key);
  const different = Object.entries(wanted).filter(
    ([key]) =>
      differs(key) ||
      GROUPS.some((group) => group.includes(key) && group.some((other) => other in wanted && differs(other))),
  );
  // Cast: the entries are some of those of `wanted`.
  return Object.fromEntries(different) as Partial<Settings>;
}

async function readInstance(client: RDSClient, DBInstanceIdentifier: string): Promise<DBInstance | undefined> {
  try {
    const answer = await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    return answer.DBInstances?.[0];
  } catch (error) {
    if (error instanceof DBInstanceNotFoundFault) return undefined;
    throw error;
  }
}

async function readBackups(
  client: RDSClient,
  { DbiResourceId }: DBInstance,
): Promise<DBInstanceAutomatedBackup | undefined> {
  try {
    const answer = await client.send(new DescribeDBInstanceAutomatedBackupsCommand({ DbiResourceId }));
    return answer.DBInstanceAutomatedBackups?.[0];
  } catch (error) {
    if (error instanceof DBInstanceAutomatedBackupNotFoundFault) return undefined;
    throw error;
  }
}

/** The tags of a snapshot, by its ARN. */
export async function readSnapshotTags(
  region: string,
  arn: string,
  access: AwsAccessSource,
): Promise<Record<string, string>> {
  const client = new RDSClient(awsClientConfig(region, access));
  const identifier = arn.replace(/^arn:.*:(cluster-)?snapshot:/, "");
  const cluster = arn.includes(":cluster-snapshot:");
  const tags = cluster
    ? (await client.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: identifier })))
        .DBClusterSnapshots?.[0]?.TagList
    : (await client.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: identifier }))).DBSnapshots?.[0]
        ?.TagList;
  return tagsOf({ TagList: tags });
}
