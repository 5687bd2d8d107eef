import { CHANNELS, type Channel } from "../../restore-points/notifications";
import { objectAt, textAt } from "../fields";

/** The environment variables that hold what is secret of each channel; the CronJob takes them from Kubernetes Secrets. */
export const NOTIFY_VARIABLES = {
  webhook: "PAUSER_WEBHOOK_URL",
  heartbeat: "PAUSER_HEARTBEAT_URL",
  pushgateway: "PAUSER_PUSHGATEWAY_URL",
  otlp: "PAUSER_OTLP_ENDPOINT",
} as const satisfies Record<Channel, string>;

/** Headers for the OTLP endpoint, in the format of OTEL_EXPORTER_OTLP_HEADERS: `key=value,key=value`. */
export const OTLP_HEADERS_VARIABLE = "PAUSER_OTLP_HEADERS";

/** Which runs the webhook reports. */
const WHEN = ["failure", "always"] as const;
export type When = (typeof WHEN)[number];

/** The part of `PAUSER_SETTINGS` about reports: nothing in it is secret. */
export interface NotifySettings {
  /** The Pulumi stack's name. */
  stack: string;
  /** The CronJob's name. */
  schedule: string;
  /** The channels in use, and for each what holds its URL, for messages: `pause.notify.webhook.url`. */
  channels: Partial<Record<Channel, string>>;
  when: When;
  /** A CA whose certificates the channels may have, in PEM, besides the public ones. */
  caCertificate?: string;
}

/** How long a report may take at the end of a run, in seconds. */
export const NOTIFY_SECONDS = {
  /** To read the record. */
  read: 5,
  /** For each of two steps: all other channels, then the webhook, whose message says which of them fail. */
  send: 10,
  /** To write the record. */
  write: 5,
};

/** The same while pods may still be paused, with all channels in one step: the next try, which unpauses them, begins only after it. */
export const HURRIED_NOTIFY_SECONDS = { read: 1, send: 3, write: 1 };

/** By how much reports may prolong a run, in seconds. */
export const NOTIFY_TOTAL_SECONDS = NOTIFY_SECONDS.read + 2 * NOTIFY_SECONDS.send + NOTIFY_SECONDS.write;

export function readNotify(value: unknown, problems: string[]): NotifySettings {
  const path = "notify";
  const fields = objectAt(value, path, ["stack", "schedule", "channels", "when", "caCertificate"], problems) ?? {};
  const channels = objectAt(fields.channels, `${path}.channels`, [...CHANNELS], problems) ?? {};
  const when = WHEN.find((each) => each === fields.when);
  if (when === undefined)
    problems.push(`${path}.when: one of ${WHEN.join(", ")} is expected, got ${JSON.stringify(fields.when)}`);
  const used = CHANNELS.filter((channel) => channels[channel] !== undefined);
  return {
    stack: textAt(fields.stack, `${path}.stack`, problems),
    schedule: textAt(fields.schedule, `${path}.schedule`, problems),
    channels: Object.fromEntries(
      used.map((channel) => [channel, textAt(channels[channel], `${path}.channels.${channel}`, problems)]),
    ),
    when: when ?? "failure",
    ...(fields.caCertificate !== undefined && {
      caCertificate: textAt(fields.caCertificate, `${path}.caCertificate`, problems),
    }),
  };
}
