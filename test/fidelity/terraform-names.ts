import type { PropertyMap, PropertyValue } from "../../simulator/providers/provider";

/** A block of a resource's schema, as `terraform providers schema -json` prints it. */
export interface BlockSchema {
  attributes?: Record<string, object>;
  block_types?: Record<string, { block: BlockSchema }>;
}

/** Terraform's name of a Pulumi type: `aws:backup/vaultPolicy:VaultPolicy` is `aws_backup_vault_policy`. */
export function terraformType(token: string): string {
  if (token === "aws:rds/instance:Instance") return "aws_db_instance";
  const [, module, name] = /^aws:(\w+)\/(\w+):\w+$/.exec(token) ?? [];
  if (!module || !name) throw new Error(`${token} is no type of the AWS provider`);
  return `aws_${module}_${snake(name)}`;
}

/**
 * Inputs in Terraform's words: Pulumi's bridge writes names in camel case, and lists in the plural. What the schema does not
 * have is left out, and its path is reported.
 */
export function terraformBlock(
  schema: BlockSchema,
  inputs: PropertyMap,
  unknown: (path: string) => void,
  path = "",
): Record<string, unknown> {
  const block: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(inputs)) {
    if (value === null) continue;
    const at = path === "" ? key : `${path}.${key}`;
    const name = namesOf(key, value).find((each) => schema.attributes?.[each] ?? schema.block_types?.[each]);
    if (name === undefined) {
      unknown(at);
      continue;
    }
    const inner = schema.block_types?.[name]?.block;
    block[name] = inner ? blocks(inner, value, unknown, at) : value;
  }
  return block;
}

function blocks(schema: BlockSchema, value: PropertyValue, unknown: (path: string) => void, path: string): unknown {
  if (Array.isArray(value)) return value.map((each) => blocks(schema, each, unknown, path));
  return typeof value === "object" && value !== null ? terraformBlock(schema, value, unknown, path) : value;
}

function namesOf(key: string, value: PropertyValue): string[] {
  const name = snake(key);
  const singular = [name.replace(/s$/, ""), name.replace(/es$/, ""), name.replace(/ies$/, "y")];
  // The bridge calls a reference to another resource by what it refers to: `topic` is `topic_arn`.
  return [name, ...(Array.isArray(value) ? singular : []), `${name}_arn`];
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
