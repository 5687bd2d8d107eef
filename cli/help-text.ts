import type { AddHelpTextContext } from "commander";

/**
 * Help after the options: paragraphs of a source's width become lines of the terminal's width. Lines with an indentation, such as examples,
 * stay as they are.
 */
export function flowing(text: string): (context: AddHelpTextContext) => string {
  return ({ command }) => flow(text, command.configureOutput().getOutHelpWidth?.() ?? 80);
}

/** Breaks paragraphs anew, so that no line is longer than the width, unless a word is. */
function flow(text: string, width: number): string {
  const lines: string[] = [];
  let joins = false;
  for (const line of text.split("\n")) {
    const flows = line !== "" && !line.startsWith(" ");
    if (!flows) lines.push(line);
    else
      for (const word of line.split(" ")) {
        const last = joins ? (lines.at(-1) ?? "") : undefined;
        if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
        joins = true;
      }
    joins = flows;
  }
  return lines.join("\n");
}
