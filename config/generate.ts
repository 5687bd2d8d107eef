import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonSchemaNode, jsonSchemaOf } from "../components/problem-messages/json-schema";
import { createdResourcesText } from "./created-resources";
import { referenceText } from "./reference";
import { PROJECT, stackConfigSchema } from "./schema";

/** The JSON Schema of stack files (`Pulumi.<stack>.yaml`), for editors; from the very schema that checks them. */
export const SCHEMA_FILE = join(__dirname, "stack-config.schema.json");

/** The same for people. */
const REFERENCE_FILE = join(__dirname, "../docs/configuration.md");

/** The arguments that `create` accepts, for messages. */
const CREATED_RESOURCES_FILE = join(__dirname, "../components/databases/create/created-resources.json");

/** `pulumi config set --secret` puts this in a value's place. */
const SECURE = { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] };

export function stackFileSchema(): object {
  const { properties = {}, required = [] } = jsonSchemaOf(stackConfigSchema);
  const keys = Object.keys(properties);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A stack of scalar-backup",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, schema]) => [
            `${PROJECT}:${key}`,
            key === "properties" ? { anyOf: [schema, SECURE] } : withSecure(schema),
          ]),
        ),
        required: required.map((key) => `${PROJECT}:${key}`),
        patternProperties: { [`^${PROJECT}:(?!(${keys.join("|")})$)`]: false },
      },
    },
    required: ["config"],
  };
}

/** Texts that may be secrets are encrypted in most files. */
function withSecure(node: JsonSchemaNode): object {
  if (node.writeOnly && node.type === "string") return { anyOf: [node, SECURE] };
  const { properties, additionalProperties } = node;
  return {
    ...node,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, withSecure(inner)])),
    }),
    ...(typeof additionalProperties === "object" && { additionalProperties: withSecure(additionalProperties) }),
  };
}

export function schemaText(): string {
  return `${JSON.stringify(stackFileSchema(), undefined, 2)}\n`;
}

/** What is generated from config/schema.ts and the SDKs, by file. */
export function generated(): Record<string, string> {
  return {
    [SCHEMA_FILE]: schemaText(),
    [REFERENCE_FILE]: referenceText(stackConfigSchema),
    [CREATED_RESOURCES_FILE]: createdResourcesText(),
  };
}

if (require.main === module) {
  for (const [file, text] of Object.entries(generated())) {
    if (!process.argv.includes("--check")) writeFileSync(file, text);
    else if (readFileSync(file, "utf8") !== text) {
      console.error(`${file} is not what config/schema.ts says; run: npm run schema`);
      process.exitCode = 1;
    }
  }
}
