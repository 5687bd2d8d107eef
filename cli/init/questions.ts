import { createInterface } from "node:readline";
import { UsageError } from "../exit-codes";
import { type Found, namesOf, withOnly } from "./found";

/** Asks a person. */
export interface Questions {
  /**
   * Asks until the answer can be used. An empty answer is the default.
   * @param problem Why an answer cannot be used, with what is expected; undefined for one that can.
   * @throws {UsageError} when the person ends the dialogue.
   */
  ask(question: string, byDefault: string, problem?: (answer: string) => string | undefined): Promise<string>;
  /** Shows a line between questions. */
  note(line: string): void;
  close(): void;
}

/** The streams of a dialogue. */
export interface DialogueStreams {
  input: NodeJS.ReadableStream;
  /** Standard error, so that standard output has the result alone. */
  output: NodeJS.WritableStream;
}

const ENDED = "ended before all questions were answered; nothing was written";

/**
 * A dialogue. Ctrl-C and Ctrl-D end it, and so does the end of the input.
 * @param exit Ends the program, when a person does not wait for the next question.
 */
export function dialogue({ input, output }: DialogueStreams, exit: () => void): Questions {
  const lines = createInterface({ input, output });
  const waiting: ((line: string | undefined) => void)[] = [];
  const early: string[] = [];
  let ended = false;
  lines.on("line", (line) => {
    const next = waiting.shift();
    // An answer that was typed, or pasted, before its question.
    if (next === undefined) early.push(line);
    else next(line);
  });
  lines.on("SIGINT", () => {
    const answers = waiting.length > 0;
    lines.close();
    if (answers) return;
    output.write(`${ENDED}\n`);
    exit();
  });
  lines.on("close", () => {
    ended = true;
    // The cursor is in the line of the question.
    if (waiting.length > 0) output.write("\n");
    for (const next of waiting.splice(0)) next(undefined);
  });
  const answer = () =>
    new Promise<string | undefined>((resolve) => {
      const known = early.shift();
      if (known !== undefined || ended) resolve(known);
      else waiting.push(resolve);
    });
  return {
    async ask(question, byDefault, problem = () => undefined) {
      for (;;) {
        lines.setPrompt(`${question} [${byDefault}] `);
        if (!ended) lines.prompt();
        const line = await answer();
        if (line === undefined) throw new UsageError(ENDED);
        const text = line.trim() || byDefault;
        const wrong = problem(text);
        if (wrong === undefined) return text;
        output.write(`  ${wrong}\n`);
      }
    },
    note: (line) => void output.write(`${line}\n`),
    close: () => lines.close(),
  };
}

/** What a person answers for a cloud that has nothing. */
export const NONE = "none";

/** Lets a person leave out databases that do not belong to the set. */
export async function chosen(found: Found, questions: Questions): Promise<Found> {
  const names = namesOf(found);
  if (names.length < 2) return found;
  questions.note("Databases:");
  for (const [index, line] of described(found).entries()) questions.note(`  ${String(index + 1).padStart(2)}  ${line}`);
  const answer = await questions.ask(
    "Which ones do ScalarDB's transactions write to (numbers or names)?",
    "all",
    (text) => choice(text, names).problem,
  );
  return withOnly(found, choice(answer, names).positions);
}

/** The positions of the names that an answer means. */
function choice(answer: string, names: readonly string[]): { positions: Set<number>; problem?: string } {
  if (answer === "all") return { positions: new Set(names.keys()) };
  const words = answer.split(/[\s,]+/).filter((word) => word !== "");
  const meant = words.map((word) => {
    const named = [...names.keys()].filter((index) => names[index] === word);
    return named.length > 0 || names[Number(word) - 1] === undefined ? named : [Number(word) - 1];
  });
  const unknown = words.filter((_, index) => meant[index]?.length === 0);
  return {
    positions: new Set(meant.flat()),
    ...(unknown.length > 0 && {
      problem: `${unknown.join(", ")} is none of them; give numbers from 1 to ${names.length} or names, separated by commas, or all`,
    }),
  };
}

/** Each database with its product, in the order of `namesOf`. */
function described({ namespaces, rds, azure }: Found): string[] {
  return [
    ...namespaces.map((name) => `${name} (namespace in DynamoDB)`),
    ...rds.map(({ identifier, kind }) => `${identifier} (${kind})`),
    ...azure.map(({ name, kind, resourceGroupName }) => `${name} (${kind}, resource group ${resourceGroupName})`),
  ];
}
