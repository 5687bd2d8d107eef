import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";

/** The inputs of an operation's resource, each of them a secret or not. */
type Inputs = Record<string, unknown>;

/**
 * Runs the operation that a resource names. Its log lines appear in the output of `pulumi up`.
 * @returns these lines, as the command provider does; undefined when there was nothing to run.
 */
async function run(operation: unknown, urn: string, inputs: Inputs): Promise<string | undefined> {
  if (typeof operation !== "string") return undefined;
  const lines: string[] = [];
  const environment = plain(inputs.environment);
  const name = urn.split("::").at(-1);
  const { runOperation }: typeof import("../operations/operations") = require("../operations/operations");
  try {
    await runOperation(
      operation,
      String(plain(inputs.stdin) ?? ""),
      { ...process.env, ...(typeof environment === "object" ? environment : {}) },
      (line) => {
        lines.push(line);
        console.log(`${name}: ${line}`);
      },
      (line) => console.log(`${name}: ${line}`),
    );
    return lines.join("\n");
  } catch (error) {
    throw new Error(`${name}: ${operation} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export async function createOperation(urn: string, inputs: Inputs) {
  const stdout = await run(plain(inputs.create), urn, inputs);
  return { id: `${urn.split("::").at(-1)}${randomBytes(4).toString("hex")}`, outs: withOutput(inputs, stdout) };
}

/** An operation with `update` runs once for each request: other credentials do not run it again (docs/decisions/0011). */
export async function updateOperation(urn: string, before: Inputs, inputs: Inputs) {
  const update = plain(inputs.update);
  const sameRequest = plain(before.stdin) === plain(inputs.stdin);
  const runs = update === undefined || !sameRequest;
  const stdout = runs ? await run(update ?? plain(inputs.create), urn, inputs) : plain(before.stdout);
  return { outs: withOutput(inputs, stdout) };
}

function withOutput(inputs: Inputs, stdout: unknown): Inputs {
  return stdout === undefined ? inputs : { ...inputs, stdout };
}

export async function deleteOperation(urn: string, inputs: Inputs): Promise<void> {
  await run(plain(inputs.delete), urn, inputs);
}

/** As of the command provider: every changed input is an update, which runs the operation again. */
export function operationDiffers(before: Inputs, after: Inputs): boolean {
  return ["create", "update", "delete", "stdin", "environment"].some(
    (key) => !isDeepStrictEqual(plain(before[key]), plain(after[key])),
  );
}

function plain(value: unknown): unknown {
  return pulumi.runtime.unwrapRpcSecret(value);
}
