import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../restore-points/error-message";
import { DEFAULT_CLUSTER } from "../restore-points/window";
import { boundedAt, objectAt, textAt } from "./fields";
import { type NotifySettings, readNotify } from "./notify/settings";
import { readWindowBackups, type WindowBackupSettings } from "./window-backups/settings";

/**
 * The pauser's inputs: only environment variables, so that the same file runs in a CronJob's pod and on a workstation.
 * README.md in this folder documents each of them.
 */

/** TLS settings for the pods of one release. */
export interface TlsSettings {
  /** The CA that signed the pods' certificates, PEM. Node's own roots when absent. */
  caCertificate?: string;
  /** The name to expect in the pods' certificates, since pods are addressed by IP. */
  overrideAuthority?: string;
}

export interface ReleaseSettings {
  namespace: string;
  /** The Helm release's name. */
  name: string;
  /** Where its pods serve the admin interface, if not on the port that the headless Service names. */
  adminPort?: number;
  tls?: TlsSettings;
}

/** What `PAUSER_SETTINGS` holds as JSON. */
export interface Settings {
  /** The cluster's name in recorded windows. */
  cluster: string;
  /** The ConfigMap that keeps the windows and the note of an unfinished run. It must exist. */
  record: { namespace: string; name: string };
  releases: ReleaseSettings[];
  holdSeconds: number;
  /** How long a pod may take to finish its running requests. */
  maxDrainSeconds: number;
  /** A window that is shorter, after subtracting the clocks' difference at either end, is void: it would be no restore point. 0 records every window.
   */
  minWindowSeconds: number;
  /** How long unpausing is retried before the run gives up and names the pods. */
  unpauseDeadlineSeconds: number;
  /** How long the API server may be unavailable before a step that needs it fails. */
  apiDeadlineSeconds: number;
  /** A clock that provably differs more from the API server's voids the window. */
  maxClockOffsetMillis: number;
  /**
   * The longest time in the window between two answers of a pod that it is paused; a note must be less than twice as
   * old when its pods are paused.
   */
  maxBlindMillis: number;
  /** Windows older than this many days are removed from the record. */
  retentionDays: number;
  /**
   * For a set that spans clusters: pause this many seconds after the scheduled instant, and hold until the drain
   * budget and the hold have passed since, so that the clusters' windows overlap. 0: pause at once.
   */
  rendezvousSeconds: number;
  /** Before pausing, wait so that a whole minute lies near the window's middle. */
  alignToMinute: boolean;
  /** DynamoDB backups to make in windows; absent if none are. */
  windowBackups?: WindowBackupSettings;
  /** Where runs are reported; absent if nowhere. */
  notify?: NotifySettings;
}

export interface Environment {
  settings: Settings;
  apiServer: URL;
  /** Contains `token`, and `ca.crt` if the API server uses https. */
  serviceAccountDirectory: string;
  /** The pod that this process runs in. Absent outside a cluster. */
  pod?: { namespace: string; name: string; uid?: string };
  /** The Job of which this process is a try. Its name ends with the scheduled minute. Absent outside a cluster. */
  jobName?: string;
  jobUid?: string;
}

/** Inclusive bounds of the numbers; the components that write these settings use them, too. */
export const BOUNDS = {
  holdSeconds: { default: 10, min: 0, max: 600 },
  maxDrainSeconds: { default: 30, min: 1, max: 600 },
  minWindowSeconds: { default: 5, min: 0, max: 600 },
  unpauseDeadlineSeconds: { default: 60, min: 1, max: 600 },
  apiDeadlineSeconds: { default: 30, min: 1, max: 600 },
  maxClockOffsetMillis: { default: 1000, min: 100, max: 60_000 },
  maxBlindMillis: { default: 1000, min: 500, max: 60_000 },
  retentionDays: { default: 35, min: 1, max: 3650 },
  rendezvousSeconds: { default: 0, min: 0, max: 600 },
} as const;

