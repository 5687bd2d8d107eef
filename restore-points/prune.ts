import { instantMillis } from "./instant";
import { inOrder, writeWindowRecord } from "./record";
import type { PauseWindow } from "./window";
import { keptBackups } from "./window-backups";

const BRACKETS_BYTES = bytes(writeWindowRecord([]));
const COMMA_BYTES = 1;

/**
 * The windows to keep, oldest first: those that ended within the retention, and those whose backups are still kept, as
 * many as fit into `maxBytes`. Windows with backups come first, because they can be restored for longest; then the
 * newest. The newest window is always kept: it says when a pause last succeeded.
 * @throws {RangeError} when not even the newest fits.
 */
export function prune(
  windows: readonly PauseWindow[],
  now: number,
  retentionMillis: number,
  maxBytes: number,
): PauseWindow[] {
  const [newest, ...older] = inOrder(windows).reverse();
  if (newest === undefined) return [];
  const backedUp = older.filter((window) => keptBackups(window, now).length > 0);
  const others = older.filter(
    (window) => !backedUp.includes(window) && instantMillis(window.unpauseStarted) >= now - retentionMillis,
  );
  const kept: PauseWindow[] = [];
  let size = BRACKETS_BYTES;
  for (const window of [newest, ...backedUp, ...others]) {
    size += bytes(JSON.stringify(window)) + (kept.length > 0 ? COMMA_BYTES : 0);
    if (size > maxBytes) break;
    kept.push(window);
  }
  if (kept.length === 0)
    throw new RangeError(
      `the newest pause window alone takes ${size} bytes, and the record may take at most ${maxBytes}`,
    );
  return inOrder(kept);
}

function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
