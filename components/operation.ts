import { relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AWS_ACCESS_VARIABLE, type AwsAccess } from "../operations/aws";
import { AZURE_ACCESS_VARIABLE, type AzureAccess } from "../operations/azure";

/** The arguments of a command that runs one of `operations/`. */
export function operation(what: string, request: object, access: AwsAccess) {
  return command(what, JSON.stringify(request), AWS_ACCESS_VARIABLE, access);
}

/** The same for a request that is known once other things are, and with an operation that undoes it when the command goes. */
export function lastingOperation(
  what: { create: string; delete: string | undefined },
  request: pulumi.Output<object>,
  access: AwsAccess,
) {
  const made = command(what.create, request.apply(JSON.stringify), AWS_ACCESS_VARIABLE, access);
  return { ...made, ...(what.delete ? { delete: shell(what.delete) } : {}) };
}

/** The same for an operation on Azure. The request may hold what other resources tell. */
export function azureOperation(what: string, request: pulumi.Input<object>, access: AzureAccess) {
  return command(what, pulumi.jsonStringify(request), AZURE_ACCESS_VARIABLE, access);
}

/** Relative, so that the command is the same on every machine that works on the stack. */
function shell(what: string): string {
  const [loader, runner] = ["../register.cjs", "../operations/main.ts"].map((file) =>
    JSON.stringify(`./${relative(process.cwd(), require.resolve(file))}`),
  );
  return `node ${loader} ${runner} ${what}`;
}

function command<Text extends pulumi.Input<string>>(what: string, stdin: Text, variable: string, access: object) {
  return {
    create: shell(what),
    stdin,
    ...(Object.keys(access).length > 0 ? { environment: pulumi.secret({ [variable]: JSON.stringify(access) }) } : {}),
  };
}
