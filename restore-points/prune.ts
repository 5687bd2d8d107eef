import { instantMillis } from "./instant";
import { inOrder, writeWindowRecord } from "./record";
import type { PauseWindow } from "./window";

const BRACKETS_BYTES = bytes(writeWindowRecord([]));
const COMMA_BYTES = 1;

/**
 * The windows to keep: those that ended within the retention, and of these the newest whose record takes no more than
 * `maxBytes`. The newest of all is kept at any age: it says when a pause last succeeded. Oldest first.
 * @throws {RangeError} when not even the newest fits.
 */
export function prune(
  windows: readonly PauseWindow[],
  now: number,
  retentionMillis: number,
  maxBytes: number,
): PauseWindow[] {
  const newestFirst = inOrder(windows).reverse();
  const kept: PauseWindow[] = [];
  let size = BRACKETS_BYTES;
  for (const window of newestFirst) {
    if (kept.length > 0 && instantMillis(window.unpauseStarted) < now - retentionMillis) continue;
    size += bytes(JSON.stringify(window)) + (kept.length > 0 ? COMMA_BYTES : 0);
    if (size > maxBytes) break;
    kept.push(window);
  }
  if (kept.length === 0 && newestFirst.length > 0)
    throw new RangeError(`the newest pause window alone takes ${size} bytes, and the record may take ${maxBytes}`);
  return kept.reverse();
}

function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
