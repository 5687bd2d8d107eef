import type { z } from "zod";
import type { Problem } from "./problem";

/**
 * All problems of a value at once. A value that another resource gives (an `Output`) cannot be checked yet: the schema's
 * complaints about it are left out.
 */
export function problemsOf(schema: z.ZodType, value: unknown): Problem[] {
  // Valid values, which are the rule, need none of the code that writes messages.
  if (schema.safeParse(value).success) return [];
  const { messagesOf }: typeof import("./problem-messages") = require("./problem-messages");
  return messagesOf(schema, value);
}
