import { bracketAround, bracketOutsideWindows } from "../../restore-points/verification/bracket";
import type { Taken } from "./copies";
import type { Cut } from "./cut";
import type { History, PauseWindow } from "./history";
import type { Random } from "./random";

/** Stores disagree by less than the bracket's step: each is off by less than half of it. */
const DISAGREEMENTS = [0, 300, 900];

/** Makes cuts of one kind; undefined if the history has no place for it. */
export type MakeCut = (history: History, random: Random) => Cut | undefined;

/** What the rule is for: no unsound cut of these kinds may be accepted. */
export const KINDS: Record<string, MakeCut> = {
  "inside a pause": insidePause,
  "no pause": (history, random) => outsidePauses("no pause", history, random),
  "a pod missed the pause": missedPause,
  "the pauser's clock is off by 3 s": (history, random) => {
    const window = windowOf(history, random, isTrue);
    return (
      window &&
      inWindow("the pauser's clock is off by 3 s", history, random, moved(window, random.pick([-3_000, 3_000])))
    );
  },
  "a coordinator's copy is off by 3 s": (history, random) => {
    const cut = insidePause(history, random);
    const which = random.pick(["early", "late"] as const);
    const off = which === "early" ? -3_000 : 3_000;
    return (
      cut && { ...cut, kind: "a coordinator's copy is off by 3 s", [which]: { ...cut[which], at: cut[which].at + off } }
    );
  },
  "pods' clocks are off by 3 s": (history, random) => {
    const cut = random.next() < 0.3 ? insidePause(history, random) : outsidePauses("", history, random);
    const clocks = new Map([0, 1, 2].map((pod) => [pod, random.pick([-3_000, 0, 3_000])]));
    return cut && { ...cut, kind: "pods' clocks are off by 3 s", clocks };
  },
  "the early copy is newer than the data": (history, random) => {
    const cut = outsidePauses("the early copy is newer than the data", history, random);
    return cut && { ...cut, early: { ...cut.early, at: cut.said.data + random.between(0, 2_000) } };
  },
  "the coordinator's copies are swapped": (history, random) => {
    const cut = anywhere(history, random);
    return cut && { ...cut, kind: "the coordinator's copies are swapped", early: cut.late, late: cut.early };
  },
  "the late copy is the early one": (history, random) => {
    const cut = anywhere(history, random);
    if (!cut) return undefined;
    const said = { ...cut.said, late: cut.said.early };
    return { ...cut, kind: "the late copy is the early one", late: cut.early, said };
  },
};

/** What the bracket rests on, broken: stores that disagree by more than its step. A scan may see it, the bracket does not. */
export const BROKEN_ASSUMPTIONS: Record<string, MakeCut> = {
  "broken assumption: a data copy is off by 3 s, no pause": (history, random) =>
    broken("a data copy is off by 3 s, no pause", withDataOff(outsidePauses("", history, random), random)),
  "broken assumption: a data copy is off by 3 s, inside a pause": (history, random) =>
    broken("a data copy is off by 3 s, inside a pause", withDataOff(insidePause(history, random), random)),
};

/** The copies of another deployment's coordinator, which is quiet. */
export function withTwoOthers(history: History, other: History, random: Random): Cut | undefined {
  const cut = anywhere(history, random);
  const at = { at: Number.POSITIVE_INFINITY, jitter: 0, seed: 0 };
  const wrong = cut && { ...cut, early: at, late: at, earlyFrom: other, lateFrom: other };
  return broken("both copies are of another, quiet coordinator", wrong);
}

function broken(kind: string, cut: Cut | undefined): Cut | undefined {
  return cut && { ...cut, kind: `broken assumption: ${kind}`, assumptionBroken: true };
}

function withDataOff(cut: Cut | undefined, random: Random): Cut | undefined {
  if (cut === undefined) return undefined;
  const store = random.pick([...cut.data.keys()]);
  const off = random.pick([-3_000, 3_000]);
  const data = [...cut.data].map(
    ([name, taken]) => [name, name === store ? { ...taken, at: taken.at + off } : taken] as const,
  );
  return { ...cut, data: new Map(data) };
}

/** A coordinator of another deployment in the place of one copy. */
export function withOther(history: History, other: History, random: Random): Cut | undefined {
  const cut = insidePause(history, random);
  const which = random.pick(["earlyFrom", "lateFrom"] as const);
  return cut && { ...cut, kind: "one copy is of another coordinator", [which]: other };
}

export function insidePause(history: History, random: Random): Cut | undefined {
  const window = windowOf(history, random, isTrue);
  return window && inWindow("inside a pause", history, random, window);
}

export function missedPause(history: History, random: Random): Cut | undefined {
  const window = windowOf(history, random, (each) => !isTrue(each));
  return window && inWindow("a pod missed the pause", history, random, window);
}

export function outsidePauses(kind: string, history: History, random: Random): Cut | undefined {
  // The first seconds have no commits yet, and the last ones no copies.
  const [from, to] = [history.start + 20_000, history.end - 10_000];
  for (let attempt = 0; attempt < 50; attempt++) {
    const at = Math.round(random.between(from, to) / 1000) * 1000;
    const { early, late } = bracketOutsideWindows(at);
    const inPause = history.windows.some((each) => isTrue(each) && each.start < late && early < each.end);
    if (!inPause) return cutAt(kind, history, random, { early, data: at, late });
  }
  return undefined;
}

function anywhere(history: History, random: Random): Cut | undefined {
  return random.next() < 0.3 ? insidePause(history, random) : outsidePauses("", history, random);
}

/** In the middle of a recorded window, as a restore point is. */
function inWindow(kind: string, history: History, random: Random, window: PauseWindow): Cut | undefined {
  const data = Math.round((window.start + window.end) / 2000) * 1000;
  const bracket = bracketAround(data, window);
  return "because" in bracket ? undefined : cutAt(kind, history, random, { ...bracket, data });
}

export function cutAt(kind: string, history: History, random: Random, said: Cut["said"]): Cut {
  const disagreement = random.pick(DISAGREEMENTS);
  const taken = (at: number): Taken => {
    const jitter = random.next() < 0.5 ? 0 : disagreement / 3;
    const off = random.between(-1, 1) * (disagreement - jitter);
    return { at: at + off, jitter, seed: Math.floor(random.next() * 2 ** 31) };
  };
  const data = new Map([...history.data.keys()].map((store) => [store, taken(said.data)]));
  return { kind, history, said, early: taken(said.early), late: taken(said.late), data, clocks: new Map() };
}

function windowOf(history: History, random: Random, of: (window: PauseWindow) => boolean): PauseWindow | undefined {
  const windows = history.windows.filter(of);
  return windows.length === 0 ? undefined : random.pick(windows);
}

export function isTrue({ missedPod }: PauseWindow): boolean {
  return missedPod === undefined;
}

function moved(window: PauseWindow, by: number): PauseWindow {
  return { ...window, start: window.start + by, end: window.end + by };
}
