import type { DBInstance } from "@aws-sdk/client-rds";
import type * as pulumi from "@pulumi/pulumi";
import { awaitCluster, describeCluster, tagsOf } from "../../../operations/aurora";
import { awaitInstance, describeInstance } from "../../../operations/rds";
import { adopted, awsImportId, importIdOf, type Standing, strangerBy } from "../adoption";
import { lookedUp, type RestoreContext } from "../kind";

/** The ID to import an instance by, where an interrupted `up` has left one under the copy's identifier. */
export function adoptedInstance(
  name: string,
  logical: string,
  { region, identifier }: { region: string; identifier: string },
  context: RestoreContext,
): pulumi.Output<string | undefined> {
  return adopted(name, { type: "aws:rds/instance:Instance", logical }, context, async () => {
    const found = await describeInstance(region, identifier, context.aws.access);
    return found && standingInstance(found.instance, found.instance.DbiResourceId as string, region, context);
  });
}

/** The IDs to import a copied Aurora cluster and its instances by, those that are outside of the state. */
export interface AdoptedCluster {
  cluster: string | undefined;
  /** By the numbers that the instances' identifiers end with, from 1 on. */
  instances: ReadonlyMap<number, string>;
}

/** The IDs to import what an interrupted `up` has left under the identifiers of a cluster and its instances. */
export function adoptedCluster(
  name: string,
  logical: string,
  { region, identifier }: { region: string; identifier: string },
  context: RestoreContext,
): pulumi.Output<AdoptedCluster> {
  const { aws, instant } = context;
  return lookedUp(name, async () => {
    const found = await describeCluster(region, identifier, aws.access);
    if (found === undefined) return { cluster: undefined, instances: new Map() };
    const cluster = await importIdOf(
      { type: "aws:rds/cluster:Cluster", logical },
      {
        what: `cluster ${identifier} in ${region}`,
        id: awsImportId(identifier, region, aws),
        stranger: strangerBy(tagsOf(found.cluster), instant),
        ready: found.cluster.Status === "available" ? undefined : () => awaitCluster(region, identifier, aws.access),
      },
      context,
    );
    const instances = new Map<number, string>();
    for (const instance of found.instances) {
      const id = instance.DBInstanceIdentifier as string;
      const number = Number(id.slice(identifier.length + 1));
      // Readers that autoscaling has added have other names.
      if (id !== `${identifier}-${number}`) continue;
      const imported = await importIdOf(
        { type: "aws:rds/clusterInstance:ClusterInstance", logical: `${logical}-${number}` },
        standingInstance(instance, id, region, context),
        context,
      );
      if (imported !== undefined) instances.set(number, imported);
    }
    return { cluster, instances };
  });
}

function standingInstance(
  instance: DBInstance,
  id: string,
  region: string,
  { aws, instant }: RestoreContext,
): Standing {
  const identifier = instance.DBInstanceIdentifier as string;
  return {
    what: `instance ${identifier} in ${region}`,
    id: awsImportId(id, region, aws),
    stranger: strangerBy(tagsOf(instance), instant),
    ready: instance.DBInstanceStatus === "available" ? undefined : () => awaitInstance(region, identifier, aws.access),
  };
}
