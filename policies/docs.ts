/** Writes the table of all policies into README.md: `npm run docs:policies`. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policies } from "./policies";

const README = join(__dirname, "README.md");
const BEGIN = "<!-- biome-ignore format: the table is made by `npm run docs:policies` -->\n";
const END = "<!-- End of the table. -->";

/** The README as it is, with the table as the code has it. */
export function readmeWithTable(readme: string): string {
  const from = readme.indexOf(BEGIN) + BEGIN.length;
  const to = readme.indexOf(END);
  return `${readme.slice(0, from)}${table()}\n${readme.slice(to)}`;
}

function table(): string {
  const rows = policies.map((policy) => [
    `\`${policy.name}\``,
    `${policy.description.replace(/^Checks whether /, "")}<br>*${policy.looksAt}*`,
    policy.severity ?? "",
    policy.enforcementLevel ?? "",
    "remediateResource" in policy ? "yes" : "",
    Object.entries(policy.configSchema?.properties ?? {})
      // What nearly all of them have is explained once, above the table.
      .filter(([name]) => name !== "except")
      .map(([name, { default: value, description }]) => `\`${name}\` = \`${JSON.stringify(value)}\`: ${description}`)
      .join("<br>"),
  ]);
  const head = ["Policy", "Checks whether", "Severity", "Level", "Remediates", "Settings"];
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [head, head.map(() => "---"), ...rows].map(line).join("");
}

if (require.main === module) writeFileSync(README, readmeWithTable(readFileSync(README, "utf8")));
