import type { Schedule } from "./schedule";

/** Simpler schedules, the simplest first: each lacks something that this one has. */
export function* simpler(plan: Schedule): Generator<Schedule> {
  const { steps } = plan;
  for (const [index, step] of steps.entries()) {
    yield { ...plan, steps: steps.filter((_, other) => other !== index) };
    const replaced = (by: Schedule["steps"][number]) => ({
      ...plan,
      steps: steps.map((each, other) => (other === index ? by : each)),
    });
    for (const change of step.changes)
      yield replaced({ ...step, changes: step.changes.filter((other) => other !== change) });
    const { fault, ...rest } = step;
    if (fault !== undefined) {
      yield replaced(rest);
      if (fault.at > 1) yield replaced({ ...step, fault: { ...fault, at: Math.ceil(fault.at / 2) } });
    }
  }
  if (plan.set !== "a cluster alone") yield { ...plan, set: "a cluster alone" };
}
