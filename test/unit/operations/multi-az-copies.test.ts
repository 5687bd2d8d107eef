import test, { type ExecutionContext } from "ava";
import {
  type ClusterRestore,
  completeClusterCopy,
  deleteClusterCopy,
  restoreClusterCopy,
} from "../../../operations/multi-az-copies";
import { protectCluster } from "../../../operations/multi-az-protection";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { virtualClock } from "./virtual-clock";

const REGION = "ap-northeast-1";
const ACCESS = { accessKey: "test", secretKey: "test" };
const MARKS = { "scalar-backup:restored-to": "2026-11-22T03:00:12Z", "scalar-backup:stack": "acme/backup/prod" };
const EARLIER = { "scalar-backup:copy": "recovery", "scalar-backup:restored-to": "2026-11-22T03:00:12Z" };
const TAGS = { ...MARKS, "scalar-backup:copy": "drill", team: "orders" };

const CLUSTER = {
  Engine: "postgres",
  EngineVersion: "16.10",
  MasterUsername: "scalar",
  MasterUserPassword: "not-a-real-password",
  DBClusterInstanceClass: "db.r6gd.xlarge",
  AllocatedStorage: 200,
  StorageType: "io1",
  Iops: 4000,
};

async function scene(t: ExecutionContext) {
  virtualClock(t);
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const endpoint = await serveAws(aws);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  const rds = aws.rds.region(REGION);
  rds.createDBCluster({ ...CLUSTER, DBClusterIdentifier: "orders", PubliclyAccessible: true });
  const orders = rds.cluster("orders");
  orders.put("orders", "a", { value: 1 }, orders.createdAt);
  const said: string[] = [];
  // The first instant that can be restored, in whole seconds.
  const instant = new Date(Math.floor(orders.createdAt / 1000) * 1000).toISOString();
  const request: ClusterRestore = {
    region: REGION,
    clusterIdentifier: "copy",
    marks: MARKS,
    from: { clusterIdentifier: "orders", instant },
    build: { DBClusterInstanceClass: "db.r6gd.xlarge", StorageType: "io1", Iops: 4000, PubliclyAccessible: true },
    tags: TAGS,
  };
  const restore = (more: Partial<ClusterRestore> = {}) =>
    restoreClusterCopy({ ...request, ...more }, ACCESS, (line) => said.push(line));
  /** A cluster of the copy's name, with these tags. */
  const other = (tags: Record<string, string>) =>
    rds.createDBCluster({
      ...CLUSTER,
      DBClusterIdentifier: "copy",
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
  const remove = () =>
    deleteClusterCopy({ region: REGION, clusterIdentifier: "copy", marks: MARKS }, ACCESS, (line) => said.push(line));
  return { clock, aws, rds, said, restore, other, remove };
}

test.serial("a cluster is restored with the class and the storage of its source", async (t) => {
  const { rds, restore, said } = await scene(t);
  await restore();
  const copy = rds.cluster("copy");
  t.deepEqual(copy.tags, TAGS);
  t.like(copy.settings.multiAz, { instanceClass: "db.r6gd.xlarge", iops: 4000, publiclyAccessible: true });
  t.deepEqual(copy.rows("orders").get("a"), { value: 1 });
  t.regex(said.join("\n"), /^copy: restore orders to 2\S+Z$/);
});

test.serial("a copy that an earlier call has made is taken over without another restore", async (t) => {
  const { rds, restore, said } = await scene(t);
  await restore();
  const { resourceId } = rds.cluster("copy");
  rds.cluster("copy").status = "creating";
  said.length = 0;
  await restore();
  t.is(rds.cluster("copy").resourceId, resourceId);
  t.deepEqual(said, ["copy: exists already, and is this copy"]);
});

test.serial("a call that loses to a concurrent one takes over the copy of that one", async (t) => {
  const { rds, restore } = await scene(t);
  // What the first look does not see yet.
  const find = rds.find.bind(rds);
  rds.find = (identifier) => {
    if (!identifier.endsWith("copy")) return find(identifier);
    rds.find = find;
    return undefined;
  };
  const before = rds.restoreDBClusterToPointInTime.bind(rds);
  rds.restoreDBClusterToPointInTime = (input) => {
    before(input);
    return before(input);
  };
  await t.notThrowsAsync(restore());
  t.deepEqual(rds.cluster("copy").tags, TAGS);
});

for (const [whose, tags, message] of [
  ["somebody else's", {}, /its tag scalar-backup:restored-to is missing, not 2026/],
  ["another stack's", { ...MARKS, "scalar-backup:stack": "acme/backup/test" }, /is acme\/backup\/test, not acme/],
  ["another instant's", { ...MARKS, "scalar-backup:restored-to": "2026-11-21T03:00:12Z" }, /is 2026-11-21T03:00:12Z/],
  ["an earlier version's", EARLIER, /its tag scalar-backup:stack is missing/],
] as const)
  test.serial(`${whose} cluster of the copy's name is neither taken over nor deleted`, async (t) => {
    const { rds, restore, other, remove, said } = await scene(t);
    other(tags);
    await t.throwsAsync(restore(), { message });
    await remove();
    t.truthy(rds.find("copy"));
    t.regex(said.at(-1) ?? "", /is another one, and is left alone/);
  });

test.serial("a recovery's copy that an earlier version has made is taken over", async (t) => {
  const { restore, other, said } = await scene(t);
  other(EARLIER);
  await restore({ earlierMarks: EARLIER });
  t.deepEqual(said, ["copy: exists already, and is this copy"]);
});

test.serial("a snapshot is restored in its own version, not in the region's default", async (t) => {
  const { rds, clock, restore } = await scene(t);
  const { arn } = rds.snapshots.take(rds.cluster("orders"), {
    identifier: "kept",
    type: "manual",
    at: clock.now(),
    tags: {},
  });
  await restore({ from: { snapshotArn: arn, engine: "postgres" } });
  t.is(rds.cluster("copy").settings.engineVersion, "16.10");
  t.like(rds.cluster("copy").settings.multiAz, { instanceClass: "db.r6gd.xlarge", iops: 4000 });
});

test.serial(
  "the completion waits until the copy is restored, and then sets what AWS accepts only afterwards",
  async (t) => {
    const { rds, restore, said } = await scene(t);
    await restore();
    const copy = rds.cluster("copy");
    copy.status = "creating";
    const settings = { MonitoringInterval: 30, MonitoringRoleArn: "arn:aws:iam::123456789012:role/monitoring" };
    const request = {
      region: REGION,
      clusterIdentifier: "copy",
      settings: { ...settings, PreferredMaintenanceWindow: "sat:03:00-sat:04:00", ManageMasterUserPassword: true },
      tags: { ...MARKS, more: "yes" },
      tagsLeftOut: ["team"],
    };
    await completeClusterCopy(request, ACCESS, (line) => {
      said.push(line);
      if (line === "copy: creating") copy.status = "available";
    });
    t.like(copy.describe(), { ...settings, PreferredMaintenanceWindow: "sat:03:00-sat:04:00" });
    t.true(copy.settings.managedPassword);
    t.is(copy.tags.more, "yes");
    t.is(copy.tags.team, undefined);
    said.length = 0;
    await completeClusterCopy(request, ACCESS, (line) => said.push(line));
    t.deepEqual(said, ["copy: nothing to do"]);
  },
);

test.serial("reports a failed restore at once", async (t) => {
  const { rds, restore } = await scene(t);
  await restore();
  rds.cluster("copy").status = "incompatible-restore";
  await t.throwsAsync(
    completeClusterCopy({ region: REGION, clusterIdentifier: "copy", settings: {} }, ACCESS, () => {}),
    { message: /AWS could not restore copy, which is incompatible-restore/ },
  );
});

test.serial(
  "a restore that has not ended after 12 hours, and a deletion after 2, are given up with the state",
  async (t) => {
    const { rds, restore, remove } = await scene(t);
    await restore();
    virtualClock(t, 1000);
    rds.cluster("copy").status = "creating";
    const request = { region: REGION, clusterIdentifier: "copy", settings: {} };
    await t.throwsAsync(
      completeClusterCopy(request, ACCESS, () => {}),
      { message: "copy is still creating; run the program again to go on waiting" },
    );
    await t.throwsAsync(remove(), { message: "cluster copy is still creating; run the program again" });
  },
);

test.serial("a drill's copy is deleted without a trace, once AWS accepts it", async (t) => {
  const { rds, restore, remove, said } = await scene(t);
  await restore();
  const copy = rds.cluster("copy");
  copy.status = "creating";
  const describe = copy.describe.bind(copy);
  let looks = 0;
  copy.describe = () => {
    looks += 1;
    if (looks > 2) copy.status = "available";
    return describe();
  };
  await remove();
  t.is(rds.find("copy"), undefined);
  t.deepEqual(rds.retainedBackups(), []);
  t.deepEqual(rds.snapshots.all(), []);
  t.is(said.at(-1), "copy: gone");
  said.length = 0;
  await remove();
  t.deepEqual(said, ["copy: gone"], "again: nothing to do");
});

test.serial("a copy with deletion protection is not deleted, and the error has AWS's reason", async (t) => {
  const { rds, restore, remove } = await scene(t);
  await restore();
  rds.modifyDBCluster({ DBClusterIdentifier: "copy", DeletionProtection: true });
  await t.throwsAsync(remove(), { message: /Cannot delete protected Cluster/ });
  t.truthy(rds.find("copy"));
});

test.serial("a retention is raised to the days that are asked for, and never shortened", async (t) => {
  const { rds } = await scene(t);
  const protect = async (days: number) => {
    const said: string[] = [];
    const request = { region: REGION, clusterIdentifier: "orders", days };
    await protectCluster(request, ACCESS, (line) => said.push(line));
    return [rds.cluster("orders").settings.backupRetentionPeriod, said];
  };
  t.deepEqual(await protect(14), [14, ["orders: BackupRetentionPeriod 14", "orders: done"]]);
  t.deepEqual(await protect(7), [14, ["orders: nothing to do"]]);
});
