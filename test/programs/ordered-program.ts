import type { ProgramOptions } from "../../simulator/engine/embedded";
import type { ProgramOrder } from "./warm-worker";

/** A run of the program, as a thread that stays gets its order. */
export function orderedProgram({ project, config, ...options }: ProgramOptions): ProgramOrder {
  const { organization, stack, address, preview, parallel } = options;
  return {
    ...{ main: project.main, project: project.name },
    ...{ organization, stack, address, preview, parallel },
    ...{ config: config.values, secretKeys: config.secretKeys },
  };
}
