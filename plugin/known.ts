import * as pulumi from "@pulumi/pulumi";
import acceptOutputs from "./accept-outputs.json";
import schema from "./schema.json";

interface Spec {
  type?: string;
  $ref?: string;
  items?: Spec;
  additionalProperties?: Spec;
}

const ACCEPT_OUTPUTS: Record<string, readonly string[] | undefined> = acceptOutputs;
const TYPES: Record<string, { type: string; properties?: Record<string, Spec> } | undefined> = schema.types;
const COMPONENTS: Record<string, { inputProperties: Record<string, Spec> } | undefined> = schema.resources;

/**
 * The inputs whose values the components must know before anything is deployed, and which are outputs of other resources or
 * secrets. In TypeScript the compiler refuses these; YAML and Python let them pass.
 */
export function unknownInputs(type: string, inputs: Record<string, unknown>): pulumi.InputPropertyErrorDetails[] {
  return inProperties(type, COMPONENTS[type]?.inputProperties ?? {}, inputs, "");
}

function inProperties(type: string, properties: Record<string, Spec>, values: Record<string, unknown>, path: string) {
  const accepting = ACCEPT_OUTPUTS[type.split(":").at(-1) ?? ""] ?? [];
  return Object.entries(properties).flatMap(([name, spec]): pulumi.InputPropertyErrorDetails[] =>
    accepting.includes(name) ? [] : inValue(spec, values[name], path === "" ? name : `${path}.${name}`),
  );
}

function inValue(spec: Spec, value: unknown, path: string): pulumi.InputPropertyErrorDetails[] {
  if (pulumi.Output.isInstance(value))
    return [
      {
        propertyPath: path,
        reason:
          "is an output of another resource or a secret; expected a value that is known before the deployment begins: write it into the program, or read it from the stack's configuration",
      },
    ];
  const { items, additionalProperties, $ref = "" } = spec;
  if (items && Array.isArray(value)) return value.flatMap((item, index) => inValue(items, item, `${path}[${index}]`));
  if (!isMap(value)) return [];
  const properties = TYPES[$ref.replace("#/types/", "")]?.properties;
  if (properties) return inProperties($ref, properties, value, path);
  // What is inside of a provider's own arguments is the provider's business.
  if (!additionalProperties || additionalProperties.$ref === "pulumi.json#/Any") return [];
  return Object.entries(value).flatMap(([key, inner]) => inValue(additionalProperties, inner, `${path}.${key}`));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
