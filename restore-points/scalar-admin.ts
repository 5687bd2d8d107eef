import { formatInstant } from "./instant";
import { inOrder, type ReadWindows } from "./record";
import { DEFAULT_CLUSTER, IMPORTED, type PauseWindow } from "./window";

/** Separates the tool's output lines from its log, also when something else has quoted them. */
const RESULT = /helm_release_name|deployment_name|pause_start_timestamp_ms/;

/** The tool did not exist before this instant: an earlier value is not in milliseconds. */
const FIRST_INSTANT = Date.UTC(2020, 0);
const END_OF_TIME = Date.UTC(10_000, 0);

/**
 * Reads the windows that Scalar's own tool, scalar-admin-for-kubernetes, printed: one JSON line for each release it
 * paused, between the lines of its log. Its `pause_start_timestamp_ms` is taken when all pods had been paused, its
 * `pause_end_timestamp_ms` before the first is unpaused. Its output contains neither product nor pods, and it does not
 * compare clocks.
 *
 *     {"namespace":"scalar","helm_release_name":"ledger","pause_start_timestamp_ms":1795316407120,
 *      "pause_end_timestamp_ms":1795316417130,"pause_start_date_time":"...","pause_end_date_time":"...","timezone":"Etc/UTC"}
 */
export function readScalarAdminLines(text: string, cluster: string = DEFAULT_CLUSTER): ReadWindows {
  const windows: PauseWindow[] = [];
  const malformed: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (!RESULT.test(line)) continue;
    const window = readLine(line, cluster);
    if (typeof window === "string") malformed.push(`line ${index + 1} ${window}`);
    else windows.push(window);
  }
  return { windows: inOrder(windows), malformed };
}

/**
 * The recorded and the imported windows, oldest first. If both contain a window, the recorded one has more detail and
 * is kept.
 */
export function withImported(recorded: readonly PauseWindow[], imported: readonly PauseWindow[]): PauseWindow[] {
  const known = new Set(recorded.flatMap(identities));
  return inOrder([...recorded, ...imported.filter((window) => !identities(window).every((one) => known.has(one)))]);
}

function identities({ cluster, pauseCompleted, unpauseStarted, releases }: PauseWindow): string[] {
  return releases.map(({ namespace, name }) =>
    JSON.stringify([cluster, pauseCompleted, unpauseStarted, namespace, name]),
  );
}

function readLine(line: string, cluster: string): PauseWindow | string {
  let result: Record<string, unknown>;
  try {
    result = JSON.parse(line);
  } catch {
    return "is not JSON; give the line as the tool printed it, without what a log collector put around it";
  }
  const { namespace, helm_release_name: name, pause_start_timestamp_ms: start, pause_end_timestamp_ms: end } = result;
  if (!isName(namespace) || !isName(name))
    return "lacks namespace or helm_release_name; give the whole line of a run that paused a Helm release";
  if (!isInstant(start) || !isInstant(end))
    return "lacks pause_start_timestamp_ms or pause_end_timestamp_ms, in milliseconds since 1970; give the line as the tool printed it";
  if (end < start)
    return `ends (${formatInstant(end)}) before it starts (${formatInstant(start)}): the clock was set back during the pause; remove the line`;
  return {
    cluster,
    pauseCompleted: formatInstant(start, { millis: true }),
    unpauseStarted: formatInstant(end, { millis: true }),
    clockOffsetMillis: 0,
    releases: [{ namespace, name, product: "unknown", pods: [] }],
    origin: IMPORTED,
  };
}

const isName = (value: unknown): value is string => typeof value === "string" && value !== "";

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= FIRST_INSTANT && value < END_OF_TIME;
}
