import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { EXIT_MEANINGS } from "../../../cli/exit-codes";
import { EXIT_CODES } from "../../../pauser/outcome";
import { ROOT } from "./documented-commands";

/** docs/troubleshooting.md quotes what the program says: no message may be there that the code does not have. */
const PAGE = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8");
const ROOMS = ["cli", "components", "config", "operations", "pauser", "restore-points"];

/** The rows of the tables below a heading, by their cells. */
function rowsOf(heading: string): string[][] {
  const [, section = ""] = new RegExp(`^## ${heading}\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, "m").exec(PAGE) ?? [];
  return [...section.matchAll(/^\| (.*?) ?\|$/gm)].slice(1).map(([, row = ""]) => row.split(/ \| ?/));
}

const sources = ROOMS.flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(ROOT, room, file), "utf8")),
);

/** The parts of a message that do not differ from case to case. */
const fixedParts = (message: string) =>
  message
    .split(/"?<[^>]+>"?/)
    .map((part) => part.trim())
    .filter((part) => part.length > 3);

test("every message is one of the program's: a file of its source has all of its fixed words", (t) => {
  const messages = [...PAGE.matchAll(/^\| `(\D[^`]*)` \|/gm)].map(([, message = ""]) => message);
  t.true(messages.length > 30);
  t.deepEqual(
    messages.filter((message) => !sources.some((source) => fixedParts(message).every((part) => source.includes(part)))),
    [],
  );
});

test("every exit code of scalar-backup is listed with its meaning", (t) => {
  t.deepEqual(
    rowsOf("Exit codes of `scalar-backup`").map(([code, meaning]) => [Number(code), meaning]),
    EXIT_MEANINGS.map(([code, meaning]) => [code, meaning]),
  );
});

test("every exit code of the pauser is listed with its name", (t) => {
  t.deepEqual(
    rowsOf("Exit codes of the pauser").map(([code, meaning]) => [/^`(\w+)`/.exec(meaning ?? "")?.[1], Number(code)]),
    Object.entries(EXIT_CODES),
  );
});
