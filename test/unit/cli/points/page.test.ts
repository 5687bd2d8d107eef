import test from "ava";
import { escaped, html } from "../../../../cli/page/html";
import { percent, ticks } from "../../../../cli/page/scale";
import { gapsOf } from "../../../../cli/points/facts";
import { pointsPage as pageOf } from "../../../../cli/points/page";
import type { PointsView } from "../../../../cli/points/view";
import { sample } from "./sample";

const pointsPage = (view: PointsView) => pageOf(view, "2026-11-27T09:01:00Z");
const at = (text: string) => Date.parse(text);

test("texts from clouds and clusters are escaped", (t) => {
  const page = pointsPage(sample({ source: `<script>alert("x")</script>` }));
  t.true(page.includes("&lt;script&gt;alert(&quot;x&quot;)"));
  t.true(page.includes("scalardb-cluster-node-1 &lt;restarted&gt; while"));
  t.is(page.match(/<script>/g)?.length, 1, "the page's own");
  t.is(escaped(`a & b < c > "d" 'e'`), "a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;");
  t.is(html`<b>${"<"}</b>${[html`<i>`, undefined, false]}`.text, "<b>&lt;</b><i>");
});

test("a page loads nothing from anywhere", (t) => {
  const page = pointsPage(sample());
  t.deepEqual(page.match(/\b(src|href)="(?!#)[^"]*"|url\([^)]*\)|@import|https?:/g), null);
});

test("a page says that nothing can be restored only where everything was read", (t) => {
  const { latest: _, ...output } = sample().output;
  const nothing = { output: { ...output, noneBecause: "no window" } };
  t.regex(pointsPage(sample(nothing)), /Nothing can be restored now/);
  const unread = pointsPage(sample({ ...nothing, unread: ["cluster prod could not be read"] }));
  t.regex(unread, /It is not known what can be restored/);
  t.notRegex(unread, /Nothing can be restored now/);
});

test("a reason of several windows is said once, below them", (t) => {
  const page = pointsPage(sample());
  const [reason] = page.match(/orders can be restored from [^<]*/) ?? [];
  t.truthy(reason);
  t.is(page.split(reason ?? "").length - 1, 1);
  t.is(page.match(/<small>orders: <a href="#reason-1">reason 1 below<\/a><\/small>/g)?.length, 9);
  t.regex(page, /<li id="reason-1">orders can be restored from/);
  const output = sample().output;
  const point = output.points.at(-1);
  const alone = pointsPage(sample({ output: { ...output, points: point ? [point] : [] } }));
  t.regex(alone, /<td [^>]*>.*<small>orders can be restored from/);
  t.notRegex(alone, /href="#reason/);
});

test("gaps are longer than the schedule's longest interval and an hour", (t) => {
  const gaps = gapsOf(sample()).map(({ from, to, open }) => [
    new Date(from).toISOString(),
    new Date(to).toISOString(),
    open,
  ]);
  t.deepEqual(gaps, [
    ["2026-11-26T03:00:00.000Z", "2026-11-27T09:00:00.000Z", true],
    ["2026-11-13T03:00:00.000Z", "2026-11-16T03:00:00.000Z", false],
  ]);
  t.deepEqual(gapsOf(sample({ longestIntervalMillis: undefined })), [], "without a schedule nothing is known of gaps");
});

test("a point goes when the shortest recovery no longer reaches it, and the page says whose", (t) => {
  const page = pointsPage(sample());
  t.regex(page, /2026-12-26 03:00:00<\/time><small>then it leaves the range of orders/);
});

test("the page names a failed run's reasons, imported windows, the chosen instant and the newest", (t) => {
  const page = pointsPage(sample());
  for (const text of ["BackoffLimitExceeded", "void", "imported", "chosen", "restore.at 2026-11-26T03:00:00Z"])
    t.true(page.includes(text), text);
});

test("a window is not said to be proven before a restore has proven it, and a refused one is not offered", (t) => {
  const page = pointsPage(sample());
  t.regex(page, /<span class="badge plain">restorable, not yet proven<\/span>/);
  t.notRegex(page, /badge good">restorable|>yes</);
  t.regex(page, /changes nothing in it\. After damage, choose a point from before it/);
  const verdicts = [
    { instant: "2026-11-26T03:00:01Z", proven: false },
    { instant: "2026-11-25T03:00:00Z", proven: true, at: "2026-11-25T09:00:00Z" },
  ];
  const found = pointsPage(sample({ verdicts, stack: "prod" }));
  t.regex(found, /<h1>Restore points of prod<\/h1>.*page written <time datetime="2026-11-27T09:01:00Z">/);
  t.regex(found, /2026-11-26 03:00:00<\/time><\/th><td [^>]*><span class="badge bad">refused<\/span>/);
  t.regex(found, /badge good">restorable, proven<\/span><small>by the drill of <time datetime="2026-11-25T09:00:00Z">/);
  t.true(found.includes("restore.at 2026-11-25T03:00:00Z"), "the newest that is not refused");
  t.regex(found, /can be restored to, without those that a restore has refused</);
  t.notRegex(page, /without those that a restore has refused/);
  t.false(found.includes("restore.at 2026-11-26"), "not offered");
  const output = sample().output;
  const one = { ...output, points: output.points.slice(0, 1) };
  t.regex(pointsPage(sample({ output: one, verdicts })), /Restores have refused every listed window/);
  t.notRegex(pointsPage(sample({ output: one, verdicts })), /window, restorable, not yet proven/, "not in its picture");
});

test("a column that would be empty is left out, and no age is said to be now", (t) => {
  t.regex(pointsPage(sample()), /Expires \(UTC\)/);
  const page = pointsPage(sample({ recoveryDays: undefined }));
  t.notRegex(page, /Expires/);
  t.regex(page, /Behind when read/);
  t.notRegex(page, /Behind now/);
});

test("each label of an axis within days has its date", (t) => {
  const found = ticks({ from: at("2026-11-26T20:00:00Z"), to: at("2026-11-27T09:00:00Z") });
  t.deepEqual(
    found.slice(0, 2).map(({ label, date }) => [date, label]),
    [
      ["26 Nov", "21:00"],
      ["27 Nov", "00:00"],
    ],
  );
});

test("an axis has at most eight labels at round instants", (t) => {
  for (const [from, to] of [
    ["2026-11-27T09:00:00Z", "2026-11-27T09:04:00Z"],
    ["2026-11-20T09:00:00Z", "2026-11-27T09:00:00Z"],
    ["2026-01-01T00:00:00Z", "2026-11-27T00:00:00Z"],
    ["2020-01-01T00:00:00Z", "2026-11-27T00:00:00Z"],
  ] as const) {
    const found = ticks({ from: at(from), to: at(to) });
    t.true(found.length >= 3 && found.length <= 9, `${from} ${to}: ${found.map(({ label }) => label).join(" ")}`);
  }
  t.is(percent(5, { from: 0, to: 10 }), "50%");
  t.is(percent(5, { from: 5, to: 5 }), "0%");
});
