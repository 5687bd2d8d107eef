import { z } from "zod";
import { backupSetSchema } from "../../components/backup-set";
import { stackConfigSchema } from "../../config/schema";

/** The part of a JSON Schema that a Pulumi schema takes over. */
export interface Node {
  type?: string;
  description?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  additionalProperties?: Node | boolean;
  enum?: (string | number)[];
}

/** The inputs of each component that the schema of the stack's configuration describes, too. */
export function describedInputs(): Record<string, Record<string, Node | undefined>> {
  const { properties: stack = {} } = nodeOf(stackConfigSchema);
  const { databases, pause, vault, tags, tagsNotCopied, properties, restore } = stack;
  const { windows, ...restoreInputs } = restore?.properties ?? {};
  return {
    ScalarBackup: { databases, pause, vault, tags, importedWindows: windows },
    ScalarRestore: { backup: nodeOf(backupSetSchema), tags, tagsNotCopied, properties, ...restoreInputs },
    PauseSchedule: pause?.properties ?? {},
  };
}

function nodeOf(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Node;
}
