import { backupSetSchema } from "../../components/backup-set";
import { type JsonSchemaNode, jsonSchemaOf } from "../../components/problem-messages/json-schema";
import { stackConfigSchema } from "../../config/schema";

/** The inputs of each component that the schema of the stack's configuration describes, too. */
export function describedInputs(): Record<string, Record<string, JsonSchemaNode | undefined>> {
  const { properties: stack = {} } = jsonSchemaOf(stackConfigSchema);
  const { databases, pause, vault, tags, tagsNotCopied, properties, restore } = stack;
  const { windows, drill: _, ...restoreInputs } = restore?.properties ?? {};
  return {
    ScalarBackup: { databases, pause, vault, tags, importedWindows: windows },
    ScalarRestore: { backup: jsonSchemaOf(backupSetSchema), tags, tagsNotCopied, properties, ...restoreInputs },
    PauseSchedule: pause?.properties ?? {},
  };
}
