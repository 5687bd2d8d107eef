import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { parse, stringify } from "yaml";
import { version } from "../../package.json";
import { buildPlugin } from "../../plugin/build";
import { PARALLEL, providersOf } from "../../rehearsal/engines";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi } from "../../simulator/engine/pulumi-cli";
import { type ProviderPlugin, PulumiStack } from "../../simulator/engine/real";
import { isProviderType } from "../../simulator/engine/urn";
import { NoPackages, pythonWith } from "../fidelity/python";
import { REGION } from "../programs/rehearsed";

const LANGUAGES = readFileSync(join(__dirname, "../../docs/languages.md"), "utf8");

/** A program that docs/languages.md shows, as it is there. */
export function documented(name: string): string {
  const [, text] = new RegExp(`<!-- test:${name} -->\n\`\`\`\\w+\n(.*?)\`\`\``, "s").exec(LANGUAGES) ?? [];
  if (text === undefined) throw new Error(`docs/languages.md has no program after <!-- test:${name} -->`);
  return text;
}

/** A folder of this test's own. */
export function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "plugin-program-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The plugin, built into a folder of the test's own. */
export async function builtPlugin(t: ExecutionContext): Promise<ProviderPlugin> {
  return { name: "scalar-backup", version, file: await buildPlugin(folderOf(t)) };
}

/** A program in YAML: several documents are one, as a user adds resources to it. */
export function writeYaml(folder: string, ...documents: string[]): void {
  const [first = {}, ...others] = documents.map((text) => parse(text) as Record<string, object>);
  for (const other of others)
    for (const [section, entries] of Object.entries(other))
      first[section] = { ...first[section], ...(entries as object) };
  writeFileSync(join(folder, "Pulumi.yaml"), stringify(first));
}

/** A program in Python. Returns the folder of the SDK that is generated for it, for PYTHONPATH. */
export function writePython(folder: string, plugin: ProviderPlugin, program: string): string {
  const python = pythonWith(["pulumi==3.260.0", "parver==1.0.1.post0", "semver==3.1.2"], "pulumi-3.260.0");
  const virtualenv = join(python, "../..");
  const project = { name: "scalar-backup", runtime: { name: "python", options: { toolchain: "pip", virtualenv } } };
  writeFileSync(join(folder, "Pulumi.yaml"), stringify(project));
  writeFileSync(join(folder, "__main__.py"), program);
  generateSdk(plugin, "python", join(folder, "sdk"));
  const installed = join(folder, "installed");
  const install = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-deps",
    "--target",
    installed,
    join(folder, "sdk", "python"),
  ];
  try {
    execFileSync(python, install, { stdio: "pipe" });
  } catch (error) {
    throw new NoPackages(
      `the generated SDK cannot be built: ${String((error as { stderr?: Buffer }).stderr ?? error)}`,
    );
  }
  return installed;
}

/** Generates an SDK of the plugin into `<folder>/<language>`. */
export function generateSdk(plugin: ProviderPlugin, language: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync(findPulumi() ?? "pulumi", ["package", "gen-sdk", plugin.file, "--language", language, "--out", folder], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: join(folder, ".pulumi") },
    stdio: "pipe",
  });
}

/** A program on the real engine, over a simulated cloud of its own with the databases of docs/languages.md. */
export async function onEngine(
  t: ExecutionContext,
  program: string,
  config: Record<string, unknown>,
  { plugins = [], environment = {} }: { plugins?: ProviderPlugin[]; environment?: Record<string, string> } = {},
): Promise<{ cloud: SimulatedCloud; stack: PulumiStack }> {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  cloud.kubernetes.createNamespace("scalar");
  const stack = new PulumiStack({
    program,
    parallel: PARALLEL,
    providers: providersOf(cloud),
    plugins,
    environment: () => ({ ...cloud.environment(), ...environment }),
    config: { "aws:region": REGION, ...config },
  });
  t.teardown(() => stack.close());
  return { cloud, stack };
}

/** A resource in a stack's state, as far as two programs that declare the same have it alike. */
interface Declared {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  [option: string]: unknown;
}

const OPTIONS = ["parent", "custom", "external", "protect", "retainOnDelete", "customTimeouts", "deletedWith"];

/**
 * What a program has declared: every resource but the stack and providers, with its inputs and options. An operation is a command
 * in TypeScript and a resource of the plugin in other languages: both are shown as the operation's name.
 */
export async function declared(stack: PulumiStack): Promise<Declared[]> {
  const { deployment } = await stack.exportState();
  const resources: Declared[] = deployment.resources;
  const plain = (text: string) => text.replace("command:local:Command", "scalar-backup:index:Operation");
  const random = withoutRandomNames(resources);
  return resources
    .filter(({ type }) => !isProviderType(type) && type !== "pulumi:pulumi:Stack")
    .map((resource) => {
      const { urn, type, inputs = {} } = resource;
      const options = OPTIONS.flatMap((option) => {
        const value = resource[option];
        return value === undefined ? [] : [[option, typeof value === "string" ? plain(value) : value]];
      });
      const operation = Object.fromEntries(
        ["create", "update", "delete"].flatMap((key) =>
          key in inputs ? [[key, String(inputs[key]).split(" ").at(-1)]] : [],
        ),
      );
      const isOperation = plain(type) === "scalar-backup:index:Operation";
      return {
        ...Object.fromEntries(options),
        urn: plain(urn),
        type: plain(type),
        inputs: random(isOperation ? { ...inputs, ...operation } : inputs),
      };
    })
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

/**
 * Leaves out what differs in each stack: the random ends of names that providers have made from resources' own, ids that the
 * simulated cloud has made, and when a look-up has observed something.
 */
function withoutRandomNames(resources: Declared[]): (inputs: object) => Record<string, unknown> {
  const names = resources.map(({ urn }) => urn.split("::").at(-1) ?? "").filter((name) => /^[\w.-]+$/.test(name));
  const made = new RegExp(`(?<=\\b(?:${names.join("|")})-)[0-9a-f]{7,8}\\b`, "g");
  return (inputs) =>
    JSON.parse(
      JSON.stringify(inputs)
        .replaceAll(made, "<random>")
        .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>")
        .replaceAll(/(?<=\\"observed\\":\\")[^"\\]+/g, "<observed>"),
    );
}
