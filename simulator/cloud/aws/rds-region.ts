import type {
  CreateDBClusterMessage,
  CreateDBInstanceMessage,
  DBCluster,
  DBInstance,
  DeleteDBClusterMessage,
  DeleteDBInstanceMessage,
  ModifyDBClusterMessage,
  ModifyDBInstanceMessage,
  RestoreDBClusterFromSnapshotMessage,
  RestoreDBClusterToPointInTimeMessage,
  Tag,
} from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import type { Cluster, ClusterInstance, RetainedBackups } from "./rds-cluster";
import { createMember, modifyMember } from "./rds-cluster-members";
import { RdsClusters } from "./rds-clusters";
import type { RdsContext } from "./rds-context";
import type { RdsDatabase } from "./rds-database";
import { RdsGroups } from "./rds-groups";
import type { Instance } from "./rds-instance";
import { RdsInstances } from "./rds-instances";
import { RdsNeighbours } from "./rds-neighbours";
import type { RenameCourses } from "./rds-rename";
import { identifierOf } from "./rds-requests";
import { RdsSnapshots } from "./rds-snapshots";
import { rdsTags } from "./tags";

/** RDS in one region, by AWS's names and with AWS's requests, answers and errors. */
export class RdsRegion {
  readonly name: string;
  /** The instances that belong to no cluster. */
  readonly instances: RdsInstances;
  /** Lets AWS Backup do, before anything is looked at, what its schedule has made due. */
  beforeAccess: () => void = () => {};

  /** Final snapshots, and those of AWS Backup. */
  readonly snapshots: RdsSnapshots;
  /** Proxies, blue/green deployments, custom endpoints. */
  readonly neighbours: RdsNeighbours;
  readonly #context: RdsContext;
  readonly #clusters: RdsClusters;
  readonly #groups: RdsGroups;

