import { realPorts } from "./adapters";
import { Context } from "./context";
import { KubernetesError } from "./kubernetes-error";
import { broken, type Outcome, RunEnded } from "./outcome";
import type { Ports } from "./ports";
import { recover } from "./recover";
import type { Report } from "./report";
import type { Environment } from "./settings";

/** How the unpauser ended: with nothing left to do for now, or as a run would. */
export interface UnpauserOutcome {
  end: Outcome["end"] | "nothingToUnpause" | "unpaused";
  reasons: string[];
}

/**
 * Unpauses the pods that a killed run's note names, and pauses nothing. It runs every few minutes, for the case that
 * every try of a Job was killed.
 */
export async function unpauser(
  environment: Environment,
  stop: AbortSignal,
  report: Report,
  ports: Ports = realPorts(environment),
): Promise<UnpauserOutcome> {
  // The unpauser's own Job is not one of the schedule's Jobs.
  const { jobName: _, jobUid: __, ...withoutJob } = environment;
  const context = new Context(withoutJob, ports, report, stop);
  try {
    const recovered = await recover(context);
    if (recovered === undefined) return { end: "nothingToUnpause", reasons: [] };
    const reason = `${recovered.who} ended without unpausing its pods; the unpauser has unpaused them`;
    if (recovered.job !== undefined) {
      const at = new Date(ports.clock.now()).toISOString();
      await context.record.writeOutcome({
        job: recovered.job,
        startedAt: at,
        endedAt: at,
        end: "void",
        reasons: [reason],
      });
    }
    return { end: "unpaused", reasons: [reason] };
  } catch (error) {
    if (error instanceof RunEnded)
      // The run is still active, or another one is unpausing already.
      return error.outcome.end === "busy" ? { end: "nothingToUnpause", reasons: error.outcome.reasons } : error.outcome;
    if (error instanceof KubernetesError) return { end: "notRecorded", reasons: [error.message] };
    return broken(error);
  } finally {
    context.kubernetes.close();
  }
}
