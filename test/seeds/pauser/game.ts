import type { Game } from "../games";
import { hurry, play } from "./play";
import { type Schedule, scheduleOf } from "./schedule";
import { simpler } from "./shrink";

/** The pauser's processes, in clusters with clocks, faults, kills and others. */
export const game: Game<Schedule> = { scheduleOf, play, simpler, hurry };
