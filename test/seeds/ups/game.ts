import type { Game } from "../games";
import { play } from "./play";
import { type Schedule, scheduleOf } from "./schedule";
import { simpler } from "./shrink";

/** Whole updates of one stack: the unchanged program and its operations on the embedded engine, in this process. */
export const game: Game<Schedule> = {
  scheduleOf,
  play: async (plan, options) => ({ ...(await play(plan, options)), windows: 0 }),
  simpler,
  hurry() {},
};
