import { EXIT } from "./exit-codes";
import { NAME, runCli } from "./program";
import { processTerminal } from "./terminal";

/** What was printed and could not be written, because of an error other than a closed reader. */
let notWritten: Error | undefined;

// A reader that has seen enough, such as `head`, or a terminal that was closed, ends no command: a drill goes on until its copies
// are removed, and the exit code is that of the command.
for (const stream of [process.stdout, process.stderr]) {
  let isFirst = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    const isClosed = error.code === "EPIPE" || (error.code === "EIO" && stream.isTTY);
    // Later ones only say that the stream has ended.
    if (isFirst && !isClosed) notWritten = error;
    isFirst = false;
  });
}

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), processTerminal());
}

process.on("exit", () => {
  if (notWritten === undefined) return;
  process.exitCode = EXIT.failed;
  process.stderr.write(`${NAME}: cannot write what was asked for: ${notWritten.message}\n`);
});

void main();
