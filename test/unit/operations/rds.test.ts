import test from "ava";
import { completeClusterCopy } from "../../../operations/multi-az-copies";
import { completeInstanceCopy, describeInstance } from "../../../operations/rds";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const ACCESS = { accessKey: "test", secretKey: "test" };
const MINUTE = 60_000;

async function cloudWith(t: { teardown(work: () => unknown): void }) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const endpoint = await serveAws(aws);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  const rds = aws.rds.region(REGION);
  const credentials = { MasterUsername: "scalar", MasterUserPassword: "secret" };
  rds.createDBInstance({
    ...credentials,
    DBInstanceIdentifier: "copy",
    Engine: "mysql",
    DBInstanceClass: "db.m7g.large",
    AllocatedStorage: 100,
    BackupRetentionPeriod: 7,
  });
  rds.createDBCluster({
    ...credentials,
    DBClusterIdentifier: "copies",
    Engine: "mysql",
    DBClusterInstanceClass: "db.m6gd.large",
    AllocatedStorage: 100,
    Iops: 1000,
  });
  return { clock, rds };
}

test.serial("an instance's range is that of its automated backups; off, there is none", async (t) => {
  const { clock, rds } = await cloudWith(t);
  // No more than the SDK takes for a clock that is right: it asks again and again where clocks differ by 5 minutes.
  clock.advance(4 * MINUTE);
  const range = rds.instances.instance("copy").restorableRange();
  const found = await describeInstance(REGION, "copy", ACCESS);
  t.truthy(range);
  t.is(found?.backups?.RestoreWindow?.EarliestTime?.getTime(), range?.earliest);
  rds.modifyDBInstance({ DBInstanceIdentifier: "copy", BackupRetentionPeriod: 0, ApplyImmediately: true });
  const off = await describeInstance(REGION, "copy", ACCESS);
  t.is(off?.instance.BackupRetentionPeriod, 0);
  t.is(off?.backups, undefined);
  t.is(await describeInstance(REGION, "missing", ACCESS), undefined);
});

test.serial("an instance is given what it lacks, once", async (t) => {
  const { rds } = await cloudWith(t);
  const request = {
    region: REGION,
    instanceIdentifier: "copy",
    settings: {
      BackupRetentionPeriod: 35,
      PreferredMaintenanceWindow: "sat:03:00-sat:04:00",
      PerformanceInsightsEnabled: true,
      PerformanceInsightsRetentionPeriod: 93,
    },
  };
  const said: string[] = [];
  await completeInstanceCopy(request, ACCESS, (line) => said.push(line));
  t.like(rds.instances.instance("copy").settings, {
    backupRetentionPeriod: 35,
    maintenanceWindow: "sat:03:00-sat:04:00",
    performanceInsights: true,
    performanceInsightsRetention: 93,
  });
  t.is(said.at(-1), "copy: done");
  said.length = 0;
  await completeInstanceCopy(request, ACCESS, (line) => said.push(line));
  t.deepEqual(said, ["copy: nothing to do"]);
});

test.serial("settings that AWS accepts only together are sent together", async (t) => {
  const { rds } = await cloudWith(t);
  rds.modifyDBInstance({
    DBInstanceIdentifier: "copy",
    EnablePerformanceInsights: true,
    PerformanceInsightsRetentionPeriod: 465,
  });
  const settings = {
    PerformanceInsightsEnabled: true,
    PerformanceInsightsRetentionPeriod: 465,
    DatabaseInsightsMode: "advanced" as const,
  };
  const said: string[] = [];
  await completeInstanceCopy({ region: REGION, instanceIdentifier: "copy", settings }, ACCESS, (line) =>
    said.push(line),
  );
  t.deepEqual(said, [
    "copy: PerformanceInsightsEnabled true",
    "copy: PerformanceInsightsRetentionPeriod 465",
    "copy: DatabaseInsightsMode advanced",
    "copy: done",
  ]);
});

test.serial("a Multi-AZ DB cluster is given what it lacks, once", async (t) => {
  const { rds } = await cloudWith(t);
  const request = {
    region: REGION,
    clusterIdentifier: "copies",
    settings: {
      DBClusterInstanceClass: "db.r6gd.xlarge",
      MonitoringInterval: 30,
      MonitoringRoleArn: "arn:aws:iam::123456789012:role/monitoring",
    },
  };
  await completeClusterCopy(request, ACCESS, () => {});
  t.like(rds.cluster("copies").describe(), request.settings);
  const said: string[] = [];
  await completeClusterCopy(request, ACCESS, (line) => said.push(line));
  t.deepEqual(said, ["copies: nothing to do"]);
});

test.serial("an operation on a database that does not exist fails", async (t) => {
  await cloudWith(t);
  await t.throwsAsync(
    completeInstanceCopy({ region: REGION, instanceIdentifier: "missing", settings: {} }, ACCESS, () => {}),
    { message: "missing is not there; it may just have been deleted: run the program again" },
  );
});
