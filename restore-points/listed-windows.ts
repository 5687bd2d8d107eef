import type { RestorePoint } from "./points";
import { IMPORTED, type PauseWindow } from "./window";

/**
 * The pause windows that listed restore points are in, oldest first: for a stack that knows of the pauses only by another stack's
 * output `restorePoints`. A point's window is common to all releases, and is already narrowed by the clocks' difference.
 */
export function windowsOfPoints(points: readonly RestorePoint[]): PauseWindow[] {
  return points.flatMap(windowsOfPoint).reverse();
}

function windowsOfPoint({ window, covers }: RestorePoint): PauseWindow[] {
  const clusters = [...new Set(covers.map(({ cluster }) => cluster))];
  return clusters.map((cluster) => {
    const own = covers.filter((release) => release.cluster === cluster);
    return {
      cluster,
      pauseCompleted: window.start,
      unpauseStarted: window.end,
      clockOffsetMillis: 0,
      // A list of points counts the pods, and does not name them.
      releases: own.map(({ namespace, name, product }) => ({ namespace, name, product, pods: [] })),
      ...(own.every(({ origin }) => origin === IMPORTED) && { origin: IMPORTED }),
    };
  });
}
