import { buildProgram } from "../../../cli/program";
import { PLAIN } from "../../../restore-points/paint";

/**
 * The options of a command line of scalar-backup, by commander itself, without running the command.
 * @param args without the program's name
 * @throws {Error} for what commander refuses
 */
export async function parsedOptions(args: readonly string[]): Promise<Record<string, unknown>> {
  const errors: string[] = [];
  const terminal = { out: () => {}, note: (text: string) => errors.push(text), columns: 80, paint: PLAIN };
  let options: Record<string, unknown> = {};
  const program = buildProgram(
    { ...terminal, interactive: false, env: {}, now: Date.now },
    () =>
      async (...given) => {
        options = given.at(-2) as Record<string, unknown>; // Cast: commander calls an action with the options before the command.
      },
    () => true,
  );
  await program.parseAsync([...args], { from: "user" }).catch((error) => {
    throw new Error(`${error.message} ${errors.join("\n")}`);
  });
  return options;
}