/** By how much clocks may differ at either end of a window whose hold is long enough, in seconds. */
const CLOCK_DOUBT_SECONDS = 0.5;

/** The shortest hold whose window becomes a restore point, as long as the clocks are half a second apart at most. */
export const MIN_HOLD_SECONDS = BOUNDS.minWindowSeconds.default + 2 * CLOCK_DOUBT_SECONDS;

type NumberKey = keyof typeof BOUNDS;

export const ADMIN_PORT = { default: 0, min: 1, max: 65_535 } as const;

const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

/** All problems of the environment at once. */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join("\n"));
  }
}

/** @throws SettingsError */
export function readEnvironment(env: Record<string, string | undefined>): Environment {
  const problems: string[] = [];
  const settings = readSettings(env.PAUSER_SETTINGS, problems);
  const apiServer = readApiServer(env, problems);
  if (Boolean(env.PAUSER_POD_NAME) !== Boolean(env.PAUSER_POD_NAMESPACE)) {
    problems.push("PAUSER_POD_NAME and PAUSER_POD_NAMESPACE: set both or neither");
  }
  const serviceAccountDirectory = env.PAUSER_SERVICE_ACCOUNT_DIRECTORY || SERVICE_ACCOUNT_DIRECTORY;
  if (apiServer?.protocol === "https:" && !existsSync(join(serviceAccountDirectory, "ca.crt"))) {
    problems.push(
      `PAUSER_SERVICE_ACCOUNT_DIRECTORY: no ca.crt in ${serviceAccountDirectory}, needed for ${apiServer.origin}`,
    );
  }
  if (settings?.rendezvousSeconds && !env.PAUSER_JOB_NAME) {
    problems.push("PAUSER_JOB_NAME: needed with rendezvousSeconds, because it contains the scheduled minute");
  }
  if (problems.length > 0 || settings === undefined || apiServer === undefined) throw new SettingsError(problems);
  return {
    settings,
    apiServer,
    serviceAccountDirectory,
    ...(env.PAUSER_POD_NAME &&
      env.PAUSER_POD_NAMESPACE && {
        pod: {
          namespace: env.PAUSER_POD_NAMESPACE,
          name: env.PAUSER_POD_NAME,
          ...(env.PAUSER_POD_UID && { uid: env.PAUSER_POD_UID }),
        },
      }),
    ...(env.PAUSER_JOB_NAME && { jobName: env.PAUSER_JOB_NAME }),
    ...(env.PAUSER_JOB_UID && { jobUid: env.PAUSER_JOB_UID }),
  };
}

function readApiServer(env: Record<string, string | undefined>, problems: string[]): URL | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const inCluster = host && `https://${host.includes(":") ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT || 443}`;
  const text = env.PAUSER_API_SERVER || inCluster;
  if (!text) {
    problems.push("PAUSER_API_SERVER: needed outside a cluster, such as http://127.0.0.1:8001 (kubectl proxy)");
    return undefined;
  }
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    problems.push(`PAUSER_API_SERVER: an http or https URL is expected, got ${JSON.stringify(text)}`);
    return undefined;
  }
  return new URL(text);
}

