import * as pulumi from "@pulumi/pulumi";
import { pointsOf } from "../../restore-points/points";
import type { SetLists } from "../backup-set";
import type { PausedReleaseArgs } from "../release-databases";

/** How many points a message lists. */
const LISTED = 3;

/** The other restore points that can be restored now, nearest first, as text. */
export function otherPoints(
  instant: string,
  { windows, ranges }: Pick<SetLists, "windows" | "ranges">,
  releases: readonly PausedReleaseArgs[],
): pulumi.Output<string> {
  return pulumi.all([windows, ranges]).apply(([recorded, databases]) => {
    const points = pointsOf({ now: Date.now(), pauseRequired: true, windows: recorded, releases, databases })
      .filter((point) => point.restorable && point.instant !== instant)
      .map((point) => point.instant);
    const distance = (point: string) => Math.abs(Date.parse(point) - Date.parse(instant));
    const nearest = points.sort((a, b) => distance(a) - distance(b)).slice(0, LISTED);
    return nearest.length > 0 ? nearest.join(", ") : "none can be restored now";
  });
}
