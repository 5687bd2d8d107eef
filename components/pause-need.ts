import { pauseNeed, type SetMember } from "../restore-points/rules/pause-need";
import { type DatabaseArgs, type KnownDatabase, kindOf } from "./databases";
import type { Problem } from "./problem";

/** The databases as the decision table sees them. */
export function setMembers(databases: readonly DatabaseArgs[]): SetMember[] {
  return membersOf(databases.map(kindOf));
}

export function membersOf(databases: readonly KnownDatabase[]): SetMember[] {
  return databases.map(({ name, kind }) => ({ name, label: kind.label, relational: kind.relational }));
}

/** A pause that the databases need and that is not there. */
export function pauseNeedProblems(databases: readonly DatabaseArgs[], pause: unknown): Problem[] {
  const need = pauseNeed(setMembers(databases));
  if (!need.required || pause !== undefined) return [];
  return [
    {
      path: "pause",
      message: `is missing; ${need.because}, so every Scalar pod has to be paused now and then: give a schedule and the releases, such as { schedule: "0 3 * * *", releases: [{ namespace: scalar, name: scalardb-cluster }] }`,
    },
  ];
}
