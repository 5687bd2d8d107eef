import { counted } from "../../restore-points/counted";
import type { Paint } from "../../restore-points/paint";
import { wrapped } from "../wrapped";
import type { Finding, State } from "./finding";

const WORDS: Record<State, string> = { ok: "ok", warning: "warning", problem: "PROBLEM", unknown: "unknown" };
const COLORS = { ok: "green", warning: "yellow", problem: "red", unknown: "cyan" } as const;
const INDENT = 10;

/** The findings for people: by check, wrapped at the terminal's width; each fix in a line of its own, to be copied. */
export function asText(findings: readonly Finding[], columns: number, paint: Paint): string[] {
  const checks = [...new Set(findings.map(({ check }) => check))];
  const lines = checks.flatMap((check) => [
    paint("bold", check),
    ...findings.filter((each) => each.check === check).flatMap((each) => findingLines(each, columns, paint)),
  ]);
  return [...lines, "", summary(findings)];
}

function findingLines({ state, message, fix }: Finding, columns: number, paint: Paint): string[] {
  const [first = "", ...more] = wrapped(message, Math.max(40, columns - INDENT));
  const word = paint(COLORS[state], WORDS[state].padEnd(INDENT - 2));
  const indent = " ".repeat(INDENT);
  return [
    `  ${word}${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...(fix === undefined ? [] : fixLines(fix, columns, paint)),
  ];
}

/** A command is one line, to be copied; what is said of it is wrapped. */
function fixLines(fix: string, columns: number, paint: Paint): string[] {
  const indent = " ".repeat(INDENT);
  const [, said = "", command = ""] = /^((?:.*?: )?)((?:kubectl|pulumi|npx|npm|aws|az) .*)$/s.exec(fix) ?? [];
  const [first = "", ...more] =
    command === "" ? wrapped(fix, columns - INDENT - 5) : wrapped(said.trim(), columns - INDENT - 5);
  const head = `${indent}${paint("bold", "fix:")} `;
  if (command !== "" && (said === "" || INDENT + 5 + fix.length <= columns)) return [`${head}${fix}`];
  return [
    `${head}${first}`,
    ...more.map((line) => `${indent}     ${line}`),
    ...(command === "" ? [] : [`${indent}     ${command}`]),
  ];
}

function summary(findings: readonly Finding[]): string {
  const count = (state: State) => findings.filter((each) => each.state === state).length;
  const bad = [
    ...(count("problem") > 0 ? [counted(count("problem"), "problem")] : []),
    ...(count("warning") > 0 ? [counted(count("warning"), "warning")] : []),
    ...(count("unknown") > 0 ? [`${count("unknown")} not known`] : []),
  ];
  return bad.length === 0
    ? `all ${findings.length} checks passed: the next window and a restore have what they need`
    : `${bad.join(", ")}; ${count("ok")} of ${findings.length} checks passed`;
}
