import { mkdir, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";

export interface ProviderPlugin {
  name: string;
  version: string;
  /** The executable. */
  file: string;
}

/** Puts a plugin where the engine keeps those that it downloads. */
export async function install({ name, version, file }: ProviderPlugin, pulumiHome: string): Promise<void> {
  const folder = join(pulumiHome, "plugins", `resource-${name}-v${version}`);
  await mkdir(folder, { recursive: true });
  await symlink(file, join(folder, `pulumi-resource-${name}`));
}

/** The project's Pulumi.yaml, to be put into another folder: its program is named by an absolute path. */
export async function movedProject(program: string): Promise<string> {
  const project = await readFile(join(program, "Pulumi.yaml"), "utf8");
  const declared = parse(project) as { main?: string };
  return stringify({ ...declared, main: resolve(program, declared.main ?? ".") });
}

/**
 * Pulumi's backend of local files replaces a state at once, but writes the attributes next to it in place: a kill in that moment
 * leaves them empty, and every command of Pulumi fails until they are deleted (gocloud.dev, blob/fileblob/attrs.go).
 */
export async function repairStates(backend: string): Promise<void> {
  const stacks = join(backend, ".pulumi", "stacks");
  for (const name of await readdir(stacks, { recursive: true })) {
    const file = join(stacks, name);
    if (name.endsWith(".attrs") && (await stat(file)).size === 0) await rm(file);
  }
}
