import * as pulumi from "@pulumi/pulumi";

/** The namespace of the stack program's configuration. */
const NAMESPACE = "scalar-backup:";
/** Every stack of that program has one of these keys. */
const KEYS = ["databases", "backup"].map((key) => `${NAMESPACE}${key}`);

/**
 * Messages name settings by their paths in the stack's configuration. In a program of one's own, there are no such keys: they are
 * arguments of components, in every language of Pulumi.
 */
export function isStackProgram(): boolean {
  // The command scalar-backup reads a stack's file, and no program of a user's runs.
  if (pulumi.runtime.getMonitor() === undefined) return true;
  const config = pulumi.runtime.allConfig();
  return KEYS.some((key) => key in config);
}

/**
 * A setting by the name that this program's user knows: `restore.at` is `scalar-backup:restore.at` in the stack program, and
 * `ScalarRestore.at`, the argument, in another.
 */
export function settingName(path: string): string {
  if (isStackProgram()) return `${NAMESPACE}${path}`;
  if (path === "restore.windows") return "ScalarBackup.importedWindows";
  if (path === "restore") return "ScalarRestore";
  if (path.startsWith("restore.")) return `ScalarRestore.${path.slice("restore.".length)}`;
  return `${path.startsWith("properties") ? "ScalarRestore" : "ScalarBackup"}.${path}`;
}

/** What sets it: a command, or a change of the program. @param value as a shell takes it */
export function toSet(path: string, value: string): string {
  if (!isStackProgram()) return `set ${settingName(path)} to ${value}`;
  const key = settingName(path);
  return `pulumi config set --path ${key.includes("[") ? `"${key}"` : key} ${value}`;
}

/** What removes it. */
export function toRemove(path: string): string {
  return isStackProgram() ? `pulumi config rm --path "${settingName(path)}"` : `remove ${settingName(path)}`;
}

/** What ends a restore, before the `up` that removes its copies. */
export function toEndRestore(): string {
  return isStackProgram() ? "pulumi config rm restore" : "take the ScalarRestore out of the program";
}

/** What sets the region of all databases on AWS that have none of their own. */
export function toSetRegion(): string {
  const command = 'for the stack with "pulumi config set aws:region <region>"';
  return isStackProgram() ? command : `${command}, or by ScalarBackup's argument aws: { region }`;
}
