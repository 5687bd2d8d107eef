import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Finding, ok, problem, warning } from "./finding";
import type { Situation } from "./situation";

const run = promisify(execFile);
const PULUMI_MILLIS = 30_000;

/** The programs that an `up` starts on this machine: Node.js, the Pulumi CLI, the providers' plugins. */
export async function toolFindings(situation: Situation, env: NodeJS.ProcessEnv): Promise<Omit<Finding, "check">[]> {
  return [nodeFinding(), ...(await pulumiFindings(situation, env))];
}

function nodeFinding(): Omit<Finding, "check"> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const text = `Node.js ${process.versions.node}`;
  return major > 20 || (major === 20 && minor >= 19)
    ? ok(text)
    : problem(`${text} is too old`, "install Node.js 20.19 or later");
}

async function pulumiFindings(situation: Situation, env: NodeJS.ProcessEnv): Promise<Omit<Finding, "check">[]> {
  let version: string;
  try {
    version = (await run("pulumi", ["version"], { env, timeout: PULUMI_MILLIS })).stdout.trim();
  } catch {
    return [
      problem(
        'there is no Pulumi CLI on the PATH, or "pulumi version" fails',
        "npx pulumi version downloads it in a clone; elsewhere https://www.pulumi.com/docs/install/",
      ),
    ];
  }
  const folder = join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "plugins");
  const installed = foldersOf(folder);
  const findings = packagesOf(situation).map((name) => {
    const wanted = versionOf(name);
    const here = installed.filter((each) => each.startsWith(`resource-${name}-v`));
    if (wanted === undefined) return warning(`the package @pulumi/${name} is not installed here`, "npm ci");
    if (here.includes(`resource-${name}-v${wanted}`)) return ok(`the plugin ${name} ${wanted} is installed`);
    return warning(
      `the plugin ${name} ${wanted} is not installed yet, so that the next run has to download it`,
      `pulumi plugin install resource ${name} ${wanted}`,
    );
  });
  return [ok(`Pulumi CLI ${version}`), ...findings];
}

/** The providers of a set. */
function packagesOf({ databases, pause }: Situation): string[] {
  return [
    ...(databases.some(({ kind }) => kind.awsBackup) ? ["aws"] : []),
    ...(databases.some(({ kind }) => kind.azureBackup) ? ["azure-native"] : []),
    ...(pause ? ["kubernetes"] : []),
    "command",
  ];
}

function foldersOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** An SDK's version is that of its plugin. */
function versionOf(name: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(require.resolve(`@pulumi/${name}/package.json`), "utf8"));
    return version;
  } catch {
    return undefined;
  }
}
