import * as pulumi from "@pulumi/pulumi";
import { type ClusterDescription, describeCluster } from "../../../operations/aurora";
import type { DatabaseRange } from "../../../restore-points/ranges";
import { type AwsSettings, instantSuffix } from "../kind";
import type { AuroraArgs } from "./args";

/** What tells the kinds of Aurora apart. */
export interface AuroraEngine {
  key: string;
  kind: string;
  label: string;
  /** AWS's name of the engine. */
  engine: "aurora-postgresql" | "aurora-mysql";
  jdbcScheme: string;
  /** The database that every cluster of this engine has. */
  defaultDatabase: string;
}

/** The source as it is now. @throws {pulumi.RunError} when it does not exist or is of another engine. */
export function lookUpSource(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  where: string,
  aws: AwsSettings,
): pulumi.Output<ClusterDescription> {
  return pulumi.output(clusterIdentifier(name, args)).apply(async (id) => {
    const found = await describeCluster(where, id, aws.access);
    if (found === undefined)
      throw new pulumi.RunError(
        `database ${name}: there is no Aurora cluster ${id} in ${where}; correct databases[].${engine.key}`,
      );
    if (found.cluster.Engine !== engine.engine)
      throw new pulumi.RunError(
        `database ${name}: cluster ${id} in ${where} runs ${found.cluster.Engine}, not ${engine.engine}; name it under its own kind`,
      );
    return found;
  });
}

/** What the cluster can be restored to. */
export function rangeOf(name: string, description: ClusterDescription | undefined): DatabaseRange {
  if (description === undefined) return { name, unknownBecause: "it is not created yet" };
  const { EarliestRestorableTime: earliest, LatestRestorableTime: latest } = description.cluster;
  if (earliest === undefined || latest === undefined)
    return { name, unknownBecause: "AWS names no restorable time for it yet" };
  return { name, earliest: earliest.toISOString(), latest: latest.toISOString() };
}

export function clusterIdentifier(name: string, args: AuroraArgs): pulumi.Input<string> {
  const given = args.existing?.clusterIdentifier ?? args.create?.cluster?.clusterIdentifier ?? name;
  return typeof given === "string" ? given : pulumi.output(given).apply((id) => id ?? name);
}

export function whereIs(args: AuroraArgs): string | undefined {
  return args.existing?.region ?? args.create?.region;
}

/** At most 63 characters, and room for an instance's number. */
export function copyIdentifier(source: string, instant: string): string {
  const suffix = instantSuffix(instant);
  return `${source.slice(0, 63 - suffix.length - 4).replace(/-+$/, "")}-${suffix}`;
}
