import { text } from "node:stream/consumers";
import { runOperation, UnknownOperation } from "./operations";

/**
 * Runs one operation: `node register.cjs operations/main.ts <operation>`, its request as JSON on stdin. Every step is
 * printed; the exit code is 0 when the operation is done, 1 when it failed (and can be run again), 2 for a wrong call.
 */
async function main(): Promise<void> {
  const name = process.argv[2];
  try {
    await runOperation(name, await text(process.stdin), process.env, console.log);
  } catch (error) {
    const unknown = error instanceof UnknownOperation;
    console.error(unknown ? error.message : `${name} failed: ${(error as Error).message}`);
    process.exitCode = unknown ? 2 : 1;
  }
}

void main();
