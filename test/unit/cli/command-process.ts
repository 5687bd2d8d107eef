/** A process in which command lines run one after another, without what each process takes to start and to load the SDKs. */
import { runCli } from "../../../cli/program";
import { processTerminal } from "../../../cli/terminal";
import type { CommandLine, Ended } from "./commands-in-turn";

/** Azure's libraries keep whose tokens they have got from where, for as long as they are loaded. */
function forgetTokens(): void {
  for (const file of Object.keys(require.cache)) if (/[\\/]@azure[\\/]/.test(file)) delete require.cache[file];
}

async function run({ args, folder, env }: CommandLine): Promise<Ended> {
  forgetTokens();
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(folder);
  const stdout: string[] = [];
  const stderr: string[] = [];
  const exitCode = await runCli(args, {
    ...processTerminal(),
    out: (line) => stdout.push(`${line}\n`),
    note: (line) => stderr.push(`${line}\n`),
  });
  return { code: exitCode, stdout: stdout.join(""), stderr: stderr.join("") };
}

process.on("message", (line: CommandLine) => {
  void run(line).then((ended) => process.send?.(ended));
});
