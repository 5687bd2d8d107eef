import { gunzipSync, gzipSync } from "node:zlib";
import { messageOf } from "../../restore-points/error-message";
import { instantAt, listAt, objectAt, ShapeError, textAt } from "../../restore-points/shape";
import { type ClusterClient, isConflict, isForbidden } from "../kubernetes/client";
import { type Fields, objectIn, textIn, textsIn } from "../kubernetes/fields";
import type { ReleaseAddress } from "../kubernetes/releases";
import type { JournalState } from "./stoppable-pods";

/** The ConfigMap of a cluster's journal, in the namespace of the release that was the first one when the switch-over began. */
export const JOURNAL_NAME = "scalar-switch-over";

export interface JournalledSchedule {
  namespace: string;
  name: string;
  /** Whether it was suspended before the switch-over: it then stays so. */
  suspended: boolean;
}

/** What one cluster's journal holds. */
export interface Journal {
  /** The restore point that the databases are switched over to; RFC 3339, UTC. */
  instant: string;
  state: JournalState;
  /** The releases whose pods it stops, as `namespace/name`. */
  releases: string[];
  /** Each Deployment's number of pods before it was stopped, by `namespace/name`. */
  replicas: Record<string, number>;
  schedules: JournalledSchedule[];
  notes: Record<string, string>;
}

/** A ConfigMap holds 1 MiB. The settings of a thousand tables are more, and much the same. */
const PLAIN_NOTES_CHARACTERS = 100_000;
/** The key of longer notes. */
const COMPRESSED_NOTES = "notes.json.gz";

const STATES: readonly JournalState[] = ["stopped", "starting", "started"];
/** Only this process writes this ConfigMap while it holds the Leases: more conflicts in a row are an error. */
const MAX_CONFLICTS = 10;

/** The journal of one cluster. */
export class JournalFile {
  readonly #client: ClusterClient;
  readonly #releases: readonly ReleaseAddress[];
  readonly #namespaces: readonly string[];
  /** Where one of these releases is recorded that is not complete. */
  #home: string | undefined;
  #lastUpdate: Promise<void> = Promise.resolve();

  /** @param releases At least one. */
  constructor(client: ClusterClient, releases: readonly ReleaseAddress[]) {
    this.#client = client;
    this.#releases = releases;
    this.#namespaces = [...new Set(releases.map(({ namespace }) => namespace))];
  }

  async read(): Promise<Journal | undefined> {
    await this.#find();
    const configMap = await this.#client.get(this.#path);
    return configMap && this.#parse(configMap);
  }

  /** In the middle of a switch-over, another release may have become the first one in the configuration. */
  async #find(): Promise<void> {
    if (this.#home !== undefined || this.#namespaces.length === 1) return;
    for (const namespace of this.#namespaces) {
      const configMap = await this.#readable(namespace);
      const journal = configMap && this.#parse(configMap);
      if (journal === undefined || journal.state === "started" || !isOf(journal, this.#releases)) continue;
      this.#home = namespace;
      return;
    }
  }

  async #readable(namespace: string): Promise<Fields | undefined> {
    try {
      return await this.#client.get(pathIn(namespace));
    } catch (error) {
      // A preview lists the rights that are missing.
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }

  /**
   * Replaces the journal by what `change` makes of it, or leaves it alone if that is undefined or the same.
   * `change` is called again when somebody else has changed the journal since it was read.
   */
  update(change: (current: Journal | undefined) => Journal | undefined): Promise<void> {
    // One at a time: all databases of a set may note something at once.
    const updated = this.#lastUpdate.then(() => this.#update(change));
    this.#lastUpdate = updated.catch(() => {});
    return updated;
  }

  async #update(change: (current: Journal | undefined) => Journal | undefined): Promise<void> {
    await this.#find();
    for (let conflicts = 0; ; conflicts += 1) {
      const configMap = await this.#client.get(this.#path);
      const next = change(configMap && this.#parse(configMap));
      if (next === undefined) return;
      const data = format(next);
      if (configMap !== undefined && sameTexts(textsIn(configMap, "data"), data)) return;
      try {
        await this.#write(configMap, data);
        return;
      } catch (error) {
        if (!isConflict(error) || conflicts === MAX_CONFLICTS) throw error;
      }
    }
  }

  /** For messages. */
  get name(): string {
    return `ConfigMap ${this.namespace}/${JOURNAL_NAME}`;
  }

  get namespace(): string {
    // Cast: there is a release.
    return this.#home ?? (this.#namespaces[0] as string);
  }

  get #path(): string {
    return pathIn(this.namespace);
  }

  async #write(configMap: Fields | undefined, data: Record<string, string>): Promise<void> {
    const kind = { apiVersion: "v1", kind: "ConfigMap" };
    if (configMap === undefined) {
      const metadata = { name: JOURNAL_NAME, namespace: this.namespace };
      await this.#client.create(collectionIn(this.namespace), { ...kind, metadata, data });
    } else {
      await this.#client.replace(this.#path, { ...configMap, ...kind, data });
    }
  }

