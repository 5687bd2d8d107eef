import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";

const ROOT = join(__dirname, "../../..");
const RECORDS = "docs/decisions";
/** The folders with documents. */
const FOLDERS = [".", "docs", RECORDS, "pauser", "policies"];

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const records = () => readdirSync(join(ROOT, RECORDS)).filter((file) => file !== "README.md");

test("every decision record has the same headings, and a line in the index", (t) => {
  const lines = records().map((file) => {
    const [, number = "", title = ""] = /^# (\d{4}): (.+)\n/.exec(read(`${RECORDS}/${file}`)) ?? [];
    t.true(number !== "" && file.startsWith(`${number}-`), `${file}: the first line must be "# <number>: <title>"`);
    return `- [${number}](${file}): ${title}`;
  });
  t.deepEqual(
    read(`${RECORDS}/README.md`)
      .split("\n")
      .filter((line) => line.startsWith("- ")),
    lines,
  );
  for (const file of records()) {
    const headings = read(`${RECORDS}/${file}`).match(/^## .+$/gm) ?? [];
    for (const heading of ["## Context", "## Decision", "## Consequences"])
      t.is(headings.filter((each) => each === heading).length, 1, `${file}: ${heading}`);
  }
});

test("every relative link in a document names a file and a heading that exist", (t) => {
  const documents = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file)),
  );
  t.true(documents.includes("README.md"));
  const broken = documents.flatMap((document) =>
    linksOf(read(document))
      .filter((link) => !leads(document, link))
      .map((link) => `${document}: ${link}`),
  );
  t.deepEqual(broken, []);
});

/** The targets of a document's links, but for those to other hosts. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

function leads(document: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const file = path === "" ? document : join(dirname(document), path);
  if (!existsSync(join(ROOT, file))) return false;
  return heading === undefined || headingsOf(read(file)).includes(heading);
}

/** The headings of a document, as GitHub names them in links. */
function headingsOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
