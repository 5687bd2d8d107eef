import { counted } from "../../restore-points/counted";
import { durationText } from "../../restore-points/duration";
import { instantMillis } from "../../restore-points/instant";
import { UNKNOWN_WHETHER } from "../../restore-points/listing";
import type { RestorePoint } from "../../restore-points/points";
import { restorableRange } from "../../restore-points/ranges";
import { IMPORTED, releaseLabel } from "../../restore-points/window";
import { type Html, html } from "../page/html";
import { legend, timeline } from "../page/lanes";
import { badge, instant, page, searchOf, table, zoomOf } from "../page/layout";
import { expiryOf, type Gap, gapsOf, newestOf, verdictOf } from "./facts";
import { lanesOf, legendOf, linesOf, spanOf } from "./picture";
import type { PointsView } from "./view";

const PICTURE = "time-line";
const POINTS = "points";

/**
 * The page of `points --html`: what the listing says, and what it has no room for.
 *
 * @param written when this is written; RFC 3339, UTC
 */
export function pointsPage(view: PointsView, written: string): string {
  const { output, source, stack } = view;
  const gaps = gapsOf(view);
  return page({
    title: stack === undefined ? "Restore points" : `Restore points of ${stack}`,
    subtitle: html`${source}; read ${instant(output.asOf)} UTC, page written ${instant(written)} UTC`,
    body: html`${answer(view)}${problems(view)}
<h2 id="time">Time line</h2>
<div class="card"><div class="bar-top">${legend(legendOf(view, gaps))}${zoomOf(PICTURE)}</div>${timeline({
      id: PICTURE,
      description: description(view),
      span: spanOf(view),
      lanes: lanesOf(view, gaps),
      lines: linesOf(view),
    })}</div>
<h2>Databases</h2>${databases(view)}
${output.pauseRequired && html`<h2>Pause windows</h2>${searchOf(POINTS, "Search windows")}${points(view)}`}
${runs(view)}${gapTable(gaps)}${quietGaps(view)}`,
    scripted: true,
    footer: html`Instants are UTC. Written by <code>scalar-backup points --html</code>; <code>--json</code> prints the same for programs. “pulumi up” checks an instant again before it restores.`,
  });
}

const NONE_LEFT = "Restores have refused every listed window that can be restored.";
const WHAT_IT_DOES =
  "Creates copies next to production and changes nothing in it. After damage, choose a point from before it";

function answer(view: PointsView): Html {
  const { noneBecause = NONE_LEFT, anyInstant, pauseRequired } = view.output;
  const { unread } = view;
  const latest = newestOf(view);
  if (latest === undefined && unread.length > 0)
    return html`<section class="card answer"><p>${UNKNOWN_WHETHER}</p><strong>${badge("warn", "Not known")}</strong><p>Not everything could be read.</p></section>`;
  if (latest === undefined)
    return html`<section class="card answer"><p>Nothing can be restored now</p><strong>${badge("bad", "None")}</strong><p>${noneBecause}</p></section>`;
  return html`<section class="card answer"><p>Newest instant that all databases can be restored to${latest !== view.output.latest && ", without those that a restore has refused"}</p><strong>${instant(latest)} UTC</strong>${
    anyInstant && html`<p class="soft">or any second from ${instant(anyInstant.from)} to ${instant(anyInstant.to)}</p>`
  }<pre tabindex="0" aria-label="Commands that restore it"><code>pulumi config set --path restore.at ${latest}
pulumi up</code></pre><p>${WHAT_IT_DOES}${pauseRequired ? html` (<a href="#${POINTS}">list below</a>).` : "."}</p></section>`;
}

function problems({ output: { pauseProblems = [] }, unread }: PointsView): Html {
  const all = [
    ...unread.map((text) => ({ text, bad: true })),
    ...pauseProblems.filter((text) => !unread.includes(text)).map((text) => ({ text, bad: false })),
  ];
  return html`${all.length > 0 && html`<ul class="problems" aria-label="Problems">${all.map(({ text, bad }) => html`<li class="${bad ? "bad" : "warn"}">${text}</li>`)}</ul>`}`;
}

