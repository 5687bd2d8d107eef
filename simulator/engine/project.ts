/** What Pulumi.yaml says: which program to run, how, and the configuration it defaults. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { PropertyValue } from "../providers/provider";
import { revealed } from "./stack";

interface ConfigDeclaration {
  type?: string;
  default?: PropertyValue;
  value?: PropertyValue;
  secret?: boolean;
}

export interface Project {
  name: string;
  /** The folder of Pulumi.yaml. */
  directory: string;
  /** The program's entry point: an absolute path. Its folder is where the program runs. */
  main: string;
  /** Arguments for node, before the SDK's runner. */
  nodeArguments: string[];
  /** Whether the SDK's runner compiles and checks the program, as is Pulumi's default. */
  typescript: boolean;
  config: Record<string, ConfigDeclaration | PropertyValue>;
}

/** The keys of Pulumi.yaml that the engine reads. */
interface ProjectFile {
  name: string;
  main?: string;
  runtime: string | { name: string; options?: { typescript?: boolean; nodeargs?: string } };
  config?: Project["config"];
}

/** @throws when there is no Pulumi.yaml, or it asks for what the embedded engine cannot do. */
export function readProject(directory: string): Project {
  const file = join(directory, "Pulumi.yaml");
  // Pulumi takes an instant in YAML as the text that it is, not as a date.
  const content = parse(readFileSync(file, "utf8"));
  if (!isProjectFile(content)) throw new Error(`${file}: expected a mapping with "name" and "runtime"`);
  const { name, main, runtime, config } = content;
  const { name: runtimeName, options } = typeof runtime === "string" ? { name: runtime } : runtime;
  if (runtimeName !== "nodejs") throw new Error(`${file}: the embedded engine runs nodejs only, not "${runtimeName}"`);
  const typescript = options?.typescript !== false;
  return {
    name,
    directory,
    main: resolve(directory, main ?? (typescript ? "index.ts" : "index.js")),
    nodeArguments: (options?.nodeargs ?? "").split(/\s+/).filter(Boolean),
    typescript,
    config: config ?? {},
  };
}

function isProjectFile(content: unknown): content is ProjectFile {
  return typeof content === "object" && content !== null && "name" in content && "runtime" in content;
}

export interface StackConfig {
  /** Values by full key, as strings: what is no string is JSON. */
  values: Record<string, string>;
  secretKeys: string[];
}

/**
 * The stack's configuration with the project's defaults, in the form in which programs receive it.
 * @throws when a value that the project declares is missing.
 */
export function stackConfig(project: Project, config: Record<string, unknown>): StackConfig {
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  const add = (key: string, value: unknown, isSecret: boolean) => {
    values[key] = typeof value === "string" ? value : JSON.stringify(value);
    if (isSecret) secretKeys.push(key);
  };
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    if (!key.includes(":")) throw new Error(`config key "${key}" has no namespace; write "${project.name}:${key}"`);
    const inner = revealed(value);
    add(key, inner ?? value, inner !== undefined);
  }
  for (const [name, declaration] of Object.entries(project.config)) {
    const key = name.includes(":") ? name : `${project.name}:${name}`;
    if (key in values) continue;
    const declared: ConfigDeclaration = isDeclaration(declaration) ? declaration : { value: declaration };
    const value = declared.value ?? declared.default;
    if (value !== undefined) add(key, value, declared.secret ?? false);
    else if (declared.type !== undefined) throw new Error(`missing required configuration value "${key}"`);
  }
  return { values, secretKeys };
}

function isDeclaration(value: ConfigDeclaration | PropertyValue): value is ConfigDeclaration {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
