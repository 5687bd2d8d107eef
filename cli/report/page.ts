import { counted } from "../../restore-points/counted";
import { durationText } from "../../restore-points/duration";
import { Verdict } from "../../restore-points/verification/verdict";
import { type Html, html } from "../page/html";
import { instant as instantOf, list, page as pageOf, table } from "../page/layout";
import { UNKNOWN_KIND } from "./build";
import {
  type Evidence,
  type EvidenceDatabase,
  type EvidenceResource,
  type EvidenceTime,
  isKnown,
  type Measured,
  secondsBetween,
  TIME_SOURCES,
} from "./evidence";
import { gantt } from "./gantt";
import { STYLE } from "./style";

/** The evidence as one self-contained page: no script, no network. */
export function page(evidence: Evidence): string {
  const { mode, instant, stack, backedUpBy, checks, leftToDo, versions, written } = evidence;
  // A restore that an error ended has the error as the reason of its verdict.
  const errors = evidence.errors.filter((error) => !evidence.verdict.because.includes(error));
  const sections = [
    verdict(evidence),
    section("What was measured", measured(evidence)),
    section("Time line", gantt(evidence)),
    section("Databases", databases(evidence)),
    section("Checks", checkTable(checks)),
    errors.length > 0 && section("Errors", list(errors)),
    leftToDo.length > 0 &&
      section(
        "What is left to do",
        list(
          leftToDo.map((step) => step.replace(/^\d+\. /, "")),
          "ol",
        ),
      ),
    section("Resources", resources(evidence)),
    section("Versions", versionTable(versions)),
    section("Where the times are from", sources(evidence)),
  ];
  return pageOf({
    title: `${mode === "drill" ? "Drill" : "Recovery"} of ${stack}`,
    subtitle: html`${backedUpBy !== undefined && html`Databases that the stack ${backedUpBy} backs up. `}Restored to ${utc(instant)}`,
    body: html`${sections}`,
    footer: html`Written ${utc(written.at)} by scalar-backup ${versions["scalar-backup"] ?? ""}.`,
    scripted: false,
    style: STYLE,
  });
}

const utc = (at: string) => html`${instantOf(at)} UTC`;

