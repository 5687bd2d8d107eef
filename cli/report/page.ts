import {
  type Evidence,
  type EvidenceResource,
  type EvidenceTime,
  isKnown,
  type Measured,
  secondsBetween,
  TIME_SOURCES,
} from "./evidence";
import { ganttHtml } from "./gantt";
import { durationText, escaped, instantHtml, listHtml } from "./html";
import { STYLE } from "./style";

/** The evidence as one self-contained page: no script, no network. */
export function page(evidence: Evidence): string {
  const { mode, instant, stack, checks, leftToDo, errors, versions, written } = evidence;
  const title = `${mode === "drill" ? "Drill" : "Recovery"} of ${stack}, restored to ${instant}`;
  const sections = [
    verdictHtml(evidence),
    section("What was measured", measuredHtml(evidence)),
    section("Time line", ganttHtml(evidence)),
    section("Databases", databasesHtml(evidence)),
    section("Checks", checksHtml(checks)),
    errors.length > 0 ? section("Errors", listHtml(errors)) : "",
    leftToDo.length > 0
      ? section(
          "What is left to do",
          listHtml(
            leftToDo.map((step) => step.replace(/^\d+\. /, "")),
            "ol",
          ),
        )
      : "",
    section("Resources", resourcesHtml(evidence)),
    section("Versions", versionsHtml(versions)),
    section("Where the times are from", sourcesHtml(evidence)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${mode === "drill" ? "Drill" : "Recovery"} of ${escaped(stack)}</h1>
<p class="dim">Restored to ${instantHtml(instant)}. Written ${instantHtml(written.at)} by scalar-backup ${escaped(versions["scalar-backup"] ?? "")}.</p>
</header>
<main>
${sections.filter(Boolean).join("\n")}
</main>
</body>
</html>
`;
}

function section(title: string, body: string): string {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}

function verdictHtml({ passed, verdict, simulated }: Evidence): string {
  const { because, restsOn, notCovered, witnesses } = verdict;
  const part = (name: string, items: readonly string[]) =>
    items.length === 0 ? "" : `<h3>${name}</h3>${listHtml(items)}`;
  return `${simulated ? '<p class="note">The clouds of this drill were simulated: it proves nothing about yours.</p>' : ""}
<section aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<p class="verdict${passed ? " passed" : ""}"><strong>${passed ? "The copies fit together" : "Not proven"}</strong>: ${escaped(verdict.verdict)}</p>
${part("What it rests on", restsOn)}${part(passed ? "Why it is not better" : "Why", because)}${part("What it says nothing about", notCovered)}${part("Evidence against the copies", witnesses)}</section>`;
}

function measuredHtml({ begun, verified, cleanedUp, recoveryTime, recoveryPoint, by }: Evidence): string {
  const rows: [string, string][] = [
    ["Recovery time (RTO)", objectiveHtml(recoveryTime)],
    ["Recovery point (RPO)", objectiveHtml(recoveryPoint)],
    ["Begun", timeHtml(begun)],
    ["Verified", timeHtml(verified)],
    ["Copies removed", timeHtml(cleanedUp)],
    ["By", `${escaped(by.person)}${by.pulumi ? `, logged in to Pulumi as ${escaped(by.pulumi)}` : ""}`],
    ...(by.job ? ([["CI job", jobHtml(by.job)]] as [string, string][]) : []),
  ];
  return `<dl>${rows.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join("")}</dl>`;
}

/** Only an address of the web is a link. */
function jobHtml(job: string): string {
  return /^https?:\/\//.test(job) ? `<a href="${escaped(job)}">${escaped(job)}</a>` : escaped(job);
}

function objectiveHtml({ measuredSeconds, targetMinutes, met, measuredAs }: Measured): string {
  const found = measuredSeconds === undefined ? "not measured" : durationText(measuredSeconds);
  const target = targetMinutes === undefined ? "no target is configured" : `target ${durationText(targetMinutes * 60)}`;
  const verdict = targetMinutes === undefined ? "" : ` ${resultHtml(met === true, "met", "not met")}`;
  return `<strong>${found}</strong> (${target})${verdict}<br><span class="source">${escaped(measuredAs)}</span>`;
}

function resultHtml(passed: boolean, yes: string, no: string): string {
  return passed ? `<span class="passed-text">✓ ${yes}</span>` : `<span class="failed-text">✗ ${no}</span>`;
}

function timeHtml(time: EvidenceTime): string {
  return isKnown(time)
    ? `${instantHtml(time.at)} <span class="source">(${time.source})</span>`
    : `<span class="dim">${escaped(time.unknownBecause)}</span>`;
}

function databasesHtml({ databases, begun }: Evidence): string {
  const rows = databases.map(({ name, kind, requested, available, completed, verified }) => {
    const [restored, all] = [secondsBetween(requested, available), secondsBetween(begun, completed)];
    const times = [requested, available, completed, verified].map(timeHtml);
    const durations = [restored, all].map(
      (seconds) => `<span class="duration">${seconds === undefined ? "not recorded" : durationText(seconds)}</span>`,
    );
    return [`${escaped(name)}<br><span class="source">${escaped(kind)}</span>`, ...times, ...durations];
  });
  const head = ["Database", "Requested", "Available", "Completed", "Verified", "Restored in", "Complete after"];
  return tableHtml(head, rows);
}

function checksHtml(checks: Evidence["checks"]): string {
  return tableHtml(
    ["Check", "Result", "Detail"],
    checks.map(({ name, passed, detail = "" }) => [
      escaped(name),
      resultHtml(passed, "passed", "failed"),
      escaped(detail),
    ]),
  );
}

function resourcesHtml({ databases, jobs }: Evidence): string {
  const row = (database: string) => (resource: EvidenceResource) => {
    const { name, type, role, begun, ended } = resource;
    return [
      escaped(database),
      `${escaped(name)}<br><span class="source">${escaped(type)}</span>`,
      role,
      timeHtml(begun),
      timeHtml(ended),
    ];
  };
  const rows = [...databases.flatMap(({ name, resources }) => resources.map(row(name))), ...jobs.map(row("all"))];
  return `<details><summary>${rows.length} resources with their times</summary>${tableHtml(["Database", "Resource", "For", "Begun", "Ended"], rows)}</details>`;
}

function versionsHtml(versions: Evidence["versions"]): string {
  return tableHtml(
    ["Part", "Version"],
    Object.entries(versions).map(([part, version]) => [escaped(part), escaped(version)]),
  );
}

/** Only the sources that this evidence has. */
function sourcesHtml(evidence: Evidence): string {
  const text = JSON.stringify(evidence);
  const used = Object.entries(TIME_SOURCES).filter(([source]) => text.includes(`"source":"${source}"`));
  return `<dl>${used.map(([source, meaning]) => `<dt>${source}</dt><dd>${escaped(meaning)}</dd>`).join("")}</dl>`;
}

/** Cells are HTML already. Wide tables scroll on narrow screens, by the keyboard too. */
function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
  return `<div class="scroll" tabindex="0" role="group" aria-label="table: ${head[0]}"><table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join("")}</tr></thead><tbody>${body}</tbody></table></div>`;
}
