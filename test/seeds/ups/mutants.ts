import type { Mutant } from "../mutant";

/** Each must be found by the schedules of the seeds (`ups.test.ts`). */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "takes over nothing",
    what: "does not take over the copies that an interrupted update has left outside of its state",
    file: "components/databases/adoption.ts",
    from: "  return id;\n}",
    to: "  return undefined;\n}",
    seed: 1016,
  },
  {
    name: "never ends",
    what: "waits for ever, though nothing is left to wait for",
    file: "components/databases/adoption.ts",
    from: "  return id;\n}",
    to: "  return new Promise(() => {});\n}",
    seed: 1016,
  },
  {
    name: "takes over anything",
    what: "takes over what somebody else has created under a copy's name",
    file: "components/databases/adoption.ts",
    from: "  if (foreign !== undefined)\n    throw",
    to: '  if (foreign === "")\n    throw',
    seed: 1003,
  },
  {
    name: "deletes a recovery's tables",
    what: "deletes the tables of a recovery with the restore",
    file: "components/databases/dynamodb/copy-table.ts",
    from: 'retainOnDelete: mode === "recovery",',
    to: "retainOnDelete: false,",
    seed: 17,
  },
];
