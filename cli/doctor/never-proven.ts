import { neverProvenNotes } from "../../components/verification/reasons";
import { type Finding, split } from "./finding";
import type { Situation } from "./situation";

/** Releases by which no restore would be proven. A warning: such copies can be restored, and accepted by a person. */
export function neverProvenFindings({ databases, pause, verify }: Situation): Finding[] {
  return neverProvenNotes(databases, pause, verify).map(({ message }) => ({
    check: "verification",
    ...split("warning", message),
  }));
}
