import { text } from "node:stream/consumers";
import { keepSdkQuiet } from "./aws-node-warning";
import { BoundedLines } from "./bounded-lines";
import { endWithShell } from "./end-with-shell";
import { runOperation, UnknownOperation } from "./operations";

/**
 * Runs the operation that the last argument names. Its request is JSON on stdin. Each step is a line on stdout, and what goes on
 * in a long step a line on stderr. Exits with 0 when the operation has ended, with 1 when it failed (it can be run again), with 2
 * for an unknown operation.
 *
 * The last argument, because this file is started in two ways: see command.cjs.
 */
async function main(): Promise<void> {
  keepSdkQuiet();
  endWithShell();
  const name = process.argv.slice(1).at(-1);
  const [steps, signs] = [new BoundedLines(console.log), new BoundedLines(console.error)];
  try {
    await runOperation(name, await text(process.stdin), process.env, steps.print.bind(steps), signs.print.bind(signs));
    steps.end();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = error instanceof UnknownOperation;
    console.error(unknown ? message : `${name} failed: ${message}`);
    process.exitCode = unknown ? 2 : 1;
  }
}

void main();
