import type { CommandArgs } from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";

/** The type of the resource that runs an operation within the plugin. */
const OPERATION_TYPE = "scalar-backup:index:Operation";

/**
 * Replaces `Command` of @pulumi/command in the plugin's bundle (`build.ts`): its inputs are the same, but `create`, `update`
 * and `delete` are names of operations, which the plugin itself runs. A command would need a path to this bundle, which differs between
 * machines, and a shell.
 */
export class Command extends pulumi.CustomResource {
  /** What the operation said, line by line. */
  declare readonly stdout: pulumi.Output<string>;

  constructor(name: string, args: CommandArgs, opts?: pulumi.CustomResourceOptions) {
    const { create, update, delete: deletion, stdin, environment } = args;
    super(
      OPERATION_TYPE,
      name,
      {
        create: pulumi.output(create).apply(operationName),
        ...(update !== undefined && { update: pulumi.output(update).apply(operationName) }),
        ...(deletion !== undefined && { delete: pulumi.output(deletion).apply(operationName) }),
        stdin,
        environment,
        stdout: undefined,
      },
      opts,
    );
  }
}

/** The operation that a command's text runs: its last word (`components/operation.ts`). */
function operationName(command: string | undefined): string | undefined {
  return command?.split(" ").at(-1);
}
