import * as pulumi from "@pulumi/pulumi";
import type { ClusterDescription } from "../../../operations/aurora";
import type { AwsSettings } from "../../cloud-settings";
import { orEnd } from "../../problem";
import { findAuroraCluster } from "../rds/deleted";
import type { AuroraArgs } from "./args";

/** The differences between the kinds of Aurora. */
export interface AuroraEngine {
  key: string;
  kind: string;
  label: string;
  /** AWS's name of the engine. */
  engine: "aurora-postgresql" | "aurora-mysql";
  jdbcScheme: string;
  /** The database that every cluster of this engine has; empty where a client needs to name none. */
  defaultDatabase: string;
}

/** The source as it is now. The program ends when it does not exist or is of another engine. */
export function lookUpSource(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  where: string,
  aws: AwsSettings,
): pulumi.Output<ClusterDescription> {
  return pulumi
    .output(clusterIdentifier(name, args))
    .apply((id) => orEnd(`database ${name}`, () => findSource(engine, id, args, where, aws)));
}

/** The same outside of a program. @throws {Error} when it does not exist or is of another engine, with the fix. */
export async function findSource(
  engine: AuroraEngine,
  id: string,
  args: AuroraArgs,
  where: string,
  aws: AwsSettings,
): Promise<ClusterDescription> {
  const found = await findAuroraCluster(where, id, args, `databases[].${engine.key}.existing`, aws.access);
  if (found === undefined)
    throw new Error(`there is no Aurora cluster ${id} in ${where}; correct databases[].${engine.key}`);
  if (found.cluster.Engine !== engine.engine)
    throw new Error(
      `cluster ${id} in ${where} runs ${found.cluster.Engine}, not ${engine.engine}; name it under its own kind`,
    );
  return found;
}

export function clusterIdentifier(name: string, args: AuroraArgs): pulumi.Input<string> {
  const given = args.existing?.clusterIdentifier ?? args.create?.cluster?.clusterIdentifier ?? name;
  return typeof given === "string" ? given : pulumi.output(given).apply((id) => id ?? name);
}

export function configuredRegion(args: AuroraArgs): string | undefined {
  return args.existing?.region ?? args.create?.region;
}
