import type { DBInstance } from "@aws-sdk/client-rds";
import type * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import { awaitCluster, describeCluster, tagsOf } from "../../../operations/aurora";
import { awaitInstance, describeInstance } from "../../../operations/rds";
import { thisRun } from "../../problem";
import { type Adoptable, adopted, awsImportId, foreignBecause, importIdOf, refuseTakingName } from "../adoption";
import { lookUpFor, type RestoreContext } from "../kind";

/** The ID to import an instance by, where an interrupted `up` has left one under the copy's identifier. */
export function adoptedInstance(
  name: string,
  logical: string,
  { region, identifier, source }: { region: string; identifier: string; source: Record<string, string> },
  context: RestoreContext,
): pulumi.Output<string | undefined> {
  return adopted(name, { type: "aws:rds/instance:Instance", logical }, context, async () => {
    claim(name, "instance", region, identifier);
    refuseTakingName(source, {});
    const found = await describeInstance(region, identifier, context.aws.access);
    return found && existingInstance(found.instance, answered(found.instance, "DbiResourceId"), region, context);
  });
}

/** The IDs to import a copied Aurora cluster and its instances by, those that are outside of the state. */
export interface AdoptedCluster {
  cluster: string | undefined;
  /** Keyed by the number at the end of each instance's identifier, from 1 on. */
  instances: ReadonlyMap<number, string>;
}

/** What is going to be a copied Aurora cluster. */
interface CopiedCluster {
  region: string;
  identifier: string;
  /** How many instances it is going to have. */
  size: number;
  /** The tags of what it is a copy of: in the middle of a switch-over, that is itself a copy which takes its name. */
  source: Record<string, string>;
}

/** The IDs to import what an interrupted `up` has left under the identifiers of a cluster and its instances. */
export function adoptedCluster(
  name: string,
  logical: string,
  { region, identifier, size, source }: CopiedCluster,
  context: RestoreContext,
): pulumi.Output<AdoptedCluster> {
  const { aws } = context;
  return lookUpFor(name, async () => {
    claim(name, "cluster", region, identifier);
    refuseTakingName(source, {});
    const found = await describeCluster(region, identifier, aws.access);
    if (found === undefined) return { cluster: undefined, instances: new Map() };
    refuseTakingName(tagsOf(found.cluster), context);
    const cluster = await importIdOf(
      { type: "aws:rds/cluster:Cluster", logical },
      {
        what: `cluster ${identifier} in ${region}`,
        id: awsImportId(identifier, region, aws),
        foreign: foreignBecause(tagsOf(found.cluster), context),
        ready: found.cluster.Status === "available" ? undefined : () => awaitCluster(region, identifier, aws.access),
      },
      context,
    );
    const instances = new Map<number, string>();
    for (const instance of found.instances) {
      const id = answered(instance, "DBInstanceIdentifier");
      const number = Number(id.slice(identifier.length + 1));
      // Readers that autoscaling or somebody has added to the copy are none of ours.
      if (id !== `${identifier}-${number}` || number < 1 || number > size) continue;
      const imported = await importIdOf(
        { type: "aws:rds/clusterInstance:ClusterInstance", logical: `${logical}-${number}` },
        existingInstance(instance, id, region, context),
        context,
      );
      if (imported !== undefined) instances.set(number, imported);
    }
    return { cluster, instances };
  });
}

const claims = new WeakMap<object, Map<string, string>>();

/**
 * Notes which database's copy gets an identifier. Long ones are cut, so that two sources' copies may get the same: the one that
 * is created first would be taken for the other. @throws {Error} when another database has it.
 */
function claim(name: string, what: "instance" | "cluster", region: string, identifier: string): void {
  const run = thisRun();
  if (run === undefined) return;
  const claimed = claims.get(run) ?? new Map<string, string>();
  claims.set(run, claimed);
  const key = `${what} ${identifier} in ${region}`;
  const other = claimed.get(key) ?? name;
  claimed.set(key, other);
  if (other !== name)
    throw new Error(
      `its copy would be ${key}, and so would the copy of database ${other}: RDS takes 63 characters, and the identifiers of both sources begin with the same that fit in. Give one of the two sources another identifier`,
    );
}

function existingInstance(instance: DBInstance, id: string, region: string, context: RestoreContext): Adoptable {
  const { aws } = context;
  const identifier = answered(instance, "DBInstanceIdentifier");
  refuseTakingName(tagsOf(instance), context);
  return {
    what: `instance ${identifier} in ${region}`,
    id: awsImportId(id, region, aws),
    foreign: foreignBecause(tagsOf(instance), context),
    ready: instance.DBInstanceStatus === "available" ? undefined : () => awaitInstance(region, identifier, aws.access),
  };
}
