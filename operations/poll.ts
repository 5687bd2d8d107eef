import { waitingClock } from "./clock";

/** How often to look, and for how long. */
export interface Pace {
  /** The time between two looks, or what it is after so many looks. */
  everyMillis: number | ((looks: number) => number);
  limitMillis: number;
  /** The error's message when the limit has passed: what is missing, and how to go on. */
  late(elapsedMillis: number): string;
}

/** Looks until a look returns true. @throws {Error} when the limit has passed */
export async function poll({ everyMillis, limitMillis, late }: Pace, look: () => Promise<boolean>): Promise<void> {
  const clock = waitingClock();
  const began = clock.now();
  for (let looks = 1; !(await look()); looks += 1) {
    const elapsed = clock.now() - began;
    if (elapsed > limitMillis) throw new Error(late(elapsed));
    await clock.wait(typeof everyMillis === "number" ? everyMillis : everyMillis(looks));
  }
}
