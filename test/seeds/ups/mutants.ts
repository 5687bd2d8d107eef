import type { Mutant } from "../mutant";

/** Each must be found by the schedules of the seeds (`ups.test.ts`). */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "takes over nothing",
    what: "does not take over the copies that an interrupted update has left outside of its state",
    file: "components/databases/adoption.ts",
    from: "  return id;\n}",
    to: "  return undefined;\n}",
    seed: 8,
  },
];
