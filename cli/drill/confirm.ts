import { createInterface } from "node:readline/promises";
import { UsageError } from "../exit-codes";

/** Asks before something is created or removed; `--yes` answers for scripts. */
export function confirmer(
  yes: boolean,
  interactive: boolean,
  say: (line: string) => void,
): (question: string) => Promise<boolean> {
  return async (question) => {
    if (yes) return true;
    if (!interactive) throw new UsageError(`${question} This is no terminal in which it could be answered: give --yes`);
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await prompt.question(`${question} [y/N] `);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      prompt.close();
      say("");
    }
  };
}
