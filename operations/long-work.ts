import { AsyncLocalStorage } from "node:async_hooks";
import { durationText } from "../restore-points/duration";
import { eachAtOnce } from "./aws";
import { waitingClock } from "./clock";

/** Takes a line for the user. */
export type Say = (line: string) => void;

/** Work that may take minutes. */
export interface LongWork {
  /** Such as `ledger: waits for the restore`. */
  what: string;
  /** How far it is: `12 of 40 tables`, or the state that its cloud reports. */
  state?: () => string | undefined;
  /** What to expect: `usually less than 60 min`. */
  expected?: string;
}

/** How long nothing may be shown: below the minute that people are promised. */
const SILENCE_MILLIS = 45_000;

/** Each run of `neverSilent` has its own: the work that goes on in it, the oldest first. */
const runs = new AsyncLocalStorage<Set<LongWork & { began: number }>>();

/** The same of all runs of `neverSilentTogether`. */
const together = { going: new Set<LongWork & { began: number }>(), shownAt: 0 };

/** Does something that may take minutes. `neverSilent`, in which it runs, reports how it goes. */
export async function longWork<Result>(work: LongWork, run: () => Promise<Result>): Promise<Result> {
  const all = runs.getStore() ?? together.going;
  const entry = { ...work, began: waitingClock().now() };
  all.add(entry);
  try {
    return await run();
  } finally {
    all.delete(entry);
  }
}

/** `eachAtOnce`, as long work: reports how many are done. @param things Plural: `tables`. */
export async function eachCounted<Item, Result>(
  what: string,
  things: string,
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  let done = 0;
  return await longWork({ what, state: () => `${done} of ${items.length} ${things}` }, () =>
    eachAtOnce(items, limit, async (item) => {
      const result = await work(item);
      done += 1;
      return result;
    }),
  );
}

/** Runs the steps of an operation as long work, each with its number. @param count How many there are. */
export function numberedSteps(subject: string, count: number) {
  let number = 0;
  return async <Result>(what: string, run: () => Promise<Result>, details: Omit<LongWork, "what"> = {}) => {
    number += 1;
    return await longWork({ what: `step ${number} of ${count}, ${subject}: ${what}`, ...details }, run);
  };
}

/**
 * Does work, and reports how it goes whenever nothing was reported for a while: the long work that goes on in it, or how long
 * its last line was ago. `run` is given what to call for each line that others see.
 */
export async function neverSilent<Result>(
  what: string,
  report: Say,
  run: (said: Say) => Promise<Result>,
  silenceMillis = SILENCE_MILLIS,
): Promise<Result> {
  const going = new Set<LongWork & { began: number }>();
  return await reported(what, { going, shownAt: 0 }, report, (said) => runs.run(going, () => run(said)), silenceMillis);
}

/**
 * The same for the look-ups of a program, which do not know whose long work it is: one line at a time is of all of them. An
 * AsyncLocalStorage would make each promise of the program dearer (Node.js 20: a preview of ten databases takes a tenth more CPU).
 */
export async function neverSilentTogether<Result>(
  what: string,
  report: Say,
  run: () => Promise<Result>,
  silenceMillis = SILENCE_MILLIS,
): Promise<Result> {
  return await reported(what, together, report, run, silenceMillis);
}

async function reported<Result>(
  what: string,
  shared: typeof together,
  report: Say,
  run: (said: Say) => Promise<Result>,
  silenceMillis: number,
): Promise<Result> {
  const clock = waitingClock();
  const begun = { line: "", at: clock.now() };
  let last = begun;
  let shownAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - Math.max(shownAt, shared.shownAt) < silenceMillis) return;
    shared.shownAt = Date.now();
    const since = durationText(clock.now() - last.at);
    report(
      textOf([...shared.going]) ??
        (last === begun ? `${what}: still working, ${since}` : `still working, ${since} after: ${last.line}`),
    );
  }, silenceMillis / 9);
  // The timer must not keep a process alive that has nothing else left to do.
  timer.unref();
  try {
    return await run((line) => {
      shownAt = Date.now();
      last = { line, at: clock.now() };
    });
  } finally {
    clearInterval(timer);
  }
}

/** The oldest work and the newest, which is a part of it; undefined when there is none. */
function textOf(going: readonly (LongWork & { began: number })[]): string | undefined {
  const [oldest, ...others] = going;
  if (oldest === undefined) return undefined;
  const newest = others.at(-1);
  const more = others.length > 1 ? `; and ${others.length - 1} more` : "";
  return `${lineOf(oldest)}${newest === undefined ? "" : `; ${lineOf(newest)}`}${more}`;
}

function lineOf({ what, state, expected, began }: LongWork & { began: number }): string {
  const found = state?.();
  const elapsed = durationText(waitingClock().now() - began);
  return `${what}${found === undefined ? "" : `: ${found}`} (${elapsed}${expected === undefined ? "" : `, ${expected}`})`;
}
