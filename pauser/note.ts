import { isIP } from "node:net";
import { isObject } from "../restore-points/shape";
import type { ScalarPod } from "./scalar-pod";

/** The ConfigMap's key that holds the note of an unfinished run, as JSON. */
export const UNFINISHED_KEY = "unfinished-run.json";

/** No run takes longer, with any settings. */
export const LONGEST_RUN_MILLIS = 4 * 3_600_000;

/** By how much another node's clock may be ahead. */
const CLOCK_SLACK_MILLIS = 5 * 60_000;

/** A pod in a note. */
export type NotedPod = Pick<ScalarPod, "namespace" | "release" | "name" | "uid" | "address" | "port" | "restarts">;

/** Written before anything is paused, so that a later run knows which pods may have been left paused. */
export interface UnfinishedRun {
  schemaVersion: 1;
  /** The run's id: only the run that owns the note may record a window. */
  run: string;
  /** The Job of which the run is a try; absent outside a cluster. */
  job?: string;
  /** The pauser's own pod; absent outside a cluster. */
  pod?: { namespace: string; name: string };
  /** RFC 3339, UTC. */
  startedAt: string;
  /** When the run has ended at the latest. RFC 3339, UTC. */
  endsBy: string;
  pods: NotedPod[];
}

/**
 * A note as read from the ConfigMap. Any account that may update the ConfigMap can write a note, so every field is
 * checked.
 */
export interface FoundNote {
  /** The note's text in the ConfigMap, which identifies it. */
  text: string;
  /** The pods that can be unpaused by it. */
  pods: NotedPod[];
  /** The note's problems, each with its path. */
  problems: string[];
  job?: string;
  pod?: { namespace: string; name: string };
  startedAt?: string;
  /** Until when the run may still be running, epoch milliseconds; 0 if the note's instants are not credible. */
  endsBy: number;
}

export function readNote(text: string, now: number): FoundNote {
  const problems: string[] = [];
  const note = parse(text, problems);
  const pods = Array.isArray(note.pods) ? note.pods : [];
  if (note.pods !== undefined && !Array.isArray(note.pods)) problems.push("pods is not a list");
  if (note.schemaVersion !== 1 && problems.length === 0)
    problems.push(`schemaVersion ${JSON.stringify(note.schemaVersion)} is unknown, expected 1`);
  return {
    text,
    pods: pods.flatMap((pod, index) => readPod(pod, `pods[${index}]`, problems) ?? []),
    problems,
    ...(typeof note.job === "string" && { job: note.job }),
    ...pauserPod(note.pod, problems),
    ...readTimes(note, now, problems),
  };
}

function parse(text: string, problems: string[]): Record<string, unknown> {
  try {
    const note: unknown = JSON.parse(text);
    if (isObject(note)) return note;
  } catch {
    // Reported below, like any other text that is not a note.
  }
  problems.push("it is not a JSON object");
  return {};
}

function readTimes(
  { startedAt, endsBy }: Record<string, unknown>,
  now: number,
  problems: string[],
): Pick<FoundNote, "startedAt" | "endsBy"> {
  const start = Date.parse(String(startedAt));
  const end = Date.parse(String(endsBy));
  const credible = start <= now + CLOCK_SLACK_MILLIS && end >= start && end - start <= LONGEST_RUN_MILLIS;
  if (credible) return { startedAt: String(startedAt), endsBy: end };
  problems.push(
    `startedAt ${JSON.stringify(startedAt)} and endsBy ${JSON.stringify(endsBy)} are not the instants of a run: a run starts in the past and takes up to ${LONGEST_RUN_MILLIS / 3_600_000} h`,
  );
  return { endsBy: 0 };
}

function pauserPod(value: unknown, problems: string[]): Pick<FoundNote, "pod"> {
  if (value === undefined) return {};
  if (isObject(value) && isName(value.namespace) && isName(value.name))
    return { pod: { namespace: value.namespace, name: value.name } };
  problems.push(`pod ${JSON.stringify(value)} is not a pod's namespace and name`);
  return {};
}

function readPod(value: unknown, path: string, problems: string[]): NotedPod | undefined {
  const { namespace, release, name, uid, address, port, restarts } = isObject(value) ? value : {};
  const wrong = (field: string, found: unknown, expected: string) => {
    problems.push(`${path}.${field} ${JSON.stringify(found)} is not ${expected}`);
    return undefined;
  };
  if (!isName(namespace)) return wrong("namespace", namespace, "a Kubernetes name");
  if (!isName(release)) return wrong("release", release, "a Kubernetes name");
  if (!isName(name)) return wrong("name", name, "a Kubernetes name");
  if (typeof uid !== "string") return wrong("uid", uid, "a text");
  if (typeof address !== "string" || isIP(address) === 0) return wrong("address", address, "an IP address");
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535)
    return wrong("port", port, "a port from 1 to 65535");
  return { namespace, release, name, uid, address, port, restarts: typeof restarts === "number" ? restarts : 0 };
}

/** What Kubernetes allows as names of pods and namespaces: the names become parts of request paths. */
function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value);
}

export function notePods(pods: NotedPod[]): NotedPod[] {
  return pods.map(({ namespace, release, name, uid, address, port, restarts }) => ({
    namespace,
    release,
    name,
    uid,
    address,
    port,
    restarts,
  }));
}
