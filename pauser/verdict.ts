import type { PauseWindow } from "../restore-points/window";
import { areOfWindow } from "../restore-points/window-backups";
import { certainPart, usableMillis } from "../restore-points/windows";
import { type Moment, momentOf } from "./clock";
import type { Context } from "./context";
import { changes, type Workload } from "./discover";
import { KubernetesError } from "./kubernetes-error";
import type { ReleaseLeases } from "./leases";
import { end } from "./outcome";
import { neededMarginMillis } from "./window-backups/settings";

/** A successful pause: its window by this machine's clock, and the window's ends on both clocks. */
export interface Held {
  window: PauseWindow;
  ends: Moment[];
}

/**
 * Decides whether a window counts, after its pods are unpaused: pods and Deployments are unchanged, and the clocks'
 * difference is known well enough. Adds that difference to the window.
 * @throws {RunEnded} with the reasons if it does not count
 */
export async function judge(
  context: Context,
  { window, ends }: Held,
  before: Workload[],
  leases: ReleaseLeases,
): Promise<PauseWindow> {
  // A write: the following lists must not be older than it.
  const failure = await leases.release(context.apiDeadline());
  if (failure) throw end("void", `pods could not be compared with before: ${failure.message}`);
  const differences = await differencesFrom(context, before);
  checkClock(context);
  if (differences.length > 0) throw end("void", ...differences);
  const measured = { ...window, clockOffsetMillis: worstOffset(context, ends) };
  checkUsable(context, measured);
  return measured;
}

async function differencesFrom(context: Context, before: Workload[]): Promise<string[]> {
  try {
    return await changes(context.kubernetes, context.settings.releases, before, context.apiDeadline());
  } catch (error) {
    if (error instanceof KubernetesError) throw end("void", `pods could not be compared with before: ${error.message}`);
    throw error;
  }
}

/** @throws {RunEnded} when this clock provably differs too much from the API server's */
export function checkClock({ settings, offset, ports }: Context): void {
  const limit = settings.maxClockOffsetMillis;
  const proven = offset.provenMillis(momentOf(ports.clock));
  if (proven > limit)
    throw end(
      "void",
      `this machine's clock differs from the API server's by at least ${Math.round(proven)} ms; ${limit} ms are allowed`,
    );
}

/** The greatest possible difference of the clocks at either end of the window. */
function worstOffset({ offset }: Context, ends: Moment[]): number {
  const offsets = ends.map((moment) => offset.worstMillis(moment));
  return offsets.reduce((worst, one) => (Math.abs(one) > Math.abs(worst) ? one : worst), 0);
}

/** A window that cannot become a restore point is a failure. */
function checkUsable({ settings, offset }: Context, window: PauseWindow): void {
  const { minWindowSeconds } = settings;
  if (minWindowSeconds === 0) return;
  if (!offset.known)
    throw end("void", "the API server's answers have no Date header, so that its clock could not be compared");
  const usable = usableMillis(window);
  if (usable >= minWindowSeconds * 1000) return;
  const length = Date.parse(window.unpauseStarted) - Date.parse(window.pauseCompleted);
  const doubt = Math.abs(window.clockOffsetMillis);
  throw end(
    "void",
    `the window is ${length} ms long; after subtracting ${doubt} ms at either end, by which the clocks may differ, ${usable} ms are left, and at least ${minWindowSeconds} s are needed: hold longer, or check why the clocks differ or the API server is slow`,
  );
}

/** Why a window's backups do not count, although all were accepted: no restore would use them. */
export function backupsProblem({ settings }: Context, window: PauseWindow): string | undefined {
  const { windowBackups } = settings;
  if (window.backups === undefined || windowBackups === undefined) return undefined;
  const needed = neededMarginMillis(windowBackups);
  if (areOfWindow(window.backups, certainPart(window), needed)) return undefined;
  return `the backups (${window.backups.name}) do not count, and are deleted when they expire: the clocks may differ by ${Math.abs(window.clockOffsetMillis)} ms, so that it is not certain that all pods were paused from ${needed / 1000} s before the first request to ${needed / 1000} s after the last; check why the clocks differ or the API server is slow`;
}
