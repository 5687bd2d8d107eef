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
const DATABASES_KEY = "scalar-backup:databases";

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
  const isMade = present[BACKUP_KEY] !== undefined;
  const values = isMade ? {} : await source.config();
  const isDeployed = !isMade && (await stack.exportStack()).deployment?.resources?.length > 0;
  const problem = drillStackProblem({ name, present, isDeployed }, { name: production, values });
  if (problem !== undefined) throw new UsageError(problem);
  if (!isMade) {
    await copyConfig(stack, drillStackValues(values));
    // The last one: a stack that has it has all.
    const backup = { stack: production };
    await stack.setAllConfigJson(
      JSON.stringify({ [BACKUP_KEY]: { value: JSON.stringify(backup), objectValue: backup, secret: false } }),
    );
    say(`made the stack ${name}, with the configuration of ${production}: it only restores`);
  }
  return new AutomationStack(stack, options.parallel);
}

/** Why a stack cannot become one for drills of another one, or stay that; undefined if it can. */
export function drillStackProblem(
  { name, present, isDeployed }: { name: string; present: StackValues; isDeployed: boolean },
  production: { name: string; values: StackValues },
): string | undefined {
  const another = "name another one with --stack";
  const backup = present[BACKUP_KEY]?.value;
  if (backup !== undefined)
    return backup === JSON.stringify({ stack: production.name })
      ? undefined
      : `the stack ${name} restores what ${backup} backs up, not ${production.name}; leave --from out, or name another stack with --stack`;
  const databases = present[DATABASES_KEY]?.value;
  if (databases === undefined && Object.keys(present).length > 0)
    return `the stack ${name} is there, and its configuration is not of scalar-backup; ${another}`;
  // A stack for drills has its key before its first deployment: whatever this one protects would be let go.
  if (isDeployed) return `the stack ${name} backs databases up itself; ${another}`;
  // An interrupted call has copied production's.
  if (databases !== undefined && databases !== production.values[DATABASES_KEY]?.value)
    return `the stack ${name} has other databases in its configuration than ${production.name}; ${another}`;
  return undefined;
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
