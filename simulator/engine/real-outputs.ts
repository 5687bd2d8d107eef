import type { Stack as AutomationStack } from "@pulumi/pulumi/automation";
import type { PropertyMap, PropertyValue } from "../providers/provider";
import type { ExportedResource } from "./exported-resource";
import { secret } from "./stack";
import { ROOT_STACK_TYPE } from "./urn";

/** What marks a secret in a state that Pulumi has written. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The stack's outputs, with each secret marked where it is: Pulumi itself marks whole outputs only. */
export async function outputsOf(stack: AutomationStack, resources: ExportedResource[]): Promise<PropertyMap> {
  const outputs = await stack.outputs();
  const written = resources.find(({ type }) => type === ROOT_STACK_TYPE)?.outputs ?? {};
  return Object.fromEntries(
    Object.entries(outputs).map(([key, output]) => [
      key,
      marked(output.value, written[key], (inner) => isObject(inner) && SECRET_SIGNATURE in inner),
    ]),
  );
}

/** Outputs as a preview shows them: the engine shows that they are secret, not their values. */
export function previewed(outputs: Record<string, unknown>): PropertyMap {
  return marked(outputs as PropertyMap, outputs, (inner) => inner === "[secret]") as PropertyMap;
}

/** A value whose secrets are those of another one of the same form. */
function marked(value: PropertyValue, form: unknown, isSecret: (inner: unknown) => boolean): PropertyValue {
  if (isSecret(form)) return secret(value);
  if (Array.isArray(value))
    return value.map((inner, index) => marked(inner, (form as unknown[] | undefined)?.[index], isSecret));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      marked(inner as PropertyValue, (form as Record<string, unknown> | undefined)?.[key], isSecret),
    ]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
