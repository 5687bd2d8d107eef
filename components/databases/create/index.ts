import type { Problem } from "../../problem";
import type { CreatedResource } from "./created-resource";

/** What to do instead of giving arguments that are set for every resource of a kind. */
export const OWNED = {
  engine: "the kind of database says which engine: remove it",
  region: "give it as create.region",
  next: (key: string) => `give ${key} next to "create"`,
  backups: "backups always outlive the database: remove it",
} as const;

/** What is wrong with the arguments of created resources, by the Pulumi SDK's declarations of them. */
export function createdProblems(created: CreatedResource[]): Problem[] {
  // Most sets create nothing, and need neither the list nor the code.
  if (created.length === 0) return [];
  const { argumentProblems }: typeof import("./arguments") = require("./arguments");
  return created.flatMap(argumentProblems);
}
