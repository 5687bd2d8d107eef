import * as pulumi from "@pulumi/pulumi";
import { instantMillis } from "../../restore-points/instant";
import {
  type BracketInstants,
  bracketAround,
  bracketOutsideWindows,
  type NoBracket,
} from "../../restore-points/verification/bracket";
import type { PauseWindow } from "../../restore-points/window";
import { commonWindows, isInside } from "../../restore-points/windows";
import type { PausedReleaseArgs } from "../release-databases";
import type { ScalarRestoreArgs } from "../restore-args";

/** Whether a restore's coordinators are restored before and after the data. */
export function verifiesByCoordinator(args: Pick<ScalarRestoreArgs, "verify" | "from">): boolean {
  return args.verify?.enabled !== false && Object.keys(args.from ?? {}).length === 0;
}

/**
 * The instants around the data to which coordinators are restored: within the common pause window that the instant is in. One
 * window covers all releases, so that the instants are the same for every coordinator. A quiet gap needs no window.
 */
export function plannedInstants(
  instant: string,
  windows: pulumi.Output<PauseWindow[]>,
  releases: readonly PausedReleaseArgs[],
  { quietGap, acceptInconsistentCopiesAt }: Pick<ScalarRestoreArgs, "quietGap" | "acceptInconsistentCopiesAt">,
): pulumi.Output<BracketInstants | NoBracket> {
  const at = instantMillis(instant);
  if (quietGap) return pulumi.output(bracketOutsideWindows(at));
  return windows.apply((recorded) => {
    const window = commonWindows(recorded, releases).find((each) => isInside(at, each));
    if (window !== undefined) return bracketAround(at, window);
    if (acceptInconsistentCopiesAt !== undefined) return bracketOutsideWindows(at);
    return {
      because: `the pause window around ${instant} is not recorded any more, so there are no instants in it to which the coordinator could be restored`,
    };
  });
}