/** What a screen reader says in place of the picture. */
function description({ output: { databases, points } }: PointsView): string {
  const restorable = points.filter((point) => point.restorable).length;
  return `Restorable ranges of ${databases.length} ${databases.length === 1 ? "database" : "databases"} and ${points.length} pause windows, ${restorable} of which can be restored. The tables below say the same.`;
}

function databases({ output: { databases, asOf }, recoveryDays = {} }: PointsView): Html {
  return table({
    id: "databases",
    caption: "The range of each database's point-in-time recovery",
    head: ["Database", "From (UTC)", "To (UTC)", "Behind when read", "Reaches back"],
    rows: databases.map((database) => {
      const range = restorableRange(database);
      const days = recoveryDays[database.name];
      const reaches = days === undefined ? "" : `${counted(days, "day")} configured`;
      if ("because" in range)
        return [database.name, html`${badge("bad", "not known")}<small>${range.because}</small>`, "", "", reaches];
      return [
        database.name,
        instant(database.earliest ?? ""),
        instant(database.latest ?? ""),
        durationText(Math.max(0, instantMillis(asOf) - range.latest)),
        `${durationText(range.latest - range.earliest)}${reaches === "" ? "" : ` (${reaches})`}`,
      ];
    }),
  });
}

function points(view: PointsView): Html {
  const { points, unlisted } = view.output;
  const shared = sharedReasons(points);
  const expiries = points.map((point) => expires(point, view));
  // Without the configuration's days, and without backups, the column would be empty.
  const withExpiry = expiries.some(({ text }) => text !== "");
  return html`${table({
    id: POINTS,
    caption:
      "Newest first. In each of these windows, the pauser saw all pods of all releases paused. Only a restore proves it: “not yet proven” is by what this page has read; other drills are in their evidence",
    head: ["Instant (UTC)", "State", "Paused for", "Releases", ...(withExpiry ? ["Expires (UTC)"] : [])],
    rows: points.map((point, index) => [
      html`${instant(point.instant)}${point.instant === view.chosen && html` ${badge("warn", "chosen")}`}`,
      html`${state(point, view)}${reasons(point, shared)}`,
      html`${((instantMillis(point.window.end) - instantMillis(point.window.start)) / 1000).toFixed(1)} s${point.noWholeMinute && html`<small>no whole minute: check that your databases restore to the second</small>`}`,
      point.covers
        .map(
          (release) =>
            `${releaseLabel(release)}${release.pods > 0 ? ` (${release.pods})` : ""}${release.origin === IMPORTED ? `, ${IMPORTED}` : ""}`,
        )
        .join("; "),
      ...(withExpiry ? [expiries[index] ?? ""] : []),
    ]),
  })}${shared.length > 0 && html`<h3>Why not</h3><ol class="soft">${shared.map((reason, index) => html`<li id="reason-${index + 1}">${reason}</li>`)}</ol>`}${unlisted > 0 && html`<p class="soft">and ${unlisted} older ones, which restore.at takes too while they can be restored</p>`}`;
}

function state(point: RestorePoint, view: PointsView): Html {
  const found = verdictOf(point, view);
  if (found?.proven === false)
    return html`${badge("bad", "refused")}<small>its copies did not fit together: do not restore it</small>`;
  const proof = found === undefined ? "not yet proven" : "proven";
  const drilled = found?.at === undefined ? "" : html`<small>by the drill of ${instant(found.at)} UTC</small>`;
  if (point.restorable) return html`${badge(found ? "good" : "plain", `restorable, ${proof}`)}${drilled}`;
  return point.restorableFromBackups
    ? html`${badge("warn", `from backups, ${proof}`)}${drilled}`
    : html`${badge("muted", "not restorable")}${drilled}`;
}

