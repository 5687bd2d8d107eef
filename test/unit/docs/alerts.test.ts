import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { parse } from "yaml";
import { evidenceOf } from "../../../cli/report/build";
import { metricsText as reportMetrics } from "../../../cli/report/metrics";
import { pauseGauges } from "../../../pauser/notify/metrics";
import { metricsText } from "../../../restore-points/metrics";
import { drill } from "../cli/report/facts";

const docs = join(__dirname, "../../../docs");
const read = (file: string) => readFileSync(join(docs, file), "utf8");

interface Target {
  expr: string;
  legendFormat: string;
}
interface Panel {
  id: number;
  title: string;
  type: string;
  targets?: Target[];
  gridPos: { x: number; y: number; w: number; h: number };
}
// Casts: what follows fails where the files are of another shape.
const dashboard = JSON.parse(read("grafana-dashboard.json")) as {
  panels: Panel[];
  templating: { list: { name: string; query: string | { query: string } }[] };
};
const rules = parse(read("pause-alerts.yaml")) as {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
};
const alerts = rules.groups.flatMap((group) => group.rules);

/** What the programs write: labels by the metrics' names. */
const written = new Map<string, Set<string>>();
const window = {
  cluster: "tokyo",
  pauseCompleted: "2026-11-22T02:59:55.000Z",
  unpauseStarted: "2026-11-22T03:00:05.000Z",
  clockOffsetMillis: 3,
  releases: [],
};
const times = { pausedMillis: 10_850, drains: [{ release: "scalar/scalardb", millis: 312 }] };
const facts = {
  source: { stack: "prod", schedule: "scalar-pause", cluster: "tokyo", namespace: "scalar" },
  now: Date.parse("2026-11-22T03:01:00Z"),
  run: {
    job: "j",
    startedAt: "2026-11-22T02:59:40Z",
    endedAt: "2026-11-22T03:00:07Z",
    end: "recorded" as const,
    reasons: [],
    times,
  },
  windows: [window],
  notifications: {},
};
const texts = [
  metricsText(pauseGauges(facts, ["webhook"])),
  reportMetrics({
    stack: "prod",
    lastVerified: "2026-11-22T04:40:00Z",
    restorePoints: { latest: "2026-11-22T03:00:00Z", asOf: "2026-11-22T09:00:00Z" },
    evidence: evidenceOf(drill()),
  }),
];
for (const [, name = "", labels = ""] of texts.join("").matchAll(/^(scalar_backup_\w+)\{(.*)\} /gm)) {
  const known = written.get(name) ?? new Set<string>();
  for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known.add(label);
  written.set(name, known);
}

/** The metrics of an expression, each with the labels that its selector names. */
const selectors = (expr: string) =>
  [...expr.matchAll(/(scalar_backup_\w+)(?:\{([^}]*)\})?/g)].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
  }));

const queries = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ where: `panel ${title}`, expr })),
  ),
  ...dashboard.templating.list.map(({ name, query }) => ({
    where: `variable ${name}`,
    expr: typeof query === "string" ? query : query.query,
  })),
  ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
];

test("dashboard and alerts use only metrics and labels that the programs write, and all of the pauser's", (t) => {
  const used = new Set<string>();
  for (const { where, expr } of queries)
    for (const { name, labels } of selectors(expr)) {
      used.add(name);
      t.true(written.has(name), `${where}: no program writes ${name}`);
      for (const label of labels) t.true(written.get(name)?.has(label), `${where}: ${name} has no label ${label}`);
    }
  // Only for people who look for a gap in reports by hand.
  const unused = ["scalar_backup_notification_accepted_timestamp_seconds"];
  t.deepEqual(
    [...written.keys()].filter((name) => !used.has(name)),
    unused,
  );
});

test("legends and annotations name labels of their metrics", (t) => {
  const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, label = ""]) => label);
  for (const { title, targets = [] } of dashboard.panels)
    for (const { expr, legendFormat } of targets) {
      const [metric] = selectors(expr);
      for (const label of named(legendFormat, /\{\{(\w+)\}\}/g))
        t.true(written.get(metric?.name ?? "")?.has(label), `${title}: ${label}`);
    }
  for (const { alert, expr, annotations } of alerts) {
    const [metric] = selectors(expr);
    for (const label of named(JSON.stringify(annotations), /\$labels\.(\w+)/g))
      t.true(written.get(metric?.name ?? "")?.has(label), `${alert}: ${label}`);
  }
});

test("docs/alerts.md lists the pauser's metrics", (t) => {
  const listed = [...read("alerts.md").matchAll(/^\| `(scalar_backup_\w+)` \|/gm)].map(([, name]) => name);
  t.deepEqual(
    listed.sort(),
    pauseGauges(facts, ["webhook"])
      .map(({ name }) => name)
      .sort(),
  );
});

test("no two panels of the dashboard overlap, and each has an id of its own", (t) => {
  const { panels } = dashboard;
  t.is(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const { title, gridPos: a } of panels) {
    t.true(a.x + a.w <= 24, title);
    for (const { title: other, gridPos: b } of panels)
      if (title !== other)
        t.false(a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h, `${title} and ${other}`);
  }
});

const promtool = !spawnSync("promtool", ["--version"]).error;

test("promtool: the alert rules are valid, and fire when they should and not otherwise", (t) => {
  if (!promtool) return void t.pass("skipped: there is no promtool on the PATH");
  for (const args of [
    ["check", "rules", join(docs, "pause-alerts.yaml")],
    ["test", "rules", join(__dirname, "pause-alerts.promtool.yaml")],
  ]) {
    const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
    t.is(status, 0, stdout + stderr);
  }
});

test("promtool: every query of the dashboard is valid PromQL", (t) => {
  if (!promtool) return void t.pass("skipped: there is no promtool on the PATH");
  const folder = mkdtempSync(join(tmpdir(), "rules-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "rules.yaml");
  const recorded = dashboard.panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }, index) => ({
      record: "panel",
      expr: expr.replaceAll(/\$\w+/g, "x"),
      labels: { index: `${index}` },
    })),
  );
  t.true(recorded.length > 15);
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: recorded }] }));
  const { stdout, stderr } = spawnSync("promtool", ["check", "rules", "--lint=none", file], { encoding: "utf8" });
  t.regex(stdout, new RegExp(`SUCCESS: ${recorded.length} rules found`), stderr);
});
