import { createInterface } from "node:readline/promises";
import type { Found } from "./found";

/** Asks a person, on standard error, so that standard output stays empty. */
export interface Questions {
  ask(question: string, byDefault: string): Promise<string>;
  close(): void;
}

export function askOnTerminal(): Questions {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return {
    async ask(question, byDefault) {
      const answer = await terminal.question(`${question} [${byDefault}] `);
      return answer.trim() === "" ? byDefault : answer.trim();
    },
    close: () => terminal.close(),
  };
}

/** Lets a person leave out databases that do not belong to the set. */
export async function chosen(found: Found, { ask }: Questions): Promise<Found> {
  const all = [...found.namespaces, ...found.rds.map(({ identifier }) => identifier)];
  if (all.length < 2) return found;
  const answer = await ask(
    `Databases found: ${all.join(", ")}. Which ones do ScalarDB's transactions write to?`,
    "all",
  );
  if (answer === "all") return found;
  const names = answer.split(/[\s,]+/);
  return {
    ...found,
    namespaces: found.namespaces.filter((namespace) => names.includes(namespace)),
    rds: found.rds.filter(({ identifier }) => names.includes(identifier)),
  };
}
