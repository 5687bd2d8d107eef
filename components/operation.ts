import { isDeepStrictEqual } from "node:util";
import { Command, type CommandArgs } from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import {
  ACCESS_VARIABLES,
  type AccessOf,
  OPERATION_CLOUDS,
  type OperationName,
  type RequestOf,
} from "../operations/requests";
import { outputsInState } from "./state";

/** What an operation is asked, and how it reaches its cloud. */
export interface OperationArgs<Name extends OperationName> {
  request: RequestOf<Name> | pulumi.Output<RequestOf<Name>>;
  access: AccessOf<Name> | Promise<AccessOf<Name>> | pulumi.Output<AccessOf<Name>>;
}

/** Declares a command that runs an operation when it is created, and again whenever one of its inputs changes. */
export function declareOperation<Name extends OperationName>(
  logical: string,
  operation: Name,
  args: OperationArgs<Name>,
  options: pulumi.CustomResourceOptions,
): Command {
  return new Command(logical, inputsOf(operation, args), options);
}

/**
 * Declares a command that runs an operation once for each request. Another command text, or other credentials, do not run it
 * again on a copy that exists: its users may have changed the copy since (docs/decisions/0011).
 * @param undo Runs with the same request when the command is deleted.
 */
export function declareCompletion<Name extends OperationName>(
  logical: string,
  operation: Name,
  args: OperationArgs<Name>,
  options: pulumi.CustomResourceOptions,
  undo?: OperationName,
): Command {
  const inputs = inputsOf(operation, args);
  return new Command(
    logical,
    { ...inputs, update: updateOf(logical, operation, inputs, options), delete: undo && commandText(undo) },
    options,
  );
}

/**
 * What a command has written: known once it has run. Its ID does not show it, for the provider gives one in previews, too, and the
 * engine hands it over (pulumi-command 1.2, commandController.go).
 */
export function writtenBy(command: Command): pulumi.Output<string> {
  // The credentials in the environment make every output a secret, but none is in what an operation says.
  return pulumi.unsecret(command.stdout);
}

/** The request that the stack's last update has sent; undefined before the first. */
export async function lastRequest<Name extends OperationName>(
  logical: string,
  operation: Name,
  { parent }: pulumi.CustomResourceOptions,
): Promise<RequestOf<Name> | undefined> {
  const last = await outputsInState({ type: "command:local:Command", logical }, { parent });
  if (typeof last?.stdin !== "string" || last.create !== commandText(operation)) return undefined;
  // Cast: this operation's request, which this version or an earlier one has written.
  return JSON.parse(last.stdin) as RequestOf<Name>;
}

/**
 * Declares a command that runs an operation once for each request, and hands over what it has found: the operation's last line.
 */
export function declareFinding<Name extends OperationName>(
  logical: string,
  operation: Name,
  args: OperationArgs<Name>,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const inputs = inputsOf(operation, args);
  const command = new Command(
    logical,
    { ...inputs, update: updateOf(logical, operation, inputs, options, REPEATED) },
    options,
  );
  return writtenBy(command).apply((said) => said.split("\n").at(-1) ?? "");
}

/** The `update` of a completion whose request has not changed. */
const UNCHANGED = "echo the request has not changed: nothing is done";

/** The same of a finding, which stays what it was: the provider hands the last output over in this variable. */
const REPEATED = `node -e "process.stdout.write(process.env.PULUMI_COMMAND_STDOUT)"`;

/**
 * What the provider runs in place of `create` when an input of a completion has changed. It stays in the state until the next
 * change, so that a preview after an `up` shows none.
 */
function updateOf(
  logical: string,
  operation: OperationName,
  { stdin, environment }: CommandArgs,
  { parent }: pulumi.CustomResourceOptions,
  unchanged = UNCHANGED,
): pulumi.Output<string> {
  const create = commandText(operation);
  const update = pulumi.all([stdin, environment]).apply(async ([stdin, environment]) => {
    const last = await outputsInState({ type: "command:local:Command", logical }, { parent });
    if (last === undefined || last.stdin !== stdin) return create;
    const same = last.create === create && isDeepStrictEqual(last.environment ?? {}, environment ?? {});
    return same && typeof last.update === "string" ? last.update : unchanged;
  });
  // It depends on the credentials in the environment, but holds none of them.
  return pulumi.unsecret(update);
}

/**
 * The same text on every machine, in a clone and with the installed package: Node finds the package by its name, in a clone
 * through the `exports` of its package.json. Double quotes, because cmd.exe knows no others.
 */
function commandText(operation: OperationName): string {
  return `node -e "require('scalar-backup/operations')" ${operation}`;
}

function inputsOf<Name extends OperationName>(operation: Name, { request, access }: OperationArgs<Name>): CommandArgs {
  const variable = ACCESS_VARIABLES[OPERATION_CLOUDS[operation]];
  return {
    create: commandText(operation),
    stdin: pulumi.Output.isInstance(request)
      ? request.apply((known) => JSON.stringify(known))
      : JSON.stringify(request),
    ...(access instanceof Promise || pulumi.Output.isInstance(access)
      ? { environment: pulumi.secret(pulumi.output(access).apply((known) => ({ [variable]: JSON.stringify(known) }))) }
      : Object.keys(access).length > 0
        ? { environment: pulumi.secret({ [variable]: JSON.stringify(access) }) }
        : {}),
  };
}
