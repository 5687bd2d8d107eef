import type { ClusterClient } from "../kubernetes/client";
import type { JournalFile } from "./journal";
import type { ReleaseLocks } from "./locks";
import type { ClusterReleases } from "./stoppable-pods";

/** What the steps in one cluster work with. */
export interface ClusterContext {
  cluster: ClusterReleases;
  client: ClusterClient;
  journal: JournalFile;
  locks: ReleaseLocks;
  limitMillis: number;
}

export const POLL_MILLIS = 5_000;

/** Something that scales a Deployment back so often goes on doing it. */
export const MAX_REPEATS = 5;
