import type { EngineName } from "../rehearsal/engines";
import type { measureCriticalPath } from "./critical-path";
import type { measureLoad } from "./load";
import type { countResourcesPerTable } from "./resources-per-table";
import type { RoundFigures } from "./rounds";

/** One set's previews, those of programs that have not been compiled before; `again` has those without a change. */
export interface PreviewFigures extends RoundFigures {
  set: string;
  title: string;
  databases: number;
  tables: number;
  resources: number;
  again: RoundFigures;
}

export interface Report {
  date: string;
  machine: { processor: string; cores: number; memoryGiB: number; node: string };
  engine: EngineName;
  rounds: number;
  load: Awaited<ReturnType<typeof measureLoad>>;
  previews: PreviewFigures[];
  resourcesPerTable: Awaited<ReturnType<typeof countResourcesPerTable>>;
  criticalPath: Awaited<ReturnType<typeof measureCriticalPath>>;
}
