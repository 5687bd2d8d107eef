/** What the program says about how the copies of a restore fit together, for people. */

import { counted } from "../restore-points/counted";
import { Verdict, type Verification } from "../restore-points/verification/verdict";
import type { StackResult } from "../simulator/engine/stack";
import type { CoordinatorRecord } from "./scalardb/record";

/** The output `verification`. @throws {Error} when the program has none */
export function verificationOf({ outputs }: StackResult): Verification {
  if (outputs.verification === undefined) throw new Error("the stack has no output verification");
  return outputs.verification as unknown as Verification;
}

/** The instants to which a preview would restore, and what comparing costs. */
export function plansOf({ diagnostics }: StackResult): string[] {
  const said = diagnostics.filter(({ severity }) => severity === "info").map(({ message }) => message);
  return said.filter((message) => message.includes("coordinator at "));
}

/** A verdict with its reasons, and the first witnesses. */
export function verdictText({ verdict, because, restsOn, notCovered, witnesses }: Verification): string {
  const limits = together(notCovered).map((text) => `not covered: ${text}`);
  const reasons = verdict === Verdict.PauseProven ? [...restsOn, ...limits] : because;
  return [`verdict: ${verdict}`, ...reasons, ...firstOf(witnesses)].join("\n");
}

/** Texts that say the same of several databases, as one for all of them. */
function together(texts: readonly string[]): string[] {
  const names = new Map<string, string[]>();
  for (const text of texts) {
    const [, name = "", said = text] = /^([^:]+): (.*)$/s.exec(text) ?? [];
    names.set(said, [...(names.get(said) ?? []), ...(name === "" ? [] : [name])]);
  }
  return [...names].map(([said, of]) => {
    if (of.length === 0) return said;
    return `${of.join(", ")}${of.length > 1 ? " (each)" : ""}: ${said}`;
  });
}

/** An error about refused copies, without most of its witnesses. */
export function refusalText(message: string): string {
  const [, before = message, evidence = "", after = ""] =
    /^(.*?) Evidence: (.*?)\. ((?:The copies stay|Do not use) .*)$/s.exec(message) ?? [];
  return [before, ...(evidence === "" ? [] : firstOf(evidence.split("; "))), after].filter(Boolean).join("\n");
}

const SHOWN_WITNESSES = 2;

function firstOf(witnesses: readonly string[]): string[] {
  const more = witnesses.length - SHOWN_WITNESSES;
  const shown = witnesses.slice(0, SHOWN_WITNESSES).map((witness) => `witness: ${witness}`);
  return more > 0 ? [...shown, `and ${counted(more, "more witness", "more witnesses")}`] : shown;
}

/** The rows of the source's coordinator that a text names. @throws {Error} for a transaction that it does not have */
export function witnessesIn(text: string, coordinator: ReadonlyMap<string, object>): CoordinatorRecord[] {
  return [...text.matchAll(/transaction ([0-9a-f-]{36}) of/g)].map(([, id = ""]) => {
    const row = coordinator.get(id);
    if (row === undefined) throw new Error(`the witness ${id} is no transaction of the coordinator`);
    return row as CoordinatorRecord;
  });
}