function section(title: string, body: Html): Html {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>
`;
}

function verdict(evidence: Evidence): Html {
  const { passed, verdict, simulated, checks } = evidence;
  const { because, restsOn, notCovered, witnesses } = verdict;
  const part = (name: string, items: readonly string[]) => items.length > 0 && html`<h3>${name}</h3>${list(items)}`;
  return html`${simulated && html`<p class="note">The clouds of this drill were simulated: it proves nothing about yours. The terminal also showed checks of the simulation itself, such as that balances are right: they look into the simulated clouds, and are no evidence.</p>`}
<section aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<div class="card${passed && " passed"}"><p class="verdict"><strong>${headline(evidence)}</strong>: ${verdict.verdict}</p><p>${checks.filter((check) => check.passed).length} of ${counted(checks.length, "check")} passed</p></div>
${part("What it rests on", restsOn)}${part(passed ? "Why it is not stronger" : "Why", because)}${part("What it says nothing about", notCovered)}${part("Evidence against the copies", witnesses)}</section>
`;
}

const FIT = "The copies fit together";

/** What was compared and differs is more than not proven. */
function headline({ passed, verdict }: Evidence): string {
  if (passed) return verdict.notCovered.length > 0 ? `${FIT}, as far as they were read` : FIT;
  return verdict.verdict === Verdict.Refused ? "The copies do not fit together" : "Not proven";
}

function terms(entries: readonly (readonly [string, Html | string])[]): Html {
  return html`<dl>${entries.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

/** What an auditor ties the copies to: accounts, regions and the clouds' own names. */
function sourceList({ sources = [] }: EvidenceDatabase): Html {
  const places = new Map<string, string[]>();
  for (const { identifier, account, region } of sources) {
    const place = [account, region].filter((part) => part !== undefined).join(", ");
    places.set(place, [...(places.get(place) ?? []), identifier]);
  }
  const lines = [...places].map(([place, names]) => `${place === "" ? "" : `${place}: `}${names.join(", ")}`);
  return html`${lines.map((line) => html`<br><span class="source">${line}</span>`)}`;
}

function measured({ begun, verified, cleanedUp, recoveryTime, recoveryPoint, by, simulated }: Evidence): Html {
  return terms([
    ["Recovery time (RTO)", objective(recoveryTime)],
    ["Recovery point (RPO)", objective(recoveryPoint)],
    ["Begun", time(begun)],
    ["Set verified", time(verified)],
    [
      "Copies removed",
      html`${time(cleanedUp)}${simulated && isKnown(cleanedUp) && html`<br><span class="source">${LATER_STEPS}</span>`}`,
    ],
    ["By", `${by.person}${by.pulumi ? `, logged in to Pulumi as ${by.pulumi}` : ""}`],
    ...(by.job ? [["CI job", job(by.job)] as const] : []),
  ]);
}

const LATER_STEPS = "other steps of npm start, such as more restores, come between the verification and this";

/** Only an address of the web is a link. */
function job(address: string): Html | string {
  return /^https?:\/\//.test(address) ? html`<a href="${address}">${address}</a>` : address;
}

function objective({ measuredSeconds, targetMinutes, met, measuredAs }: Measured): Html {
  const found = measuredSeconds === undefined ? "not measured" : durationText(measuredSeconds * 1000);
  const target =
    targetMinutes === undefined ? "no target is configured" : `target ${durationText(targetMinutes * 60_000)}`;
  return html`<strong>${found}</strong> (${target})${
    targetMinutes !== undefined && html` ${result(met === true, "met", "not met")}`
  }<br><span class="source">${measuredAs}</span>`;
}

function result(passed: boolean, yes: string, no: string): Html {
  return passed ? html`<span class="passed-text">✓ ${yes}</span>` : html`<span class="failed-text">✗ ${no}</span>`;
}

function time(at: EvidenceTime): Html {
  return isKnown(at)
    ? html`${utc(at.at)} <span class="source">(${at.source})</span>`
    : html`<span class="soft">${at.unknownBecause}</span>`;
}

function databases({ databases, begun }: Evidence): Html {
  const rows = databases.map((database) => {
    const { name, kind, requested, available, completed, verified } = database;
    const durations = [secondsBetween(requested, available), secondsBetween(begun, completed)].map(
      (seconds) =>
        html`<span class="duration">${seconds === undefined ? "not recorded" : durationText(seconds * 1000)}</span>`,
    );
    const times = [requested, available, completed, verified].map(time);
    return [
      html`${name}<br><span class="source">${kind === UNKNOWN_KIND ? "kind not recorded" : kind}</span>${sourceList(database)}`,
      ...times,
      ...durations,
    ];
  });
  const head = ["Database", "Requested", "Available", "Completed", "Set verified", "Restored in", "Complete after"];
  return table({ id: "database-times", caption: "When each database's copy was there", head, rows });
}

function checkTable(checks: Evidence["checks"]): Html {
  const rows = checks.map(({ name, passed, detail = "" }) => [name, result(passed, "passed", "failed"), detail]);
  return table({
    id: "check-results",
    caption:
      "What follows from the records of this restore. Whether your data is right is not among it: restore.verify.check runs a check of yours",
    head: ["Check", "Result", "Detail"],
    rows,
  });
}

function resources({ databases, jobs }: Evidence): Html {
  const row = (database: string) => (resource: EvidenceResource) => {
    const { name, type, role, begun, ended } = resource;
    return [database, html`${name}<br><span class="source">${type}</span>`, role, time(begun), time(ended)];
  };
  const rows = [...databases.flatMap(({ name, resources }) => resources.map(row(name))), ...jobs.map(row("all"))];
  const head = ["Database", "Resource", "For", "Begun", "Ended"];
  return html`<details><summary>${rows.length} resources with their times</summary>${table({ id: "resource-times", caption: "When each resource was made", head, rows })}</details>`;
}

function versionTable(versions: Evidence["versions"]): Html {
  return table({
    id: "part-versions",
    caption: "What ran",
    head: ["Part", "Version"],
    rows: Object.entries(versions),
  });
}

/** Only the sources that this evidence has. */
function sources(evidence: Evidence): Html {
  const text = JSON.stringify(evidence);
  return terms(Object.entries(TIME_SOURCES).filter(([source]) => text.includes(`"source":"${source}"`)));
}
