import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from "@aws-sdk/client-application-auto-scaling";
import type { PropertyMap, PropertyValue } from "../../simulator/providers/provider";
import type { Verdict } from "../unit/simulator/providers/aws/deployed";
import { SUPPORTS as ALL_SUPPORTS, filled, ROWS, type Row, rowName, SINGLE, TARGET } from "./rows";
import { awsProvider, TerraformFolder } from "./terraform-folder";
import { terraformType } from "./terraform-names";

/**
 * A scalable target and a single instance can't be had through the provider (see the rows of their types); the target is
 * registered beforehand.
 */
const SUPPORTS = ALL_SUPPORTS.filter(({ type }) => type !== TARGET && type !== SINGLE);
export const REGION = "ap-northeast-1";

/** Blocks that Pulumi names in the plural, and an argument that it names otherwise. */
const BLOCKS: Record<string, string> = {
  attributes: "attribute",
  globalSecondaryIndexes: "global_secondary_index",
  localSecondaryIndexes: "local_secondary_index",
  copyActions: "copy_action",
  topic: "topic_arn",
  rules: "rule",
  selectionTags: "selection_tag",
};

/** What moto reports wrongly of what exists: a plan that would only fix that is no change. */
const MOTO_FAULTS: Record<string, { attributes: string[]; reason: string }> = {
  "aws:dynamodb/table:Table": { attributes: ["billing_mode"], reason: "a restored table has no billing mode" },
  "aws:rds/cluster:Cluster": {
    attributes: ["scaling_configuration"],
    reason: "every cluster has an empty scaling configuration of serverless v1",
  },
  "aws:backup/vault:Vault": { attributes: ["tags", "tags_all"], reason: "tags of vaults are forgotten" },
  "aws:backup/plan:Plan": { attributes: ["tags", "tags_all"], reason: "tags of plans are forgotten" },
};

const SERVICES = ["dynamodb", "rds", "backup", "iam", "kms", "sns", "events", "appautoscaling", "eks", "sts"];

/** Where an installed AWS provider is found: a mirror of Terraform's registry in a folder. */
export function pluginFolder(): string | undefined {
  const folders = [
    process.env.TF_PLUGIN_MIRROR,
    join(homedir(), ".terraform.d", "plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    ...(existsSync("/opt") ? readdirSync("/opt").map((name) => join("/opt", name)) : []),
  ];
  return folders.find((folder) => folder && existsSync(join(folder, "registry.terraform.io", "hashicorp", "aws")));
}

/** What is needed to ask the real provider, and is not here. */
export function missingTools(): string[] {
  return [
    ...(installed("terraform") ? [] : ["terraform"]),
    ...(installed("moto_server") ? [] : ["moto_server (pip install 'moto[server]')"]),
    ...(pluginFolder() ? [] : ["Terraform's AWS provider (name the folder of its mirror in TF_PLUGIN_MIRROR)"]),
  ];
}

/** Whether a command is on the PATH. */
export function installed(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** What the real provider plans for each row that isn't only documented: everything in one apply and one plan. */
export async function realVerdicts(endpoint: string, plugins: string): Promise<(Verdict | undefined)[]> {
  return TerraformFolder.with(async (folder) => {
    await registerTarget(endpoint);
    await folder.write(configuration(endpoint, false));
    await folder.init(plugins);
    await folder.run("apply", "-no-color", "-auto-approve", "-parallelism=200");
    await folder.write(configuration(endpoint, true));
    await folder.run("plan", "-no-color", "-out=plan", "-parallelism=200");
    const plan = JSON.parse(await folder.run("show", "-json", "plan"));
    const changes = new Map<string, Change>();
    for (const { address, change } of plan.resource_changes) changes.set(address, change);
    return ROWS.map((row, index) => verdictOf(row, changes.get(addressOf(row, index))));
  });
}

/** Has the real provider create resources, in the words of the Pulumi SDK, by their addresses in Terraform. */
export async function createForReal(
  endpoint: string,
  plugins: string,
  resources: Map<string, { type: string; inputs: PropertyMap }>,
): Promise<void> {
  await TerraformFolder.with(async (folder) => {
    const resource: Record<string, Record<string, object>> = {};
    for (const [name, { type, inputs }] of resources) {
      const named = terraformType(type);
      resource[named] ??= {};
      resource[named][name] = block(inputs);
    }
    await folder.write({ ...provider(endpoint), resource });
    await folder.init(plugins);
    await folder.run("apply", "-no-color", "-auto-approve", "-parallelism=200");
  });
}

export async function registerTarget(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new ApplicationAutoScalingClient({ endpoint, region: REGION, credentials });
  await client.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: "dynamodb",
      ResourceId: "table/scaled",
      ScalableDimension: "dynamodb:table:WriteCapacityUnits",
      MinCapacity: 5,
      MaxCapacity: 50,
    }),
  );
}

