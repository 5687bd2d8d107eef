import * as pulumi from "@pulumi/pulumi";
import { parseInstant } from "../restore-points/instant";
import { isProven } from "../restore-points/verification/verdict";
import { RestoreMode } from "./restore-mode";
import { stackOutputsInState } from "./state";
import type { RestoreVerification } from "./verification/restore-verification";

/** The stack's output that says when a drill last passed; the policy drill-recent reads it. */
const OUTPUT = "lastDrill";

/** Another stack, in which drills run. */
export interface DrillStack {
  /** `<organization>/<project>/<stack>`. */
  stack: string;
}

/** A restore of this run. */
interface Drill {
  mode?: RestoreMode;
  verification: pulumi.Output<RestoreVerification>;
}

/**
 * When a drill last passed: the newest of what the configuration says (an instant, or another stack that records it), of what this
 * stack has recorded before, and of this run's drill, if its verification passed. Null if none has:
 * Pulumi warns of undefined outputs.
 */
export function lastDrill(
  configured: string | DrillStack | undefined,
  drill: Drill | undefined,
): pulumi.Output<string | null> {
  const given = typeof configured === "object" ? recordedBy(configured) : pulumi.output(configured);
  const before = pulumi.output(stackOutputsInState()).apply((outputs) => outputs[OUTPUT]);
  const now = drill ? drill.verification.apply((verification) => passedAt(verification, drill.mode)) : undefined;
  return pulumi.all([given, before, now]).apply((instants) => {
    const known = instants.filter((each): each is string => typeof each === "string" && millisOf(each) !== undefined);
    return known.sort((a, b) => (millisOf(a) ?? 0) - (millisOf(b) ?? 0)).at(-1) ?? null;
  });
}

function recordedBy({ stack }: DrillStack): pulumi.Output<unknown> {
  return new pulumi.StackReference("last-drill", { name: stack }).getOutput(OUTPUT);
}

/** One relational database is not compared: its drill is as old as its data at most. */
function passedAt(
  { verdict, instant, verifiedAt = instant }: RestoreVerification,
  mode: RestoreMode = RestoreMode.Drill,
): string | undefined {
  return isProven(verdict) && mode === RestoreMode.Drill ? verifiedAt : undefined;
}

function millisOf(text: string): number | undefined {
  const instant = parseInstant(text);
  return typeof instant === "number" ? instant : undefined;
}
