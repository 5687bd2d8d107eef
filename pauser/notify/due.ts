import type { Channel, ChannelState } from "../../restore-points/notifications";
import { type EndedRun, hasSucceeded, runKey } from "./facts";
import type { When } from "./settings";

/** The same failure, of further tries of a Job or found again by the unpauser, is repeated after so long. */
const REPEAT_MILLIS = 3_600_000;

/** What a channel needs: a request, or only a note that it needs none. */
export type Due = "send" | "skip";

/**
 * What a channel needs to hear of a run. Metrics are always sent: their age is what alerts are on.
 * @returns undefined if it knows of the run already
 */
export function dueOf(
  channel: Channel,
  state: ChannelState,
  { run, when, now }: { run: EndedRun | undefined; when: When; now: number },
): Due | undefined {
  if (channel === "pushgateway" || channel === "otlp") return "send";
  if (run === undefined || state.run === runKey(run)) return undefined;
  const passed = hasSucceeded(run);
  if (channel === "heartbeat") return passed ? "send" : "skip";
  if (passed) return when === "always" || state.alarm !== undefined ? "send" : "skip";
  const { alarm } = state;
  const isRepeated = alarm?.job === run.job && alarm.end === run.end && now - Date.parse(alarm.at) < REPEAT_MILLIS;
  return isRepeated ? "skip" : "send";
}

/** The state of a channel that has accepted the report of a run, or needs none. */
export function notifiedState(
  channel: Channel,
  state: ChannelState,
  { run, sentAt }: { run: EndedRun | undefined; sentAt: string | undefined },
): ChannelState {
  const { failing: _, alarm, ...rest } = state;
  // A report that need not be sent says nothing about the channel.
  const failing = sentAt === undefined ? state.failing : undefined;
  const notified = {
    ...rest,
    ...(run && { run: runKey(run) }),
    ...(sentAt !== undefined && { acceptedAt: sentAt }),
    ...(failing && { failing }),
  };
  if (channel !== "webhook" || run === undefined || hasSucceeded(run)) return notified;
  if (sentAt === undefined) return { ...notified, ...(alarm && { alarm }) };
  return { ...notified, alarm: { job: run.job, end: run.end, at: sentAt } };
}
