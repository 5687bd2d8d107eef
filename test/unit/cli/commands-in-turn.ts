import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

export interface CommandLine {
  /** Without the program's name. */
  args: readonly string[];
  /** Where it runs. */
  folder: string;
  /** All its variables. */
  env: NodeJS.ProcessEnv;
}

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

let child: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Runs a command line as a user without a terminal does: in a folder and with variables of its own. One runs at a time. */
export function commandInTurn(line: CommandLine): Promise<Ended> {
  const ended = last.then(() => answerOf(line));
  last = ended.catch(() => {});
  return ended;
}

function answerOf(line: CommandLine): Promise<Ended> {
  child ??= fork(join(__dirname, "command-process.ts"), {
    execArgv: ["--require", join(__dirname, "../../../register/index.cjs")],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const process = child;
  process.ref();
  process.channel?.ref();
  return new Promise<Ended>((resolve, reject) => {
    const exited = (code: number | null, signal: string | null) => {
      child = undefined;
      reject(new Error(`the process of the commands has ended with ${code ?? signal}`));
    };
    process.once("exit", exited);
    process.once("message", (ended: Ended) => {
      process.off("exit", exited);
      // Between two commands, its parent does not wait for it; it ends with its parent.
      process.unref();
      process.channel?.unref();
      resolve(ended);
    });
    process.send(line);
  });
}
