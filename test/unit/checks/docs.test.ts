import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";

const { MAY_IMPORT, asText }: { MAY_IMPORT: Record<string, string[]>; asText(pattern: string): string } =
  require("../../../checks/rooms.cjs");
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

const allDocuments = () =>
  FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file)),
  );

test("every relative link in a document names a file and a heading that exist", (t) => {
  const documents = allDocuments();
  t.true(documents.includes("README.md"));
  const broken = documents.flatMap((document) =>
    linksOf(read(document))
      .filter((link) => !leads(document, link))
      .map((link) => `${document}: ${link}`),
  );
  t.deepEqual(broken, []);
});

/** Sites of vendors and projects. A test fetches none of them: what a link leads to, a reader sees. */
const HOSTS = [
  "aws.amazon.com",
  "azure.microsoft.com",
  "docs.aws.amazon.com",
  "docs.npmjs.com",
  "docs.slack.dev",
  "github.com",
  "jedisct1.github.io",
  "learn.microsoft.com",
  "pre-commit.com",
  "semver.org",
  "www.pulumi.com",
];

test("every link to another host is a well-formed https address of a site that documents have linked before", (t) => {
  const links = allDocuments().flatMap((document) =>
    targetsOf(read(document))
      .filter((target) => /^[a-z]+:/.test(target))
      .map((target) => ({ document, target })),
  );
  t.true(links.length > 10);
  for (const { document, target } of links) {
    const where = `${document}: ${target}`;
    t.true(URL.canParse(target), where);
    const { protocol, host, search } = new URL(target);
    t.is(protocol, "https:", where);
    t.true(HOSTS.includes(host), `${where} (add the host here if it is the right one)`);
    t.is(search, "", `${where} has a query`);
    t.notRegex(target, /\/(en-us|ja-jp)\//, `${where} has a language`);
  }
});

test("every page of docs/ is linked from docs/README.md, and README links that page", (t) => {
  const pages = readdirSync(join(ROOT, "docs")).filter((file) => file.endsWith(".md") && file !== "README.md");
  const linked = linksOf(read("docs/README.md")).map((link) => link.split("#")[0]);
  t.deepEqual(
    pages.filter((page) => !linked.includes(page)),
    [],
  );
  t.true(linksOf(read("README.md")).includes("docs/README.md"));
});

test("ARCHITECTURE.md shows what check:imports lets each room import", (t) => {
  const rows = read("ARCHITECTURE.md").matchAll(/^\| `([a-z.-]+)\/?` \|.*\| (.*) \|$/gm);
  t.deepEqual(
    [...rows].map(([, room = "", others = ""]) => [room, others]),
    Object.entries(MAY_IMPORT).map(([room, others]) => [asText(room), listed(others)]),
  );
});

/** The last column of ARCHITECTURE.md's table. */
function listed(patterns: string[]): string {
  if (patterns.length === 0) return "nothing";
  return patterns
    .map(asText)
    .map((each) => (each === "everything" ? each : `\`${each}\``))
    .join(", ");
}

test("every file that ARCHITECTURE.md names exists, and exports what the text says is in it", (t) => {
  const paragraphs = read("ARCHITECTURE.md").split(/\n(?=\n|\|)/);
  t.deepEqual(paragraphs.flatMap(missingFiles), []);
  const pairs = [...read("ARCHITECTURE.md").matchAll(/`(\w+)`\s+(?:\(|in\s+)`([\w./-]+\.ts)`/g)];
  t.true(pairs.length >= 3, "the walks name functions with their files");
  for (const [, name = "", file = ""] of pairs) assertExported(t, name, file);
});

/** The files in a paragraph or a table's row that do not exist; a bare name is in a folder that the text has named before. */
function missingFiles(paragraph: string): string[] {
  const folders: string[] = [];
  const missing: string[] = [];
  for (const [, path = ""] of paragraph.matchAll(/`([\w./-]+(?:\.c?ts|\.cjs|\/))`/g)) {
    if (path.endsWith("/")) folders.push(path);
    else if (path.includes("/")) folders.push(dirname(path));
    const candidates = [path, ...folders.map((folder) => join(folder, path))];
    if (!candidates.some((each) => existsSync(join(ROOT, each)))) missing.push(path);
  }
  return missing;
}

function assertExported(t: ExecutionContext, name: string, file: string): void {
  t.regex(read(file), new RegExp(`^export (async )?(function|const|class|interface) ${name}\\b`, "m"), file);
}

/** The targets of a document's links, but for those to other hosts. */
function linksOf(text: string): string[] {
  return targetsOf(text).filter((target) => !/^[a-z]+:/.test(target));
}

function targetsOf(text: string): string[] {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
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
