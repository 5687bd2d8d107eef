import type { Game } from "../games";
import { install, play } from "./play";
import { type Schedule, scheduleOf } from "./schedule";
import { simpler } from "./shrink";

/** The processes of a switch-over, on the sets of a simulated AWS and a cluster. */
export const game: Game<Schedule> = {
  scheduleOf,
  play: async (plan, options) => ({ ...(await play(plan, options)), windows: 0 }),
  simpler,
  hurry: install,
};
