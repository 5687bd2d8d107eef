import { formatInstant } from "./instant";
import type { ReadWindows } from "./record";
import { DEFAULT_CLUSTER, type PauseWindow } from "./window";

/**
 * Reads the windows that Scalar's own tool, scalar-admin-for-kubernetes, printed: one JSON line for each release it paused,
 * between the lines of its log. Its `pause_start_timestamp_ms` is taken when all pods had been paused, its
 * `pause_end_timestamp_ms` before the first is unpaused. It names neither product nor pods, and does not compare clocks.
 *
 *     {"namespace":"scalar","helm_release_name":"ledger","pause_start_timestamp_ms":1795316407120,
 *      "pause_end_timestamp_ms":1795316417130,"pause_start_date_time":"...","pause_end_date_time":"...","timezone":"Etc/UTC"}
 */
export function readScalarAdminLines(text: string, cluster: string = DEFAULT_CLUSTER): ReadWindows {
  const windows: PauseWindow[] = [];
  const malformed: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.includes('"helm_release_name"')) continue;
    const window = readLine(line, cluster);
    if (typeof window === "string") malformed.push(`line ${index + 1} ${window}`);
    else windows.push(window);
  }
  return { windows, malformed };
}

function readLine(line: string, cluster: string): PauseWindow | string {
  let result: Record<string, unknown>;
  try {
    result = JSON.parse(line);
  } catch {
    return "is not JSON; give the line as the tool printed it, without what a log collector put around it";
  }
  const { namespace, helm_release_name: name, pause_start_timestamp_ms: start, pause_end_timestamp_ms: end } = result;
  if (typeof namespace !== "string" || typeof name !== "string") return "lacks namespace or helm_release_name";
  if (!isInstant(start) || !isInstant(end) || end < start)
    return "lacks pause_start_timestamp_ms or pause_end_timestamp_ms, or has them in the wrong order";
  return {
    cluster,
    pauseCompleted: formatInstant(start, { millis: true }),
    unpauseStarted: formatInstant(end, { millis: true }),
    clockOffsetMillis: 0,
    releases: [{ namespace, name, product: "unknown", pods: [] }],
  };
}

/** Milliseconds since the epoch, up to the year 9999. */
function isInstant(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < Date.UTC(10_000, 0);
}
