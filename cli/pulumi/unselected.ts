import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack, Workspace } from "@pulumi/pulumi/automation";
import { messageOf } from "../../restore-points/error-message";

/** How a stack is opened. */
export interface Opening {
  name: string;
  /** The folder that has Pulumi.yaml. */
  cwd: string;
  /** Present if the stack is made when it is not there. */
  make?: { secretsProvider?: string };
}

/**
 * Opens a stack, and leaves the selected one selected: Pulumi's commands without `--stack` are the user's own.
 * @throws {StackNotFoundError} for a stack that is not there, and is not to be made
 */
export async function openUnselected({ name, cwd, make }: Opening): Promise<Stack> {
  // Loaded when it is used: it takes half a second.
  const { LocalWorkspace, Stack }: typeof import("@pulumi/pulumi/automation") = require("@pulumi/pulumi/automation");
  const workspace = await LocalWorkspace.create({ workDir: cwd, ...make });
  // The Automation API selects what it opens, though each of its commands names the stack.
  workspace.selectStack = (stack) => readable(() => workspace.exportStack(stack));
  workspace.createStack = async (stack) => {
    const secrets = make?.secretsProvider === undefined ? [] : ["--secrets-provider", make.secretsProvider];
    const { status, stderr } = runPulumi(workspace, ["stack", "init", stack, "--no-select", ...secrets]);
    if (status !== 0) throw new Error(`cannot make the stack ${stack}: ${stderr}`);
  };
  return await (make ? Stack.createOrSelect(name, workspace) : Stack.select(name, workspace));
}

/** On a backend of local files, who reads a state while another run saves it finds an empty file next to it, and asks again. */
async function readable(read: () => Promise<unknown>, tries = 3): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (tries === 1 || !/failed to load checkpoint: EOF/.test(messageOf(error))) throw error;
    await sleep(200);
    await readable(read, tries - 1);
  }
}

/** Runs Pulumi for what the Automation API cannot do. Secrets go through standard input: other users can read a process's arguments. */
export function runPulumi(
  { pulumiCommand, workDir, envVars }: Workspace,
  args: string[],
  input?: string,
): { status: number | null; stderr: string } {
  const env = { ...process.env, ...envVars };
  const given = { cwd: workDir, env, ...(input !== undefined && { input }), encoding: "utf8" } as const;
  return spawnSync(pulumiCommand.command, [...args, "--non-interactive"], given);
}
