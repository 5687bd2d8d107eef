import { type Judged, judge } from "./cut";
import type { History } from "./history";
import {
  BROKEN_ASSUMPTIONS,
  insidePause,
  KINDS,
  type MakeCut,
  missedPause,
  outsidePauses,
  withOther,
  withTwoOthers,
} from "./kinds";
import { Random } from "./random";
import { SPECIAL, type Special } from "./recipes";
import { scanFacts } from "./scan";

/** A history with what is special about it, and its cuts: judged by the bracket alone, and with the facts of a scan. */
export interface Played {
  history: History;
  special?: Special;
  judged: Judged[];
  scanned: Judged[];
}

/** Cuts through a history, of all kinds in turn. */
export async function play(
  history: History,
  special: Special | undefined,
  cuts: number,
  random: Random,
  other?: History,
): Promise<Played> {
  const makers = special === undefined ? normalMakers(other) : specialMakers(special);
  const played: Played = { history, judged: [], scanned: [], ...(special === undefined ? {} : { special }) };
  for (let turn = 0; played.judged.length < cuts && turn < cuts * 4; turn++) {
    const cut = makers[turn % makers.length]?.(history, random);
    if (cut === undefined) continue;
    played.judged.push(await judge(cut));
    played.scanned.push(await judge(cut, scanFacts));
  }
  return played;
}

/** In the names of kinds whose judge does not know ScalarDB's settings. */
export const UNKNOWN = "setting unknown";

/** Half of the cuts are of the two kinds that matter most. */
function normalMakers(other: History | undefined): MakeCut[] {
  const { "inside a pause": pause, "no pause": noPause, ...rest } = KINDS;
  const more: MakeCut[] = [];
  if (other)
    for (const make of [withOther, withTwoOthers]) more.push((history, random) => make(history, other, random));
  return [...Object.values(rest), ...more, ...Object.values(BROKEN_ASSUMPTIONS)].flatMap((each, index) => [
    each,
    (index % 2 === 0 ? pause : noPause) ?? each,
  ]);
}

function specialMakers(special: Special): MakeCut[] {
  const makers: [kind: string, make: MakeCut][] = [
    ["inside a pause", insidePause],
    ["no pause", (history, random) => outsidePauses("", history, random)],
    ["a pod missed the pause", missedPause],
  ];
  const withSettings = makers.map(
    ([kind, make]): MakeCut =>
      (history, random) => {
        const cut = make(history, random);
        const purged = cut && hasPurge(history, cut.said) ? ", purged in it" : "";
        return cut && { ...cut, kind: `${special}: ${kind}${purged}` };
      },
  );
  if (special === SPECIAL.purge) return withSettings;
  // What the coordinator alone shows.
  const withoutSettings = makers.map(
    ([kind, make]): MakeCut =>
      (history, random) => {
        const cut = make(history, random);
        return cut && { ...cut, kind: `${special}, ${UNKNOWN}: ${kind}`, settingsUnknown: true };
      },
  );
  return [...withSettings, ...withoutSettings];
}

function hasPurge({ purges }: History, said: { early: number; late: number }): boolean {
  // With room for the stores' disagreement.
  return purges.some((at) => said.early - 1_000 < at && at < said.late + 1_000);
}

export function randomOf(seed: number, text: string): Random {
  return new Random([...text].reduce((mixed, letter) => Math.imul(mixed, 31) + letter.charCodeAt(0), seed));
}
