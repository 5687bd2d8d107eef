import type { SimulatedClock } from "../clock";
import { Caller } from "./authorization/caller";
import { AutoScaling } from "./autoscaling";
import { Backup } from "./backup";
import { DynamoDb } from "./dynamodb";
import { Eks } from "./eks";
import { Events } from "./events";
import { Iam } from "./iam";
import { Identifiers } from "./identifiers";
import { Kms } from "./kms";
import { Rds } from "./rds";
import { Sessions } from "./sessions";
import { Sns } from "./sns";

/**
 * The simulated AWS: each service a class with AWS's rules, one account, any region. What a Pulumi provider, an
 * operation's SDK and a rehearsal see is the same state under the same rules.
 */
export class AwsCloud {
  readonly identifiers: Identifiers;
  readonly clock: SimulatedClock;
  /** As whom programs and providers work. */
  readonly caller = new Caller();
  readonly dynamodb: DynamoDb;
  readonly rds: Rds;
  readonly backup: Backup;
  readonly iam: Iam;
  readonly sessions: Sessions;
  readonly eks: Eks;
  readonly kms: Kms;
  readonly sns: Sns;
  readonly events: Events;
  readonly autoscaling: AutoScaling;

  constructor(clock: SimulatedClock, seed: number) {
    this.clock = clock;
    this.identifiers = new Identifiers(seed);
    this.dynamodb = new DynamoDb(clock, this.identifiers);
    this.rds = new Rds(clock, this.identifiers);
    this.iam = new Iam(clock, this.identifiers);
    this.sessions = new Sessions(clock, this.identifiers, this.iam);
    this.eks = new Eks(this.identifiers, this.sessions);
    this.kms = new Kms(this.identifiers);
    this.sns = new Sns(this.identifiers, this.kms);
    this.events = new Events(this.sns);
    this.backup = new Backup(this);
    this.autoscaling = new AutoScaling(clock, this.identifiers, this.dynamodb, this.rds);
  }
}

export type { Access } from "./authorization/caller";
export { default as AUTHORIZATION_REFERENCE } from "./authorization/reference.json";
export type { BackupRule, RecoveryPoint } from "./backup";
export { checkRules } from "./backup-rules";
export { Vault } from "./backup-vault";
export { CronError, nextRun, parseCron } from "./cron";
export * as durations from "./durations";
export type { Item, TypedItem } from "./dynamodb-item";
export { CallRates } from "./dynamodb-quotas";
export type { Table } from "./dynamodb-table";
export { AwsError } from "./error";
export { verdictOf } from "./policy-document";
export type { Cluster, ClusterSettings } from "./rds-cluster";
export type { RdsDatabase } from "./rds-database";
export type { Instance } from "./rds-instance";
export { renameCourses } from "./rds-rename";
export { OIDC_ISSUER } from "./sessions";
export { dynamodbTags, rdsTags } from "./tags";
