import { spawnSync } from "node:child_process";
import type { Stack } from "@pulumi/pulumi/automation";
import { FailedError, UsageError } from "../exit-codes";
import {
  AutomationStack,
  automation,
  firstLines,
  openingError,
  openStack,
  type PulumiStack,
  type StackValues,
  type WorkspaceOptions,
} from "../pulumi/stack";
import { drillStackValues } from "./phase";

/** The configuration's key that makes a stack one that only restores. */
const BACKUP_KEY = "scalar-backup:backup";

/**
 * Opens a stack for drills of what another one backs up; makes it, with that one's configuration, if it is not there. Secrets stay
 * secrets. @throws {UsageError} for a stack that is something else
 */
export async function openDrillStack(
  name: string,
  production: string,
  options: WorkspaceOptions,
  say: (line: string) => void,
): Promise<PulumiStack> {
  const { LocalWorkspace } = automation();
  const workDir = options.cwd;
  const source = await openStack(production, options);
  const { secretsProvider } = await source.settings();
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, workDir },
    secretsProvider === undefined ? {} : { secretsProvider },
  ).catch((error) => {
    throw openingError(error, workDir);
  });
  const present = await stack.getAllConfig();
  const backup = present[BACKUP_KEY]?.value;
  const wanted = JSON.stringify({ stack: production });
  if (backup === undefined && Object.keys(present).length > 0 && present["scalar-backup:databases"] === undefined)
    throw new UsageError(
      `the stack ${name} is there, and its configuration is not of scalar-backup; name another one with --stack`,
    );
  if (backup !== undefined && backup !== wanted)
    throw new UsageError(
      `the stack ${name} restores what ${backup} backs up, not ${production}; leave --from out, or name another stack with --stack`,
    );
  if (backup === undefined) {
    if (present["scalar-backup:pause"] !== undefined && (await stack.exportStack()).deployment?.resources?.length > 0)
      throw new UsageError(`the stack ${name} backs databases up itself; name another one with --stack`);
    await copyConfig(stack, drillStackValues(await source.config()));
    // The last one: a stack that has it has all.
    await stack.setAllConfigJson(
      JSON.stringify({ [BACKUP_KEY]: { value: wanted, objectValue: JSON.parse(wanted), secret: false } }),
    );
    say(`made the stack ${name}, with the configuration of ${production}: it only restores`);
  }
  return new AutomationStack(stack, options.parallel);
}

/** Secrets go through standard input: other users of a machine can read a process's arguments. */
async function copyConfig({ name, workspace }: Stack, values: StackValues): Promise<void> {
  const plain = Object.fromEntries(Object.entries(values).filter(([, { secret }]) => secret !== true));
  await workspace.setAllConfigJson(name, JSON.stringify(plain));
  for (const [key, { value, secret }] of Object.entries(values)) {
    if (secret !== true) continue;
    const args = ["config", "set", "--secret", key, "--stack", name, "--non-interactive"];
    const env = { ...process.env, ...workspace.envVars };
    const { status, stderr } = spawnSync(workspace.pulumiCommand.command, args, {
      cwd: workspace.workDir,
      env,
      input: value,
      encoding: "utf8",
    });
    if (status !== 0)
      throw new FailedError(`cannot copy the secret ${key} to the stack ${name}: ${firstLines(stderr)}`);
  }
}
