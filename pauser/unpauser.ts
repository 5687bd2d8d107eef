import { realPorts } from "./adapters";
import { Context } from "./context";
import { KubernetesError } from "./kubernetes";
import { broken, type Outcome, RunEnded } from "./outcome";
import type { Ports } from "./ports";
import { recover } from "./recover";
import type { Report } from "./report";
import type { Environment } from "./settings";

/** How the unpauser ended: well, with nothing left to do for now, or as a run would. */
export interface UnpauserOutcome {
  end: Outcome["end"] | "nothingToUnpause" | "unpaused";
  reasons: string[];
}

/**
 * Unpauses what the note of a run that was killed names, and pauses nothing: it runs every few minutes beside the schedule, for
 * the Job of which every try was killed.
 */
export async function unpauser(
  environment: Environment,
  stop: AbortSignal,
  report: Report,
  ports: Ports = realPorts(environment),
): Promise<UnpauserOutcome> {
  // Its own Job is no try of the schedule's.
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
      // The run is at work, or another one unpauses already.
      return error.outcome.end === "busy" ? { end: "nothingToUnpause", reasons: error.outcome.reasons } : error.outcome;
    if (error instanceof KubernetesError) return { end: "notRecorded", reasons: [error.message] };
    return broken(error);
  } finally {
    context.kubernetes.close();
  }
}
