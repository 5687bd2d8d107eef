import type { Stack } from "@pulumi/pulumi/automation";
import { FailedError, UsageError } from "../exit-codes";
import {
  AutomationStack,
  firstLines,
  openingError,
  openStack,
  type PulumiStack,
  type StackValues,
  type WorkspaceOptions,
} from "../pulumi/stack";
import { openUnselected, runPulumi } from "../pulumi/unselected";
import { backingStack, type StackResource } from "../report/resources";
import { drillStackValues } from "./phase";
import { DATABASES_KEY, renewals } from "./renewals";
import { checkHasSet } from "./stack-program";

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
  const source = await openStack(production, options);
  const values = await source.config();
  checkHasSet(production, values);
  const { secretsProvider } = await source.settings();
  const make = secretsProvider === undefined ? {} : { secretsProvider };
  const stack = await openUnselected({ name, cwd: options.cwd, make }).catch((error) => {
    throw openingError(error, options.cwd);
  });
  const present = await stack.getAllConfig();
  const resources: StackResource[] = (await stack.exportStack()).deployment?.resources ?? [];
  const problem = drillStackProblem({ name, present, resources }, { name: production, values });
  if (problem !== undefined) throw new UsageError(problem);
  if (present[BACKUP_KEY] !== undefined) {
    await renew(stack, production, present, values, say);
    return new AutomationStack(stack, options.parallel);
  }
  await copyConfig(stack, drillStackValues(values));
  // This key is set last: a stack that has it has all others.
  const backup = { stack: production };
  await stack.setAllConfigJson(
    JSON.stringify({ [BACKUP_KEY]: { value: JSON.stringify(backup), objectValue: backup, secret: false } }),
  );
  say(
    resources.length === 0
      ? `made the stack ${name}, with the configuration of ${production}: it only restores`
      : `${name}: the configuration of the stack was not here, and is made again from that of ${production}`,
  );
  return new AutomationStack(stack, options.parallel);
}

/** Lets a stack restore what production's configuration names now, not what it named when the stack was made. */
async function renew(
  stack: Stack,
  production: string,
  present: StackValues,
  values: StackValues,
  say: (line: string) => void,
): Promise<void> {
  const { set, remove } = renewals(present, values);
  const keys = [...Object.keys(set), ...remove];
  if (keys.length === 0) return;
  await copyConfig(stack, set);
  if (remove.length > 0) await stack.removeAllConfig(remove);
  say(`renewed ${keys.join(", ")} of the stack ${stack.name}: ${production} has another value now`);
}

/** Why a stack cannot become one for drills of another one, or stay that; undefined if it can. */
export function drillStackProblem(
  { name, present, resources }: { name: string; present: StackValues; resources: readonly StackResource[] },
  production: { name: string; values: StackValues },
): string | undefined {
  const another = "name another one with --stack";
  const backup = present[BACKUP_KEY]?.value;
  const expected = JSON.stringify({ stack: production.name });
  const databases = present[DATABASES_KEY]?.value;
  // The file may be gone, as in a CI job's fresh checkout.
  const referred = backingStack(resources);
  const restored = backup ?? (referred === undefined ? undefined : JSON.stringify({ stack: referred }));
  if (backup !== undefined ? backup !== expected : referred !== undefined && !isNamed(referred, production.name))
    return `the stack ${name} restores what ${restored} backs up, not ${production.name}; leave --from out, or name another stack with --stack`;
  if (backup !== undefined) return undefined;
  if (databases === undefined && Object.keys(present).length > 0)
    return `the stack ${name} is there, and its configuration is not of scalar-backup; ${another}`;
  // A stack for drills has its key before its first deployment: whatever this one protects would be let go.
  if (referred === undefined && resources.some(isDeployed))
    return `the stack ${name} backs databases up itself; ${another}`;
  // An interrupted call has copied production's.
  if (databases !== undefined && databases !== production.values[DATABASES_KEY]?.value)
    return `the stack ${name} has other databases in its configuration than ${production.name}; ${another}`;
  return undefined;
}

function isNamed(whole: string, name: string): boolean {
  return whole === name || whole.endsWith(`/${name}`);
}

/** The engine has the stack itself and providers in the state of a stack whose first update has failed. */
function isDeployed({ type }: StackResource): boolean {
  return type !== "pulumi:pulumi:Stack" && !type.startsWith("pulumi:providers:");
}

async function copyConfig({ name, workspace }: Stack, values: StackValues): Promise<void> {
  const plain = Object.fromEntries(Object.entries(values).filter(([, { secret }]) => secret !== true));
  if (Object.keys(plain).length > 0) await workspace.setAllConfigJson(name, JSON.stringify(plain));
  for (const [key, { value, secret }] of Object.entries(values)) {
    if (secret !== true) continue;
    const { status, stderr } = runPulumi(workspace, ["config", "set", "--secret", key, "--stack", name], value);
    if (status !== 0)
      throw new FailedError(`cannot copy the secret ${key} to the stack ${name}: ${firstLines(stderr)}`);
  }
}
