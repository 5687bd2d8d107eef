import { isObject } from "../../restore-points/shape";
import type { StackResource } from "./resources";

/** What a copy was restored from, as far as its resource in the stack's state says. */
export interface CopySource {
  /** The cloud's name of it: of a table, a cluster, an instance, a server, or a backup. */
  identifier: string;
  /** The account or subscription. */
  account?: string;
  region?: string;
}

/** What copies were restored from, each once. */
export function sourcesOf(copies: readonly StackResource[]): CopySource[] {
  const sources = copies.flatMap((copy) => sourceOf(copy) ?? []);
  return [...new Map(sources.map((source) => [JSON.stringify(source), source])).values()];
}

function sourceOf({ inputs = {}, outputs = {} }: StackResource): CopySource | undefined {
  const table = textOf(inputs.restoreSourceTableArn) ?? textOf(inputs.restoreBackupArn);
  if (table !== undefined) return ofArn(table);
  const azure =
    textOf(inputs.sourceServerResourceId) ??
    (isObject(inputs.restoreParameters) ? textOf(inputs.restoreParameters.restoreSource) : undefined);
  if (azure !== undefined) return ofAzureId(azure);
  const then = isObject(inputs.restoreToPointInTime) ? inputs.restoreToPointInTime : {};
  const identifier = [
    inputs.restoreSourceName,
    then.sourceClusterIdentifier,
    then.sourceClusterResourceId,
    then.sourceDbInstanceIdentifier,
    then.sourceDbiResourceId,
    inputs.snapshotIdentifier,
  ]
    .map(textOf)
    .find((each) => each !== undefined);
  if (identifier === undefined) return undefined;
  if (identifier.startsWith("arn:")) return ofArn(identifier);
  // AWS restores to an instant within one account, and these within one region.
  const { account, region } = ofArn(textOf(outputs.arn) ?? "");
  return { identifier, ...(account && { account }), ...(region && { region }) };
}

function ofArn(arn: string): CopySource {
  const [, , , region, account, ...rest] = arn.split(":");
  const resource = rest.join(":");
  return {
    identifier: /^table\/[^/]+$/.test(resource) ? resource.slice("table/".length) : arn,
    ...(account && { account }),
    ...(region && { region }),
  };
}

function ofAzureId(id: string): CopySource {
  const account = /^\/subscriptions\/([^/]+)\//i.exec(id)?.[1];
  return { identifier: id, ...(account !== undefined && { account }) };
}

/** Secrets and what is not known yet are no texts in a state. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