function readSettings(text: string | undefined, problems: string[]): Settings | undefined {
  if (!text) {
    problems.push("PAUSER_SETTINGS: missing; it holds the settings as JSON");
    return undefined;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    problems.push(`PAUSER_SETTINGS: not JSON: ${messageOf(error)}`);
    return undefined;
  }
  const known = ["cluster", "record", "releases", "alignToMinute", "windowBackups", "notify", ...Object.keys(BOUNDS)];
  const fields = objectAt(json, "PAUSER_SETTINGS", known, problems);
  if (fields === undefined) return undefined;

  const record = objectAt(fields.record, "record", ["namespace", "name"], problems) ?? {};
  const number = (key: NumberKey) => boundedAt(fields[key], key, BOUNDS[key], problems);
  const numbers = {
    holdSeconds: number("holdSeconds"),
    maxDrainSeconds: number("maxDrainSeconds"),
    minWindowSeconds: number("minWindowSeconds"),
    unpauseDeadlineSeconds: number("unpauseDeadlineSeconds"),
    apiDeadlineSeconds: number("apiDeadlineSeconds"),
    maxClockOffsetMillis: number("maxClockOffsetMillis"),
    maxBlindMillis: number("maxBlindMillis"),
    retentionDays: number("retentionDays"),
    rendezvousSeconds: number("rendezvousSeconds"),
  };
  const leastHold = numbers.minWindowSeconds + 2 * CLOCK_DOUBT_SECONDS;
  if (numbers.minWindowSeconds > 0 && numbers.holdSeconds < leastHold) {
    problems.push(
      `holdSeconds: at least ${leastHold} is expected, got ${numbers.holdSeconds}: a window of minWindowSeconds (${numbers.minWindowSeconds}) has to be left when the clocks' difference is taken off at either end`,
    );
  }
  if (fields.alignToMinute !== undefined && typeof fields.alignToMinute !== "boolean")
    problems.push(`alignToMinute: true or false is expected, got ${JSON.stringify(fields.alignToMinute)}`);
  if (numbers.rendezvousSeconds && fields.windowBackups !== undefined) {
    problems.push("windowBackups: not together with rendezvousSeconds, by which all clusters hold for the same time");
  }
  return {
    cluster: fields.cluster === undefined ? DEFAULT_CLUSTER : textAt(fields.cluster, "cluster", problems),
    record: {
      namespace: textAt(record.namespace, "record.namespace", problems),
      name: textAt(record.name, "record.name", problems),
    },
    releases: readReleases(fields.releases, problems),
    ...numbers,
    // All clusters of a rendezvous pause at the same fixed instant.
    alignToMinute: fields.alignToMinute === true && !numbers.rendezvousSeconds,
    ...(fields.windowBackups !== undefined && { windowBackups: readWindowBackups(fields.windowBackups, problems) }),
    ...(fields.notify !== undefined && { notify: readNotify(fields.notify, problems) }),
  };
}

function readReleases(value: unknown, problems: string[]): ReleaseSettings[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.push("releases: a list of at least one release is expected");
    return [];
  }
  const seen = new Set<string>();
  return value.map((item, index) => {
    const path = `releases[${index}]`;
    const fields = objectAt(item, path, ["namespace", "name", "adminPort", "tls"], problems) ?? {};
    const release: ReleaseSettings = {
      namespace: textAt(fields.namespace, `${path}.namespace`, problems),
      name: textAt(fields.name, `${path}.name`, problems),
    };
    if (fields.adminPort !== undefined)
      release.adminPort = boundedAt(fields.adminPort, `${path}.adminPort`, ADMIN_PORT, problems);
    if (fields.tls !== undefined) release.tls = readTls(fields.tls, `${path}.tls`, problems);
    const identity = `${release.namespace}/${release.name}`;
    if (seen.has(identity)) problems.push(`${path}: release ${identity} is listed twice`);
    seen.add(identity);
    return release;
  });
}

function readTls(value: unknown, path: string, problems: string[]): TlsSettings {
  const fields = objectAt(value, path, ["caCertificate", "overrideAuthority"], problems) ?? {};
  const tls: TlsSettings = {};
  if (fields.caCertificate !== undefined) {
    tls.caCertificate = textAt(fields.caCertificate, `${path}.caCertificate`, problems);
    if (!tls.caCertificate.includes("-----BEGIN CERTIFICATE-----")) {
      problems.push(`${path}.caCertificate: a PEM certificate is expected`);
    }
  }
  if (fields.overrideAuthority !== undefined) {
    tls.overrideAuthority = textAt(fields.overrideAuthority, `${path}.overrideAuthority`, problems);
  }
  return tls;
}
