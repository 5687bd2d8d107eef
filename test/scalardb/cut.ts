import { formatInstant } from "../../restore-points/instant";
import { compareCopies } from "../../restore-points/verification/compare";
import type { BracketFacts, ScanFacts } from "../../restore-points/verification/facts";
import { settingsProblems } from "../../restore-points/verification/settings";
import { type Verification, verdictOf } from "../../restore-points/verification/verdict";
import { committedIn, coordinatorRows, copyOf, type PodClocks, pagesOf, type Taken } from "./copies";
import type { History, Image } from "./history";
import { commitsThatExplain, recovered } from "./truth";

/** One cut through a history's stores: what the cloud's record says of the copies, and of which instants they really are. */
export interface Cut {
  kind: string;
  history: History;
  /** What the cloud's record says: whole seconds. */
  said: { early: number; data: number; late: number };
  early: Taken;
  late: Taken;
  /** By store. */
  data: Map<string, Taken>;
  clocks: PodClocks;
  /** Something that the rule rests on does not hold: what it then accepts is counted. */
  assumptionBroken?: true;
  /** ScalarDB's settings are not known to the rule. */
  settingsUnknown?: true;
  /** Where the coordinator's copies are wrongly taken from, if not from this history. */
  earlyFrom?: History;
  lateFrom?: History;
}

/** The copied stores, as they are. */
export interface Copies {
  early: Map<string, Image>;
  late: Map<string, Image>;
  data: Map<string, Map<string, Image>>;
  /** The coordinator that goes on, if the copy's is compared with it, and from which instant on rows are. */
  present?: { rows: Map<string, Image>; since: number };
}

export interface Judged {
  cut: Cut;
  verification: Verification;
  /** Whether the copies are the result of the source's commits up to one of them. */
  sound: boolean;
  /** What ScalarDB's recovery is expected to make of them. */
  values: Map<string, string>;
}

export function copiesOf(cut: Cut): Copies {
  const data = [...cut.data].map(
    ([store, taken]) => [store, copyOf(cut.history.data.get(store) ?? new Map(), taken)] as const,
  );
  return {
    early: copyOf((cut.earlyFrom ?? cut.history).coordinator, cut.early),
    late: copyOf((cut.lateFrom ?? cut.history).coordinator, cut.late),
    data: new Map(data),
  };
}

/** The rule that ships judges the copies; the source's history says what is true. */
export async function judge(cut: Cut, scan?: (copies: Copies) => ScanFacts): Promise<Judged> {
  const copies = copiesOf(cut);
  const rows = (copy: Map<string, Image>, history: History) => pagesOf(coordinatorRows(copy, history, cut.clocks));
  const facts: BracketFacts = {
    database: "coordinator",
    table: "coordinator.state",
    early: { name: "coordinator (early)", instant: formatInstant(cut.said.early) },
    late: { name: "coordinator (late)", instant: formatInstant(cut.said.late) },
    data: [...cut.data.keys()].map((name) => ({ name, instant: formatInstant(cut.said.data) })),
    differences: await compareCopies(
      rows(copies.early, cut.earlyFrom ?? cut.history),
      rows(copies.late, cut.lateFrom ?? cut.history),
      cut.said.early,
    ),
  };
  const verification = verdictOf({
    instant: formatInstant(cut.said.data),
    brackets: [facts],
    unproven: cut.settingsUnknown ? [] : settingsProblems("the properties", settingOf(cut.history), scan !== undefined),
    ...(scan ? { scan: scan(copies) } : {}),
  });
  const values = recovered(copies.data.values(), committedIn(copies.early));
  return { cut, verification, sound: commitsThatExplain(values, cut.history.commits) !== undefined, values };
}

function settingOf({ settings }: History): (key: string) => string | undefined {
  return (key) => settings.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1);
}
