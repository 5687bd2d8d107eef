import * as pulumi from "@pulumi/pulumi";
import type { ClusterDescription } from "../../../operations/aurora";
import type { InstanceDescription } from "../../../operations/rds";
import type { AwsSettings } from "../../cloud-settings";
import { orEnd } from "../../problem";
import type { RdsArgs } from "./args";
import { findInstance, findMultiAzCluster, NO_DELETED_CLUSTERS } from "./deleted";
import type { RdsEngine } from "./engine";

/** Whether the database is a Multi-AZ DB cluster; a single instance otherwise. */
export function isCluster({ existing, create }: RdsArgs): boolean {
  return existing?.clusterIdentifier !== undefined || create?.cluster !== undefined;
}

export function configuredRegion({ existing, create }: RdsArgs): string | undefined {
  return existing?.region ?? create?.region;
}

/** The identifier of the instance or cluster. */
export function identifierOf(name: string, { existing, create }: RdsArgs): pulumi.Input<string> {
  const given =
    existing?.instanceIdentifier ??
    existing?.clusterIdentifier ??
    create?.instance?.identifier ??
    create?.cluster?.clusterIdentifier ??
    name;
  return typeof given === "string" ? given : pulumi.output(given).apply((id) => id ?? name);
}

/** The instance as it is now. The program ends when it does not exist, is of another engine, or is no database of its own. */
export function lookUpInstance(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  where: string,
  aws: AwsSettings,
): pulumi.Output<InstanceDescription> {
  return pulumi
    .output(identifierOf(name, args))
    .apply((id) =>
      orEnd(`database ${name}`, async () =>
        checkInstance(
          engine,
          id,
          where,
          await findInstance(where, id, args, `databases[].${engine.key}.existing`, aws.access),
        ),
      ),
    );
}

/** The Multi-AZ DB cluster as it is now. The program ends when it does not exist or is of another engine. */
export function lookUpCluster(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  where: string,
  aws: AwsSettings,
): pulumi.Output<ClusterDescription> {
  return pulumi
    .output(identifierOf(name, args))
    .apply((id) =>
      orEnd(`database ${name}`, async () =>
        checkCluster(engine, id, where, await findMultiAzCluster(where, id, args, aws.access)),
      ),
    );
}

/** @throws {Error} for what is no instance of this engine with data of its own, with the fix. */
export function checkInstance(
  engine: RdsEngine,
  id: string,
  where: string,
  found: InstanceDescription | undefined,
): InstanceDescription {
  const path = `databases[].${engine.key}.existing`;
  if (found === undefined)
    throw new Error(`there is no RDS instance ${id} in ${where}; correct ${path}.instanceIdentifier`);
  const { Engine, DBClusterIdentifier, ReadReplicaSourceDBInstanceIdentifier } = found.instance;
  if (DBClusterIdentifier !== undefined)
    throw new Error(
      `instance ${id} in ${where} belongs to the cluster ${DBClusterIdentifier}, which holds the data; name the cluster instead: a Multi-AZ DB cluster in ${path}.clusterIdentifier, an Aurora cluster under its own kind`,
    );
  refuseOtherEngine(engine, `instance ${id} in ${where}`, Engine);
  if (ReadReplicaSourceDBInstanceIdentifier !== undefined)
    throw new Error(
      `instance ${id} in ${where} is a read replica of ${ReadReplicaSourceDBInstanceIdentifier}; name that one in ${path}.instanceIdentifier`,
    );
  return found;
}

/** @throws {Error} for what is no cluster of this engine, with the fix. */
export function checkCluster(
  engine: RdsEngine,
  id: string,
  where: string,
  found: ClusterDescription | undefined,
): ClusterDescription {
  if (found === undefined)
    throw new Error(
      `there is no Multi-AZ DB cluster ${id} in ${where}; correct databases[].${engine.key}.existing.clusterIdentifier. If it is deleted: ${NO_DELETED_CLUSTERS} there`,
    );
  refuseOtherEngine(engine, `cluster ${id} in ${where}`, found.cluster.Engine);
  return found;
}

function refuseOtherEngine(engine: RdsEngine, subject: string, found: string | undefined): void {
  if (found === undefined || !engine.engines.includes(found))
    throw new Error(`${subject} runs ${found}, not ${engine.engines.join(" or ")}; name it under its own kind`);
}
