import type { AzurePlan } from "./azure-plan";
import type { Schedule } from "./schedule";

/** Simpler schedules, the simplest first: each lacks something that this one has. */
export function* simpler(plan: Schedule): Generator<Schedule> {
  for (const [index] of plan.events.entries())
    yield { ...plan, events: plan.events.filter((_, other) => other !== index) };
  if (plan.others.length > 0) yield { ...plan, others: [] };
  if (plan.second === "aborts") yield { ...plan, second: "switches over" };
  if (plan.first === "aborts") yield { ...plan, first: "switches over" };
  const { windowBackups, ...fromPoint } = plan;
  if (windowBackups !== undefined) yield fromPoint;
  if (plan.azure) yield* simplerAzure(plan, plan.azure);
  const { relational, ...others } = plan;
  if (plan.tables > 0 && relational !== undefined) {
    if (plan.pods > 0) yield others;
    yield { ...plan, tables: 0 };
  }
  if (relational !== undefined && relational !== "instance") yield { ...plan, relational: "instance" };
  if (plan.tables > 1) yield { ...plan, tables: plan.tables - 1 };
  if (plan.pods > 1) yield { ...plan, pods: 1 };
  if (plan.podMillis > 0) yield { ...plan, podMillis: 0 };
  if (plan.renaming.pace !== 1 || plan.renaming.flaps) yield { ...plan, renaming: { pace: 1, flaps: false } };
  if (plan.tripMillis > 20) yield { ...plan, tripMillis: 20 };
  for (const [index, event] of plan.events.entries()) {
    const smaller =
      "at" in event
        ? { ...event, at: Math.floor(event.at / 2) }
        : { ...event, forMillis: Math.floor(event.forMillis / 2) };
    if (JSON.stringify(smaller) !== JSON.stringify(event))
      yield { ...plan, events: plan.events.map((each, other) => (other === index ? smaller : each)) };
  }
}

function* simplerAzure(plan: Schedule, azure: AzurePlan): Generator<Schedule> {
  const { azure: _, ...withoutAzure } = plan;
  const { foreign, ...own } = azure;
  const { mistake, ...faultless } = azure.colleague;
  const quick = { afterMillis: 1000, eachMillis: 1000, betweenMillis: 100 };
  const isAlone = plan.tables === 0 && plan.relational === undefined;
  if (!isAlone) {
    yield withoutAzure;
    const { relational: __, ...aloneInAzure } = plan;
    yield { ...aloneInAzure, tables: 0, azure: { ...azure, releases: azure.kinds.length > 1 ? azure.releases : 1 } };
  }
  if (azure.releases === 2) yield { ...plan, azure: { ...azure, releases: 1 } };
  if (azure.kinds.length > 1 && azure.releases === 1)
    yield { ...plan, azure: { ...azure, kinds: azure.kinds.slice(1) } };
  if (foreign !== undefined) yield { ...plan, azure: own };
  if (mistake !== undefined) yield { ...plan, azure: { ...azure, colleague: faultless } };
  if (JSON.stringify(faultless) !== JSON.stringify(quick))
    yield { ...plan, azure: { ...azure, colleague: { ...quick, ...(mistake && { mistake }) } } };
}