function addressOf(row: Row, index: number): string {
  return `${terraformType(row.type)}.${rowName(index)}`;
}

/** A resource's change in Terraform's plan. */
interface Change {
  actions: string[];
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

function verdictOf(row: Row, change: Change | undefined): Verdict | undefined {
  switch (change?.actions.join()) {
    case undefined:
      return undefined;
    case "no-op":
      return "no change";
    case "update":
      return onlyMotosProblem(row, change as Change) ? "no change" : "in place";
    case "delete,create":
    case "create,delete":
      return "replace";
    default:
      throw new Error(`an unexpected plan for ${row.title}: ${change?.actions}`);
  }
}

function onlyMotosProblem(row: Row, { before, after }: Change): boolean {
  const problemy = MOTO_FAULTS[row.type]?.attributes ?? [];
  const asked = Object.keys(row.change).map((name) => BLOCKS[name] ?? snake(name));
  return Object.keys({ ...before, ...after })
    .filter((name) => !isDeepStrictEqual(before?.[name], after?.[name]))
    .every((name) => problemy.includes(name) && !asked.includes(name));
}

function configuration(endpoint: string, changed: boolean): object {
  const resource: Record<string, Record<string, object>> = {};
  const add = (type: string, name: string, body: object) => {
    const named = terraformType(type);
    resource[named] ??= {};
    resource[named][name] = body;
  };
  const addresses = SUPPORTS.map(({ key, type }) => `${terraformType(type)}.${key}`);
  for (const { key, type, inputs } of SUPPORTS) add(type, key, block(filled(inputs, fill(0))));
  ROWS.forEach((row, index) => {
    if (row.documented) return;
    const inputs = changed ? { ...row.deployed, ...row.change } : row.deployed;
    add(row.type, rowName(index), { ...block(filled(inputs, fill(index))), depends_on: addresses });
  });
  return { ...provider(endpoint), resource };
}

export function provider(endpoint: string, settings: { max_retries?: number } = {}): object {
  return awsProvider({ ...settings, endpoints: [Object.fromEntries(SERVICES.map((service) => [service, endpoint]))] });
}

function fill(row: number) {
  return (placeholder: string): string => {
    if (placeholder === "row") return rowName(row);
    if (placeholder === "instant") return INSTANT;
    if (placeholder === "otherInstant") return OTHER_INSTANT;
    const [key, output = ""] = placeholder.split(".");
    const support = SUPPORTS.find((each) => each.key === key);
    return `\${${terraformType(support?.type ?? "")}.${key}.${snake(output)}}`;
  };
}

const INSTANT = new Date(Date.now() - 30 * 60 * 1000).toISOString();
const OTHER_INSTANT = new Date(Date.now() - 20 * 60 * 1000).toISOString();

export function block(inputs: PropertyMap): Record<string, PropertyValue> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [BLOCKS[name] ?? snake(name), nested(name, value)]),
  );
}

function nested(name: string, value: PropertyValue): PropertyValue {
  if (name === "tags") return value;
  if (Array.isArray(value)) return value.map((element) => nested(name, element));
  return typeof value === "object" && value !== null ? block(value) : value;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
