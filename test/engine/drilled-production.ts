import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { REGION } from "../programs/rehearsed";
import { DrillStacks, type Slow } from "./drill-stacks";

const BEHIND = 72 * 60_000;

/** A production stack whose file a person has commented. */
export async function production(t: ExecutionContext, slow?: Slow) {
  t.timeout(1_800_000);
  const stacks = await DrillStacks.start(t, BEHIND, slow);
  const at = await stacks.production();
  const file = join(stacks.project, "Pulumi.prod.yaml");
  const config = () => readFileSync(file, "utf8");
  writeFileSync(file, `# Written by hand.\n${config().replace("  scalar-backup:pause", "  # At night.\n$&")}`);
  const { dynamodb, rds } = stacks.cloud.aws;
  const sources = dynamodb.region(REGION).tableNames();
  const copies = () => [
    ...dynamodb.region("ap-northeast-3").tableNames(),
    ...dynamodb
      .region(REGION)
      .tableNames()
      .filter((name) => !sources.includes(name)),
    ...rds
      .region(REGION)
      .clusters()
      .map(({ identifier }) => identifier)
      .filter((name) => name !== "customers-prod"),
  ];
  return { stacks, at, config, copies, before: { config: config(), state: await stateOf(stacks) } };
}

/** What a stack manages, and what is pending in its state. What it only reads, and outputs, change by themselves. */
export async function stateOf(stacks: DrillStacks): Promise<unknown> {
  const { deployment } = JSON.parse(await stacks.pulumi("stack", "export", "--stack", "prod"));
  const resources: Record<string, unknown>[] = deployment.resources;
  const managed = resources
    .filter(({ external, type }) => external !== true && !/^pulumi:pulumi:|^scalar-backup:/.test(String(type)))
    .map(({ urn, id, inputs, outputs, protect }) => ({ urn, id, inputs, outputs, protect }))
    .sort((one, other) => String(one.urn).localeCompare(String(other.urn)));
  return { managed, pending: deployment.pending_operations ?? [] };
}
