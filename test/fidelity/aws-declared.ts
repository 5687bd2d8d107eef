import type { DeclaredResource } from "../../simulator/cloud/aws/observer";
import { awsProvider, TerraformFolder } from "./terraform-folder";
import { type BlockSchema, terraformBlock, terraformType } from "./terraform-names";

const PROVIDER = "registry.terraform.io/hashicorp/aws";

/** Inputs that came with version 6 of the Terraform provider, which Pulumi bridges; an installed one may be older. */
const SINCE_VERSION_6 = new Set(["region", "restoreBackupArn"]);

/** What the real provider says of a resource's inputs. */
export interface Complaint {
  resource: DeclaredResource;
  problem: string;
}

/** A diagnostic of Terraform's JSON. */
interface Diagnostic {
  severity: string;
  summary: string;
  detail?: string;
  address?: string;
  snippet?: { context?: string };
}

/**
 * What the real AWS provider refuses of declared resources. It validates all, then plans to create them, and is given no
 * network: what only AWS decides remains open.
 */
export async function complaintsOf(resources: readonly DeclaredResource[], plugins: string): Promise<Complaint[]> {
  return TerraformFolder.with(async (folder) => {
    await folder.write(configuration());
    await folder.init(plugins);
    const { provider_schemas: schemas } = JSON.parse(await folder.run("providers", "schema", "-json"));
    const types: Record<string, { block: BlockSchema }> = schemas[PROVIDER].resource_schemas;
    const complaints: Complaint[] = [];
    const blocks: Record<string, Record<string, object>> = {};
    for (const [index, resource] of resources.entries()) {
      const complain = (problem: string) => complaints.push({ resource, problem });
      const type = terraformType(resource.type);
      const schema = types[type];
      if (!schema) {
        complain(`the provider has no ${type}`);
        continue;
      }
      const unknown = (path: string) => {
        if (!SINCE_VERSION_6.has(path)) complain(`${type} has no input ${path}`);
      };
      blocks[type] ??= {};
      blocks[type][nameOf(index)] = terraformBlock(schema.block, resource.inputs, unknown);
    }
    await folder.write(configuration(blocks));
    const validated = JSON.parse((await folder.attempt("validate", "-json")).stdout);
    const invalid = (validated.diagnostics as Diagnostic[]).filter(({ severity }) => severity === "error");
    // A configuration that is invalid cannot be planned.
    const errors = invalid.length > 0 ? invalid : await planned(folder);
    return [...complaints, ...errors.map((error) => complaint(error, resources))];
  });
}

async function planned(folder: TerraformFolder): Promise<Diagnostic[]> {
  const { stdout } = await folder.attempt("plan", "-json", "-refresh=false", "-parallelism=20");
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { diagnostic?: Diagnostic })
    .flatMap(({ diagnostic }) => (diagnostic?.severity === "error" ? [diagnostic] : []));
}

function complaint(
  { summary, detail, address, snippet }: Diagnostic,
  resources: readonly DeclaredResource[],
): Complaint {
  // A diagnostic of a whole configuration has no address.
  const [, index] = /\bresource-(\d+)\b/.exec(address ?? snippet?.context ?? "") ?? [];
  const resource = resources[Number(index)];
  if (!resource) throw new Error(`terraform complains of no resource: ${summary}: ${detail}`);
  return { resource, problem: detail ? `${summary}: ${detail}` : summary };
}

function nameOf(index: number): string {
  return `resource-${index}`;
}

function configuration(resource?: object): object {
  // Terraform takes no empty one.
  return { ...awsProvider({ skip_requesting_account_id: true }), ...(resource && { resource }) };
}
