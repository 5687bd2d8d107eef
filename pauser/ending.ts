import { DiscoveryError } from "./discover";
import { KubernetesError } from "./kubernetes-error";
import { broken, type Outcome, RunEnded } from "./outcome";

/** The end of a run that was stopped by a signal or by an uncaught error. */
export function stopped({ reason }: AbortSignal): Outcome {
  return reason instanceof Error ? broken(reason) : { end: "void", reasons: [`stopped by ${reason}`] };
}

/** @throws {RunEnded} */
export function checkStopped(stop: AbortSignal): void {
  if (stop.aborted) throw new RunEnded(stopped(stop));
}

/** The end of a run that failed with an error. */
export function outcomeOf(error: unknown, stop: AbortSignal): Outcome {
  if (error instanceof RunEnded) return error.outcome;
  if (stop.aborted) return stopped(stop);
  if (error instanceof DiscoveryError) return { end: "void", reasons: error.problems };
  if (error instanceof KubernetesError) return { end: "void", reasons: [error.message] };
  return broken(error);
}
