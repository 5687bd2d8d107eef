/**
 * Databases in the middle of a switch-over. No database has the production name for a while then, and a program that is run again
 * would find none: the copy that takes the name is shown under it, so that the program declares what it declared before.
 */

import {
  type DBCluster,
  type DBInstance,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
} from "@aws-sdk/client-rds";
import { type ClusterDescription, describeCluster, tagsOf } from "./aurora";
import { type AwsAccessSource, awsClientConfig } from "./aws";
import { describeInstance, type InstanceDescription } from "./rds";
import { isTaking } from "./taking-name";

/**
 * Whether a copy of a stack is taking the name of an instance or a cluster in a switch-over, or has it and is not complete.
 * @param stack `<organization>/<project>/<stack>`
 */
export async function isNameTaken(
  what: "instance" | "cluster",
  region: string,
  identifier: string,
  stack: string,
  access: AwsAccessSource,
): Promise<boolean> {
  const found =
    what === "instance"
      ? (await describeInstance(region, identifier, access))?.instance
      : (await describeCluster(region, identifier, access))?.cluster;
  if (found !== undefined) return isTaking(tagsOf(found), identifier.toLowerCase(), stack);
  return isNameMarked(what, region, identifier, stack, access);
}

/** Whether a copy of a stack that has another identifier is marked for the name. */
export async function isNameMarked(
  what: "instance" | "cluster",
  region: string,
  identifier: string,
  stack: string,
  access: AwsAccessSource,
): Promise<boolean> {
  const taking = what === "instance" ? instanceTaking : clusterTaking;
  return (await taking(region, identifier, stack, access)) !== undefined;
}

/** The instance that is taking an identifier, as if it had it already; undefined when there is none. */
export async function instanceTaking(
  region: string,
  identifier: string,
  stack: string,
  access: AwsAccessSource,
): Promise<InstanceDescription | undefined> {
  const client = new RDSClient(awsClientConfig(region, access));
  for await (const page of paginateDescribeDBInstances({ client }, {}))
    for (const { DBInstanceIdentifier: present = "", ...rest } of page.DBInstances ?? []) {
      if (!isTaking(tagsOf(rest), identifier.toLowerCase(), stack)) continue;
      const found = await describeInstance(region, present, access);
      return found && { ...found, instance: renamedInstance(found.instance, present, identifier) };
    }
  return undefined;
}

/** The same of a cluster. */
export async function clusterTaking(
  region: string,
  identifier: string,
  stack: string,
  access: AwsAccessSource,
): Promise<ClusterDescription | undefined> {
  const client = new RDSClient(awsClientConfig(region, access));
  for await (const page of paginateDescribeDBClusters({ client }, {}))
    for (const { DBClusterIdentifier: present = "", ...rest } of page.DBClusters ?? []) {
      if (!isTaking(tagsOf(rest), identifier.toLowerCase(), stack)) continue;
      const found = await describeCluster(region, present, access);
      return found && { ...found, cluster: renamedCluster(found.cluster, present, identifier) };
    }
  return undefined;
}

/** What AWS derives from the name follows it. */
function renamedInstance(instance: DBInstance, from: string, to: string): DBInstance {
  return {
    ...instance,
    DBInstanceIdentifier: to,
    DBInstanceArn: instance.DBInstanceArn?.replace(/[^:]+$/, to),
    ...(instance.Endpoint && {
      Endpoint: { ...instance.Endpoint, Address: host(instance.Endpoint.Address, from, to) },
    }),
  };
}

function renamedCluster(cluster: DBCluster, from: string, to: string): DBCluster {
  return {
    ...cluster,
    DBClusterIdentifier: to,
    DBClusterArn: cluster.DBClusterArn?.replace(/[^:]+$/, to),
    Endpoint: host(cluster.Endpoint, from, to),
    ReaderEndpoint: host(cluster.ReaderEndpoint, from, to),
  };
}

function host(address: string | undefined, from: string, to: string): string | undefined {
  return address?.startsWith(`${from}.`) ? `${to}${address.slice(from.length)}` : address;
}
