import type { z } from "zod";
import { type JsonSchemaNode, jsonSchemaOf } from "../components/problem-messages/json-schema";
import { PROJECT } from "./schema";

const HEAD = `# Configuration

Everything a stack can say under \`${PROJECT}:\`, generated from \`config/schema.ts\` by \`npm run schema\`. The files in
\`examples/\` show it in use; editors complete and check it by \`config/stack-config.schema.json\`.
Keys of the form \`[]\` are in each element of a list. AWS's region and credentials are the provider's own:
\`aws:region\`, \`aws:profile\` and so on. Azure's subscription is that of \`azure-native:subscriptionId\`; without it, of
ARM_SUBSCRIPTION_ID, or else of \`az login\`.

With \`${PROJECT}:pause\`, set \`kubernetes:context\`: the context of your kubeconfig, as \`kubectl config get-contexts\` lists
them, of the cluster whose pods are paused. Without it the kubeconfig's current context decides, which any \`kubectl config
use-context\` changes; \`pulumi up\` warns of that. \`kubernetes:kubeconfig\` in its place holds a whole kubeconfig, or the path
of one; set it as a secret. A program of your own may pass the components a \`kubernetes.Provider\` with either of these.
The kubeconfig's user needs to list Deployments, Services and Jobs, in addition to the permissions to create the schedule; the permission
to get Namespaces lets a namespace that does not exist fail the preview. What it may not read is not checked.
`;

/** The configuration reference, as Markdown: a table for each top-level key. */
export function referenceText(schema: z.ZodType): string {
  const root = jsonSchemaOf(schema);
  const sections = Object.entries(root.properties ?? {}).map(([key, node]) => {
    const required = root.required?.includes(key) ? "Required. " : "";
    const rows = rowsOf(node, "");
    const table = rows.length > 0 ? ["", "| key | type | meaning |", "|---|---|---|", ...rows] : [];
    const meaning = (node.description ?? "").replace(/\.?$/, ".");
    return [`## ${PROJECT}:${key}`, "", `${required}${meaning}`, ...table].join("\n");
  });
  return `${[HEAD, ...sections].join("\n\n")}\n`.replaceAll("\n\n\n", "\n\n");
}

function rowsOf(node: JsonSchemaNode, path: string): string[] {
  if (node.items) return rowsOf(node.items, `${path}[]`);
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const where = path === "" ? key : `${path}.${key}`;
    const must = node.required?.includes(key) ? "Required. " : "";
    const row = `| \`${where}\` | ${typeOf(child)} | ${`${must}${child.description ?? ""}`.trim().replaceAll("|", "\\|")} |`;
    return [row, ...rowsOf(child, where)];
  });
}

function typeOf(node: JsonSchemaNode): string {
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(", ");
  if (node.items) return `list of ${typeOf(node.items)}`;
  const range = node.minimum !== undefined && node.maximum !== undefined ? ` ${node.minimum} to ${node.maximum}` : "";
  return `${node.type === "object" ? "map" : (node.type ?? "any")}${range}`;
}
