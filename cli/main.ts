import { runCli } from "./program";
import { processTerminal } from "./terminal";

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), processTerminal());
}

void main();
