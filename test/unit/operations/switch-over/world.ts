import { DefaultRateLimiter } from "@smithy/core/retry";
import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../../../operations/clock";
import type { PodsJournal, StoppablePods } from "../../../../operations/switch-over/stoppable-pods";
import { AwsCloud } from "../../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import { RequestFailures } from "../../../../simulator/cloud/request-failures";
import { oneTime } from "./one-time";

export const REGION = "ap-northeast-1";
export const ACCESS = { accessKey: "test", secretKey: "test" };
export const INSTANT = "2026-11-22T03:00:12Z";
export const SUFFIX = "-20261122t030012z";
export const STACK = "organization/scalar-backup/prod";
export const MARKS = {
  "scalar-backup:copy": "recovery",
  "scalar-backup:restored-to": INSTANT,
  "scalar-backup:stack": STACK,
};

/**
 * Lets this process's time pass while its operations wait: the simulated cloud's, and the SDK's, which asks again and again where
 * the two differ. For tests that run one after another.
 */
export function passingTime(t: ExecutionContext, haste: number) {
  const realNow = Date.now;
  let passed = 0;
  Date.now = () => realNow() + passed;
  const clock = {
    now: () => Date.now(),
    pass(millis: number) {
      passed += millis;
    },
  };
  t.teardown(() => {
    Date.now = realNow;
  });
  // The SDK sends less often once it was throttled, and would wait in real time.
  Object.assign(DefaultRateLimiter, {
    setTimeoutFn(done: () => void, millis: number) {
      clock.pass(millis);
      setImmediate(done);
    },
  });
  t.teardown(useWaitingClock({ now: clock.now, wait: async (millis) => clock.pass(millis * haste) }));
  return clock;
}

/**
 * A simulated AWS whose clock passes while operations of this process wait.
 * @param haste How many times as long as they wait: with more, they look less often until something is done. "overlapping": as long
 * as the longest of the waits at a time, where else each wait lets its own time pass.
 */
export async function awsWorld(t: ExecutionContext, haste: number | "overlapping" = 1) {
  const clock = haste === "overlapping" ? oneTime(t) : passingTime(t, haste);
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const failures = new RequestFailures();
  const endpoint = await serveAws(aws, failures);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  return { clock, aws, endpoint, failures, rds: aws.rds.region(REGION), dynamodb: aws.dynamodb.region(REGION) };
}

/** Tags as RDS takes them. */
export function tagList(tags: Record<string, string>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A PostgreSQL instance with automated backups. */
export function createInstance(
  rds: ReturnType<AwsCloud["rds"]["region"]>,
  identifier: string,
  tags: Record<string, string>,
): void {
  rds.createDBInstance({
    DBInstanceIdentifier: identifier,
    Engine: "postgres",
    DBInstanceClass: "db.m7g.large",
    AllocatedStorage: 100,
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    BackupRetentionPeriod: 7,
    Tags: tagList(tags),
  });
}

export type RdsKind = "instance" | "aurora" | "multiAz";

/** A PostgreSQL database with automated backups: an instance, an Aurora cluster with a writer, or a Multi-AZ DB cluster. */
export function createRds(
  rds: ReturnType<AwsCloud["rds"]["region"]>,
  kind: RdsKind,
  identifier: string,
  tags: Record<string, string>,
): void {
  if (kind === "instance") {
    createInstance(rds, identifier, tags);
    return;
  }
  const cluster = {
    DBClusterIdentifier: identifier,
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    BackupRetentionPeriod: 7,
    Tags: tagList(tags),
  };
  if (kind === "multiAz") {
    const size = { DBClusterInstanceClass: "db.m6gd.large", AllocatedStorage: 100, Iops: 1000 };
    rds.createDBCluster({ ...cluster, ...size, Engine: "postgres" });
    return;
  }
  rds.createDBCluster({ ...cluster, Engine: "aurora-postgresql" });
  rds.createDBInstance({
    DBInstanceIdentifier: `${identifier}-1`,
    DBClusterIdentifier: identifier,
    Engine: "aurora-postgresql",
    DBInstanceClass: "db.r7g.large",
  });
}

/** Pods that obey at once, and note each call. */
export function obedientPods(replicas = 3): StoppablePods & { running: number; log: string[]; back?: () => number } {
  let journal: PodsJournal | undefined;
  const pods = {
    running: replicas,
    log: [] as string[],
    back: undefined as (() => number) | undefined,
    problems: async () => [],
    lock: async () => void pods.log.push("lock"),
    unlock: async () => void pods.log.push("unlock"),
    keep: async () => {},
    journal: async () => journal,
    async stop(instant: string) {
      pods.log.push("stop");
      pods.running = 0;
      if (journal?.instant !== instant || journal.state === "started")
        journal = { instant, state: "stopped", notes: {} };
    },
    async note(notes: Record<string, string>) {
      if (journal === undefined) throw new Error("stop has not been called");
      journal = { ...journal, notes: { ...journal.notes, ...notes } };
    },
    carried: async () => [],
    counts: async () => ({}),
    async present() {
      pods.running = pods.back?.() ?? pods.running;
      return Array.from({ length: pods.running }, (_, index) => `default: scalar/pod-${index} (Running)`);
    },
    async start() {
      pods.log.push("start");
      pods.running = replicas;
      if (journal) journal = { ...journal, state: "started" as const };
    },
  };
  return pods;
}
