import { createInterface } from "node:readline/promises";
import { UsageError } from "../exit-codes";

/** Who answers the questions. */
export interface Answering {
  /** `--yes` answers for scripts. */
  yes: boolean;
  /** Whether a person can. */
  interactive: boolean;
  /** Ends a question, as Ctrl-C and the end of the input do: the answer is no. */
  interrupted: AbortSignal;
}

/** Asks before something is created or removed. */
export function confirmer({ yes, interactive, interrupted }: Answering): (question: string) => Promise<boolean> {
  return async (question) => {
    if (yes) return true;
    if (!interactive) throw new UsageError(`${question} This is no terminal in which it could be answered: give --yes`);
    if (interrupted.aborted) return false;
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    const ended = new AbortController();
    prompt.once("close", () => ended.abort());
    try {
      const signal = AbortSignal.any([interrupted, ended.signal]);
      return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `, { signal })).trim());
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "AbortError") throw error;
      process.stderr.write("\n");
      return false;
    } finally {
      prompt.close();
    }
  };
}
