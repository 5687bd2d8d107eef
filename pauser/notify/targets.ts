import { CHANNELS, type Channel } from "../../restore-points/notifications";
import { NOTIFY_VARIABLES, type NotifySettings, OTLP_HEADERS_VARIABLE } from "./settings";

/** Where a channel's requests go. */
export interface Target {
  channel: Channel;
  url: URL;
  headers: Record<string, string>;
  /** Replaces everything in a text that is secret of this target. */
  redact(text: string): string;
}

/** A channel that cannot be used, and why. */
export interface BadTarget {
  channel: Channel;
  problem: string;
}

type Variables = Record<string, string | undefined>;

/** The channels of the settings, with their URLs from the environment. A bad one must not stop a pause: it is reported like a failure. */
export function readTargets({ channels }: NotifySettings, env: Variables): (Target | BadTarget)[] {
  return CHANNELS.flatMap((channel) => {
    const from = channels[channel];
    return from === undefined ? [] : [readTarget(channel, from, env)];
  });
}

function readTarget(channel: Channel, from: string, env: Variables): Target | BadTarget {
  // A Secret made of a file often ends with a newline.
  const text = env[NOTIFY_VARIABLES[channel]]?.trim();
  if (!text) return { channel, problem: `${from} is missing or empty` };
  // Not the value: it may be a secret.
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return { channel, problem: `${from} is not an http or https URL` };
  const url = new URL(text);
  const headers: Record<string, string> = {};
  if (channel === "otlp") {
    const read = readHeaders(env[OTLP_HEADERS_VARIABLE] ?? "");
    if (read === undefined)
      return { channel, problem: "the headers of pause.notify.otlp are not of the form key=value,key=value" };
    Object.assign(headers, read);
  }
  const { username, password } = url;
  if (username || password) {
    const pair = `${decoded(username)}:${decoded(password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  const secrets = secretsOf(url, headers);
  url.username = "";
  url.password = "";
  return { channel, url, headers, redact: (redacted) => redactAll(redacted, secrets) };
}

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
function readHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const pair of text.split(",").map((each) => each.trim())) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const [name, value] = [pair.slice(0, equals).trim().toLowerCase(), decoded(pair.slice(equals + 1).trim())];
    // What HTTP allows: a token, and no control characters.
    if (equals < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) return undefined;
    headers[name] = value;
  }
  return headers;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Shorter parts of a path are words such as `api`, and say nothing. */
const SECRET_CHARACTERS = 8;

function secretsOf(url: URL, headers: Record<string, string>): string[] {
  const { href, pathname, search, username, password, searchParams } = url;
  // A server may repeat the token of "Bearer <token>" alone.
  const values = Object.values(headers).flatMap((value) => [value, ...value.split(/[\s,;=]+/)]);
  const parts = [...pathname.split("/"), ...searchParams.values(), ...values];
  return [
    href,
    `${pathname}${search}`,
    password,
    username,
    ...parts.filter(({ length }) => length >= SECRET_CHARACTERS),
  ]
    .flatMap((part) => [part, decoded(part)])
    .filter(({ length }) => length > 1)
    .sort((a, b) => b.length - a.length);
}

function redactAll(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
}
