import { join } from "node:path";
import { figuresOf, measurePairs, type PairFigures } from "./pairs";
import { MeasuredStack, type Occasion } from "./preview";

/** Loads both programs without letting them declare anything. Needs no Pulumi CLI. */
export async function measureLoad(rounds: number): Promise<Record<Occasion, PairFigures>> {
  const open = (...folder: string[]) => MeasuredStack.open("embedded", join(__dirname, ...folder), () => ({}));
  const own = await open("load");
  const plain = await open("plain", "load");
  try {
    const { first, again } = await measurePairs(own, plain, rounds);
    return { first: figuresOf(first), again: figuresOf(again) };
  } finally {
    await own.close();
    await plain.close();
  }
}