  /** @throws {Error} when somebody has changed its texts by hand */
  #parse(configMap: Fields): Journal {
    const data = objectIn(configMap, "data");
    try {
      return {
        instant: instantAt(data.instant, "instant"),
        state: stateAt(data.state, "state"),
        releases: listAt(jsonAt(data, "releases"), "releases", textAt),
        replicas: countsAt(jsonAt(data, "replicas"), "replicas"),
        schedules: listAt(jsonAt(data, "schedules"), "schedules", scheduleAt),
        notes: textsIn({ notes: notesIn(data) }, "notes"),
      };
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new Error(
        `${this.name} does not hold a switch-over's journal: ${error.message}. It has the replica counts to return to: correct that key by hand; delete the ConfigMap only if no switch-over is in progress`,
      );
    }
  }
}

/** Whether it is the journal of a switch-over of these releases: the first releases of two sets can have the same namespace. */
export function isOf(journal: Journal, releases: readonly ReleaseAddress[]): boolean {
  return releases.some((release) => journal.releases.includes(`${release.namespace}/${release.name}`));
}

const collectionIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

const pathIn = (namespace: string): string => `${collectionIn(namespace)}/${JOURNAL_NAME}`;

function format({ instant, state, notes, ...others }: Journal): Record<string, string> {
  const texts = Object.entries(others).map(([key, value]) => [key, asJson(value)] as const);
  const text = asJson(notes);
  const compressed = text.length > PLAIN_NOTES_CHARACTERS && gzipSync(text).toString("base64");
  return {
    ...{ instant, state },
    ...Object.fromEntries(texts),
    ...(compressed ? { [COMPRESSED_NOTES]: compressed } : { notes: text }),
  };
}

const asJson = (value: unknown): string => JSON.stringify(value, undefined, 1);

/** @throws {ShapeError} when they are not what `format` has written */
function notesIn(data: Fields): unknown {
  const compressed = textIn(data, COMPRESSED_NOTES);
  if (compressed === undefined) return jsonAt(data, "notes");
  try {
    return JSON.parse(gunzipSync(Buffer.from(compressed, "base64")).toString());
  } catch (error) {
    throw new ShapeError(`${COMPRESSED_NOTES} is not JSON, compressed by gzip, in base64: ${messageOf(error)}`);
  }
}

function jsonAt(data: Fields, key: string): unknown {
  try {
    return JSON.parse(textIn(data, key) ?? "");
  } catch (error) {
    throw new ShapeError(`${key} is not JSON: ${messageOf(error)}`);
  }
}

function stateAt(value: unknown, path: string): JournalState {
  const state = STATES.find((each) => each === value);
  if (state === undefined) throw new ShapeError(`${path} must be one of ${STATES.join(", ")}, got ${value}`);
  return state;
}

function countsAt(value: unknown, path: string): Record<string, number> {
  const counts = Object.entries(objectAt(value, path)).map(([key, count]) => {
    if (typeof count === "number" && Number.isInteger(count) && count >= 0) return [key, count] as const;
    throw new ShapeError(`${path}.${key} must be a whole number, got ${JSON.stringify(count)}`);
  });
  return Object.fromEntries(counts);
}

function scheduleAt(value: unknown, path: string): JournalledSchedule {
  const fields = objectAt(value, path);
  return {
    namespace: textAt(fields.namespace, `${path}.namespace`),
    name: textAt(fields.name, `${path}.name`),
    suspended: fields.suspended === true,
  };
}

function sameTexts(one: Record<string, string>, other: Record<string, string>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
