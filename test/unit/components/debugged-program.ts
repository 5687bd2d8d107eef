/** A program whose look-up fails while a large graph of outputs waits for it, with V8's debugger as Pulumi's runner attaches it. */
import { type Output, output } from "@pulumi/pulumi";
import { lookUpFor } from "../../../components/databases/kind";

// What the runner calls before it loads a program; the SDK's declarations leave it out.
const {
  isInitializedAsync,
}: { isInitializedAsync(): Promise<void> } = require("@pulumi/pulumi/runtime/closure/v8Hooks");

process.once("unhandledRejection", (error) => {
  process.stdout.write(`${(error as Error).message}\n`);
  process.exit(0);
});

async function main(): Promise<void> {
  await isInitializedAsync();
  let last: Output<unknown> = lookUpFor("ledger", async () => {
    await new Promise(setImmediate);
    throw new Error("is gone");
  });
  for (let depth = 0; depth < 12; depth++) last = output([last]).apply(([found]) => found);
}

void main();
