import { z } from "zod";

/** The part of a JSON Schema that the reference and the plugin's schema show. */
export interface JsonSchemaNode {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchemaNode>;
  required?: string[];
  items?: JsonSchemaNode;
  additionalProperties?: JsonSchemaNode | boolean;
  enum?: (string | number)[];
  minimum?: number;
  maximum?: number;
}

/** The JSON Schema of what a user writes, before defaults. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchemaNode {
  // zod's type of a JSON Schema also has forms that its schemas here do not produce.
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchemaNode;
}
