import { formatInstant } from "../../restore-points/instant";
import { person } from "../drill/person";
import { phaseOf, restoreOf } from "../drill/phase";
import type { PulumiStack } from "../pulumi/stack";
import { evidenceOf } from "./build";
import { COPIES_ARE_THERE, type EvidenceTime } from "./evidence";
import type { MetricFacts } from "./metrics";
import { readOutputs, type StackOutputs } from "./outputs";
import { versionsOf } from "./versions";

/** What a stack shows of a restore that is configured now, and of the last one that proved something. */
export async function stackFacts(stack: PulumiStack, env: NodeJS.ProcessEnv, now: number): Promise<MetricFacts> {
  const [values, raw, resources, name] = await Promise.all([
    stack.config(),
    stack.outputs(),
    stack.resources(),
    stack.wholeName(),
  ]);
  const outputs = readOutputs(raw);
  const facts: MetricFacts = { stack: name, ...summaryOf(outputs) };
  const { at, mode } = restoreOf(values);
  if (typeof at !== "string") return facts;
  const instant = formatInstant(Date.parse(at));
  const user = await stack.user();
  const phase = phaseOf(values, resources);
  const evidence = evidenceOf({
    stack: name,
    instant,
    mode: mode === "recovery" ? "recovery" : "drill",
    outputs,
    resources,
    runs: new Map(),
    begun: phase.kind === "begun" ? { at: phase.begun, source: "configuration" } : await firstUpdate(stack, at),
    by: {
      person: (phase.kind === "begun" && phase.by) || person(env).person,
      ...(user !== undefined && { pulumi: user }),
    },
    versions: versionsOf(resources, stack.pulumiVersion),
    errors: [],
    cleanedUp: { unknownBecause: mode === "recovery" ? "a recovery's copies stay" : COPIES_ARE_THERE },
    written: formatInstant(now),
  });
  return { ...facts, evidence };
}

function summaryOf({ lastDrill, restorePoints }: StackOutputs): Omit<MetricFacts, "stack"> {
  return {
    ...(typeof lastDrill === "string" && { lastVerified: lastDrill }),
    ...(restorePoints && {
      restorePoints: { asOf: restorePoints.asOf, ...(restorePoints.latest && { latest: restorePoints.latest }) },
    }),
  };
}

/** The first of the newest updates in a row that restored this instant. */
async function firstUpdate(stack: PulumiStack, at: string): Promise<EvidenceTime> {
  const updates = (await stack.updates()).filter(({ kind }) => kind === "update");
  const other = updates.findIndex(({ values }) => restoreOf(values).at !== at);
  const began = updates.slice(0, other < 0 ? undefined : other).at(-1)?.began;
  return began === undefined
    ? { unknownBecause: "Pulumi's history has no update that restored this instant" }
    : { at: formatInstant(Date.parse(began)), source: "history" };
}
