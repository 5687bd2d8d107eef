import { messageOf } from "./error-message";
import { instantAt, isObject, objectAt, optionalAt, type Reader, textAt } from "./shape";

/** The ConfigMap's key under which the pauser keeps what it has reported, and how that went. */
export const NOTIFICATIONS_KEY = "notifications.json";

/** Where the pauser may report a run: the keys of `pause.notify`. */
export const CHANNELS = ["webhook", "heartbeat", "pushgateway", "otlp"] as const;

export type Channel = (typeof CHANNELS)[number];

/** What the pauser knows of one channel. Instants in RFC 3339, UTC. */
export interface ChannelState {
  /** The newest run whose report it has accepted, or does not need. */
  run?: string;
  /** When it last accepted a request. */
  acceptedAt?: string;
  /** Since when requests to it fail, and why the last one did; absent while they are accepted. */
  failing?: { since: string; problem: string };
  /** The last failure that it has accepted, until it accepts a success. */
  alarm?: { job: string; end: string; at: string };
}

export type Notifications = Partial<Record<Channel, ChannelState>>;

/** Longer texts were not written by the pauser. */
const MAX_READ_BYTES = 16_384;
/** A problem is cut off after so many characters. */
export const MAX_PROBLEM_CHARACTERS = 400;

const SCHEMA_VERSION = 1;

/** Reads the text under `NOTIFICATIONS_KEY`. Never throws: a damaged text counts as none, and the next report replaces it. */
export function readNotifications(json: string | undefined): { notifications: Notifications; malformed?: string } {
  if (json === undefined) return { notifications: {} };
  try {
    if (Buffer.byteLength(json) > MAX_READ_BYTES) throw new Error(`is longer than ${MAX_READ_BYTES} bytes`);
    const value: unknown = JSON.parse(json);
    const channels = isObject(value) && value.schemaVersion === SCHEMA_VERSION ? value.channels : undefined;
    const states = objectAt(channels, "channels");
    const known = CHANNELS.filter((channel) => states[channel] !== undefined);
    return {
      notifications: Object.fromEntries(known.map((channel) => [channel, stateAt(states[channel], channel)])),
    };
  } catch (error) {
    return {
      notifications: {},
      malformed: `what was reported (${NOTIFICATIONS_KEY}) cannot be read: ${messageOf(error)}`,
    };
  }
}

export function writeNotifications(channels: Notifications): string {
  return JSON.stringify({ schemaVersion: SCHEMA_VERSION, channels });
}

/** What keeps reports from arriving, each with the fix. */
export function notificationProblems(json: string | undefined, configured: readonly Channel[]): string[] {
  if (configured.length === 0) return [];
  const { notifications, malformed } = readNotifications(json);
  return [
    ...(malformed === undefined ? [] : [`${malformed}; the next report replaces it`]),
    ...configured.flatMap((channel) => {
      const failing = notifications[channel]?.failing;
      return failing === undefined
        ? []
        : [`pause.notify.${channel} has accepted no report of the pauser since ${failing.since}: ${failing.problem}`];
    }),
  ];
}

const stateAt: Reader<ChannelState> = (value, path) => {
  const state = objectAt(value, path);
  return {
    ...optionalAt(state, "run", path, lineAt),
    ...optionalAt(state, "acceptedAt", path, instantAt),
    ...optionalAt(state, "failing", path, (failing, at) => {
      const { since, problem } = objectAt(failing, at);
      return { since: instantAt(since, `${at}.since`), problem: lineAt(problem, `${at}.problem`) };
    }),
    ...optionalAt(state, "alarm", path, (alarm, where) => {
      const { job, end, at } = objectAt(alarm, where);
      return {
        job: lineAt(job, `${where}.job`),
        end: lineAt(end, `${where}.end`),
        at: instantAt(at, `${where}.at`),
      };
    }),
  };
};

/** A text for a terminal: control characters in external data could overwrite what the user reads. */
const lineAt: Reader<string> = (value, path) => textAt(value, path).replace(/\p{Cc}+/gu, " ");
