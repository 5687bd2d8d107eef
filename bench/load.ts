import { join } from "node:path";
import { MeasuredStack, type Occasion } from "./preview";
import { figuresOf, measureRounds, type RoundFigures } from "./rounds";

/** Loads the programs without letting them declare anything. Needs no Pulumi CLI. */
export async function measureLoad(rounds: number): Promise<Record<Occasion, RoundFigures>> {
  const open = (...folder: string[]) => MeasuredStack.open("embedded", join(__dirname, ...folder), () => ({}));
  const programs = {
    own: await open("load"),
    plain: await open("plain", "load"),
    floor: await open("floor", "empty"),
    empty: await open("floor", "empty"),
  };
  const { first, again } = await measureRounds(programs, rounds);
  return { first: figuresOf(first), again: figuresOf(again) };
}