  constructor(name: string, clock: SimulatedClock, identifiers: Identifiers, renames: RenameCourses) {
    this.name = name;
    const dns = identifiers.hex(12);
    this.snapshots = new RdsSnapshots(name);
    this.neighbours = new RdsNeighbours(name, identifiers);
    this.#groups = new RdsGroups(`sg-${identifiers.hex(17)}`);
    this.#context = {
      region: name,
      clock,
      identifiers,
      dns,
      groups: this.#groups,
      snapshots: this.snapshots,
      renames,
      beforeAccess: () => this.beforeAccess(),
    };
    this.instances = new RdsInstances({
      ...this.#context,
      freeIdentifier: (requested, renamed) => this.#freeInstanceIdentifier(requested, renamed),
    });
    this.#clusters = new RdsClusters({
      ...this.#context,
      isInstance: (identifier) => this.instances.find(identifier) !== undefined,
    });
  }

  createSubnetGroup(name: string): void {
    this.#groups.subnetGroups.add(name);
  }

  createClusterParameterGroup(name: string): void {
    this.#groups.clusterParameterGroups.add(name);
  }

  createParameterGroup(name: string): void {
    this.#groups.parameterGroups.add(name);
  }

  createSecurityGroup(id: string): void {
    this.#groups.securityGroups.add(id);
  }

  /** `permanent` are options that an instance can't be parted from, such as Oracle's `TDE`. */
  createOptionGroup(name: string, engine: string, permanent: string[] = []): void {
    this.#groups.optionGroups.set(name, { engine, permanent });
  }

  /** @throws DBClusterNotFoundFault */
  cluster(identifier: string): Cluster {
    return this.#clusters.cluster(identifier);
  }

  find(identifierOrArn: string): Cluster | undefined {
    return this.#clusters.find(identifierOrArn);
  }

  /** How many there may be [Amazon RDS User Guide, "Quotas and constraints for Amazon RDS"]; an account can have more. */
  quotas = { instances: 40, clusters: 40 };

  /** In the order in which `DescribeDBClusters` pages through them. */
  clusters(): Cluster[] {
    return this.#clusters.all();
  }

  /** Everything that AWS Backup can keep continuous backups of. */
  databases(): RdsDatabase[] {
    return [...this.clusters(), ...this.instances.all()];
  }

  /** An instance of a cluster. @throws DBInstanceNotFound */
  instance(identifier: string): { cluster: Cluster; instance: ClusterInstance } {
    const found = this.findInstance(identifier);
    if (!found) throw new AwsError("DBInstanceNotFound", `DBInstance ${identifier} not found.`, 404);
    return found;
  }

  findInstance(identifier: string): { cluster: Cluster; instance: ClusterInstance } | undefined {
    return this.#clusters.findMember(identifier);
  }

  /** Automated backups of deleted clusters. */
  retainedBackups(): RetainedBackups[] {
    return this.#clusters.retainedBackups();
  }

  createDBCluster(input: CreateDBClusterMessage): DBCluster {
    return this.#clusters.create(input);
  }

  restoreDBClusterToPointInTime(input: RestoreDBClusterToPointInTimeMessage): DBCluster {
    return this.#clusters.restoreToPointInTime(input);
  }

  restoreDBClusterFromSnapshot(input: RestoreDBClusterFromSnapshotMessage): DBCluster {
    return this.#clusters.restoreFromSnapshot(input);
  }

  modifyDBCluster(input: ModifyDBClusterMessage): DBCluster {
    return this.#clusters.modify(input);
  }

  deleteDBCluster(input: DeleteDBClusterMessage): DBCluster {
    return this.#clusters.delete(input);
  }

  createDBInstance(input: CreateDBInstanceMessage): DBInstance {
    if (!input.DBClusterIdentifier) return this.instances.create(input);
    const identifier = this.#freeInstanceIdentifier(input.DBInstanceIdentifier);
    const cluster = this.cluster(input.DBClusterIdentifier);
    const instance = createMember(cluster, identifier, input, this.#context);
    return { ...cluster.describeInstance(instance), DBInstanceStatus: "creating" };
  }

  modifyDBInstance(input: ModifyDBInstanceMessage): DBInstance {
    if (this.instances.find(input.DBInstanceIdentifier as string)) return this.instances.modify(input);
    const { cluster, instance } = this.instance(input.DBInstanceIdentifier as string);
    if (input.NewDBInstanceIdentifier) throw new Error("renaming an instance of a cluster is not simulated");
    modifyMember(cluster, instance, input, this.#context);
    return cluster.describeInstance(instance);
  }

  deleteDBInstance(input: DeleteDBInstanceMessage): DBInstance {
    if (this.instances.find(input.DBInstanceIdentifier as string)) return this.instances.delete(input);
    const { cluster, instance } = this.instance(input.DBInstanceIdentifier as string);
    const description = cluster.describeInstance(instance);
    cluster.removeInstance(instance.identifier);
    return { ...description, DBInstanceStatus: "deleting" };
  }

  tagsOf(resourceArn: string): Tag[] {
    return Object.entries(this.#tagged(resourceArn).tags).map(([Key, Value]) => ({ Key, Value }));
  }

  addTagsToResource(resourceArn: string, tags: Tag[]): void {
    Object.assign(this.#tagged(resourceArn).tags, rdsTags(tags));
  }

  removeTagsFromResource(resourceArn: string, keys: string[]): void {
    const { tags } = this.#tagged(resourceArn);
    for (const key of keys) delete tags[key];
  }

  /** @param renamed The instance that is to get the name; to its own it can be renamed, and reboots. [aws-cloudformation-resource-providers-rds #190] */
  #freeInstanceIdentifier(requested: string | undefined, renamed?: Instance): string {
    const identifier = identifierOf(requested, renamed ? "NewDBInstanceIdentifier" : "DBInstanceIdentifier");
    if (
      this.findInstance(identifier) ||
      this.instances.all().some((other) => other !== renamed && other.heldIdentifiers.includes(identifier))
    )
      throw new AwsError("DBInstanceAlreadyExists", "DB instance already exists");
    return identifier;
  }

  #tagged(resourceArn: string): { tags: Record<string, string> } {
    if (resourceArn.includes(":cluster:")) return this.cluster(resourceArn);
    return this.instances.find(resourceArn) ?? this.instance(resourceArn).instance;
  }
}