/** What is said of more than one window is said once, below them. */
function sharedReasons(points: readonly RestorePoint[]): string[] {
  const all = points.flatMap(({ databases }) => databases.flatMap(({ reason }) => reason ?? []));
  return [...new Set(all)].filter((reason) => all.indexOf(reason) !== all.lastIndexOf(reason));
}

function reasons({ databases }: RestorePoint, shared: readonly string[]): Html[] {
  return databases.flatMap(({ name, reason }) => {
    if (reason === undefined) return [];
    const number = shared.indexOf(reason) + 1;
    if (number === 0) return html`<small>${reason}</small>`;
    return html`<small>${name}: <a href="#reason-${number}">reason ${number} below</a></small>`;
  });
}

function expires(point: RestorePoint, view: PointsView): Html {
  const expiry = expiryOf(point, view);
  const kept = point.databases.flatMap(({ name, backedUpUntil }) =>
    backedUpUntil ? html`<small>${name} has backups until ${instant(backedUpUntil)}</small>` : [],
  );
  if (expiry === undefined) return html`${kept}`;
  return html`${instant(expiry.at)}<small>then it leaves the range of ${expiry.database}</small>${kept}`;
}

function runs({ runs, lastRun }: PointsView): Html {
  const jobs = [...(runs?.jobs ?? [])].sort((a, b) => (a.started < b.started ? 1 : -1));
  if (jobs.length === 0 && lastRun === undefined) return html``;
  const rows = jobs.map((job) => {
    const last = lastRun !== undefined && job.name.endsWith(`/${lastRun.job}`) ? lastRun : undefined;
    const tone = job.outcome === "failed" ? "bad" : job.outcome === "running" ? "warn" : "good";
    const said = last && last.end !== "recorded" ? [last.end, ...last.reasons] : [];
    return [
      instant(job.started),
      html`${badge(tone, job.outcome)}`,
      job.name,
      html`${[job.failure ?? "", ...said].filter(Boolean).map((text) => html`<small>${text}</small>`)}`,
    ];
  });
  if (lastRun && !jobs.some(({ name }) => name.endsWith(`/${lastRun.job}`)))
    rows.unshift([
      instant(lastRun.startedAt),
      badge(lastRun.end === "recorded" ? "good" : "bad", lastRun.end),
      lastRun.job,
      html`${lastRun.reasons.map((text) => html`<small>${text}</small>`)}`,
    ]);
  return html`<h2>Runs of the pause schedule</h2>${table({
    id: "runs",
    caption: "As long as Kubernetes keeps their Jobs. A run that is not complete records no window",
    head: ["Started (UTC)", "Outcome", "Job", "Reason"],
    rows,
  })}`;
}

function gapTable(gaps: readonly Gap[]): Html {
  if (gaps.length === 0) return html``;
  return html`<h2>Gaps in the schedule</h2>${table({
    id: "gaps",
    caption: "Times without a window for longer than the schedule's longest interval",
    head: ["From (UTC)", "To (UTC)", "Length"],
    rows: gaps.map(({ from, to, open }) => [
      instant(text(from)),
      open ? html`${badge("bad", "when this was read")}` : instant(text(to)),
      durationText(to - from),
    ]),
  })}`;
}

function quietGaps({ quietGaps: found }: PointsView): Html {
  if (found === undefined) return html``;
  return html`<h2>Quiet gaps</h2>${table({
    id: "quiet-gaps",
    caption: `Gaps between commits from ${found.looked.from} to ${found.looked.to}, in which a restore without a pause may be tried`,
    head: ["Instant (UTC)", "From (UTC)", "To (UTC)", "Length"],
    rows: found.gaps.map(({ instant: middle, from, to, seconds }) => [
      instant(middle),
      instant(from),
      instant(to),
      `${seconds} s`,
    ]),
  })}`;
}

const text = (millis: number) => new Date(millis).toISOString().replace(/\.\d+Z$/, "Z");
