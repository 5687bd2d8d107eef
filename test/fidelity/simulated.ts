import type { PropertyMap } from "../../simulator/providers/provider";
import { Scene, type Verdict } from "../unit/simulator/providers/aws/deployed";
import { filled, ROWS, rowName, SUPPORTS } from "./rows";

const HOUR = 60 * 60 * 1000;

/** What the simulated provider says of each row, a failure's words otherwise. */
export async function simulatedVerdicts(): Promise<(Verdict | string)[]> {
  const scene = await Scene.start();
  const supports = new Map<string, PropertyMap>();
  const fill = (row: number) => (placeholder: string) => {
    if (placeholder === "row") return rowName(row);
    if (placeholder === "instant") return new Date(scene.clock.now() - HOUR).toISOString();
    if (placeholder === "otherInstant") return new Date(scene.clock.now() - HOUR / 2).toISOString();
    const [key = "", output = ""] = placeholder.split(".");
    return String(supports.get(key)?.[output]);
  };
  for (const { key, type, inputs } of SUPPORTS)
    supports.set(key, (await scene.create(type, filled(inputs, fill(0)), key)).outputs);
  scene.clock.advance(2 * HOUR);

  const verdicts: (Verdict | string)[] = [];
  for (const [index, { type, deployed, change }] of ROWS.entries()) {
    try {
      const inputs = filled(deployed, fill(index));
      const resource = await scene.create(type, inputs, rowName(index));
      // Terraform reads what is there before it plans.
      await resource.refresh();
      verdicts.push(await resource.verdict({ ...inputs, ...nulls(change), ...filled(change, fill(index)) }));
    } catch (error) {
      verdicts.push(`failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  return verdicts;
}

/** The inputs that a change leaves out. */
function nulls(change: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value === null));
}
