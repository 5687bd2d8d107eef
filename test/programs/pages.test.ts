import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import test from "ava";
import { type Browser, chromium } from "playwright-core";
import { pointsPage } from "../../cli/points/page";
import { evidenceOf } from "../../cli/report/build";
import { page as evidencePage } from "../../cli/report/page";
import { sample } from "../unit/cli/points/sample";
import { drill, refused } from "../unit/cli/report/facts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "scalar-backup-page-"));
const file = join(folder, "points.html");
const verdicts = [
  { instant: "2026-11-26T03:00:00Z", proven: false },
  { instant: "2026-11-25T03:00:00Z", proven: true, at: "2026-11-25T09:00:00Z" },
];
const view = sample({ stack: "prod", verdicts, unread: ["orders was not read: AccessDenied"] });
writeFileSync(file, pointsPage(view, "2026-11-27T09:01:00Z"));
const evidenceFile = join(folder, "evidence.html");
writeFileSync(evidenceFile, evidencePage(evidenceOf(drill())));
const refusedFile = join(folder, "refused.html");
writeFileSync(refusedFile, evidencePage(evidenceOf(refused())));

/** As far as a message needs it: axe-core's types need those of a browser. */
interface Violation {
  id: string;
  nodes: { html: string }[];
}

let browser: Browser | undefined;
test.before(async () => {
  if (executablePath) browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
test.after.always(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const SKIPPED = `skipped: no Chromium at ${PLACES.join(", ")}, nor at the path in CHROMIUM`;

const LOOKS = [file, evidenceFile, refusedFile].flatMap((of) =>
  (["light", "dark"] as const).flatMap((colorScheme) => [1440, 800, 390].map((width) => ({ of, colorScheme, width }))),
);
for (const { of, colorScheme, width } of LOOKS)
  test.serial(
    `axe finds nothing, nothing is loaded, and nothing overflows: ${basename(of)}, ${colorScheme}, ${width} pixels`,
    async (t) => {
      if (!browser) return t.pass(SKIPPED);
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      const page = await context.newPage();
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(`file://${of}`);
      await page.evaluate(axe);
      const { violations, incomplete } = await page.evaluate<{ violations: Violation[]; incomplete: Violation[] }>(
        "axe.run()",
      );
      t.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        [],
      );
      t.log(`${incomplete.length} incomplete`);
      t.deepEqual(requests, [`file://${of}`]);
      t.true((await page.evaluate<number>("document.documentElement.scrollWidth")) <= width);
      await context.close();
    },
  );

test.serial("the page's own policy lets its script run, and nothing else", async (t) => {
  if (!browser) return t.pass(SKIPPED);
  const page = await browser.newPage();
  const messages: string[] = [];
  page.on("console", (message) => messages.push(message.text()));
  await page.goto(`file://${file}`);
  t.deepEqual(messages, []);
  await page.fill("#points-search", "imported");
  t.is(await page.locator("#points tbody tr:visible").count(), 2);
  t.is(await page.locator("output[for=points-search]").textContent(), "2 of 37");
  await page.getByRole("button", { name: "Zoom in" }).click();
  const widths: number[] = await page.evaluate(
    "[document.querySelector('.scroll').scrollWidth, document.querySelector('.scroll').clientWidth]",
  );
  t.true((widths[0] ?? 0) >= 2 * (widths[1] ?? 0) - 1, String(widths));
  await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => {})");
  t.regex(messages.join("\n"), /Content Security Policy/);
  await page.close();
});

for (const width of [1280, 390])
  test.serial(`the part of the axis that is seen has a label with a date at every zoom, ${width} pixels`, async (t) => {
    if (!browser) return t.pass(SKIPPED);
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(`file://${file}`);
    const seen = (selector: string) =>
      page.evaluate<string[]>(`(() => {
        const view = document.querySelector(".scroll").getBoundingClientRect();
        return [...document.querySelectorAll("${selector}")].filter((text) => {
          const { left, right } = text.getBoundingClientRect();
          return getComputedStyle(text).visibility === "visible" && left >= view.left - 1 && right <= view.right + 1;
        }).map(({ textContent }) => textContent);
      })()`);
    for (let zoom = 1; zoom <= 32; zoom *= 2) {
      const labels = await seen("[data-part=ticks] text");
      t.true(
        labels.some((label) => /^\d+ [A-Z][a-z]{2}$/.test(label)),
        `zoom ${zoom}: ${labels.join(", ")}`,
      );
      t.true(labels.length <= 20, `zoom ${zoom}: ${labels.join(", ")}`);
      // At the last zoom, the newest window is left of what is seen.
      if (zoom < 32) t.true((await seen(".when")).includes("26 Nov 03:00:00"), `zoom ${zoom}: the newest window`);
      await page.getByRole("button", { name: "Zoom in" }).click();
    }
    await page.close();
  });

test.serial("a row of a table on a phone has its columns' names, and nothing to scroll sideways", async (t) => {
  if (!browser) return t.pass(SKIPPED);
  const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
  for (const of of [file, evidenceFile, refusedFile]) {
    await page.goto(`file://${of}`);
    const wide =
      "[...document.querySelectorAll('.table')].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.innerHTML)";
    t.deepEqual(await page.evaluate(wide), [], of);
  }
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "ledger" }) });
  t.is(await row.first().getByRole("cell").count(), 6, "a screen reader finds the cells of a row that is a block");
  const named: string = await page.evaluate(
    "getComputedStyle(document.querySelector('#database-times td'), '::before').content",
  );
  t.regex(named, /^"Requested: "/);
  await page.close();
});

test.serial("a printed page has what its folded part hides on a screen", async (t) => {
  if (!browser) return t.pass(SKIPPED);
  const page = await browser.newPage();
  await page.goto(`file://${evidenceFile}`);
  const isShown = "document.querySelector('#resource-times').checkVisibility({ contentVisibilityAuto: true })";
  t.false(await page.evaluate<boolean>(isShown));
  await page.emulateMedia({ media: "print" });
  await t.notThrowsAsync(page.waitForFunction(isShown));
  await page.close();
});

test.serial("everything can be read without the script", async (t) => {
  if (!browser) return t.pass(SKIPPED);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`file://${file}`);
  t.is(await page.locator("#points tbody tr:visible").count(), 37);
  t.is(await page.getByRole("searchbox").count(), 0);
  t.is(await page.getByRole("button").count(), 0);
  await context.close();
});
