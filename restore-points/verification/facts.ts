import type { CopyDifferences, Rows } from "./compare";

/** A copy, and the instant that it is of. */
export interface CopyInstant {
  /** What was restored: a table, an account or a server. */
  name: string;
  /** By the cloud's own record of the restore. RFC 3339, UTC. Absent if there is none. */
  instant?: string;
  /** True if the cloud keeps no such record: then `instant` is what was asked for. */
  requested?: boolean;
}

/** What was found about one coordinator and the data that it decides about. Operations print it as JSON. */
export interface BracketFacts {
  /** The database that has the coordinator, by its name in the set. */
  database: string;
  /** The coordinator's table, such as `coordinator.state`. */
  table: string;
  early: CopyInstant;
  late: CopyInstant;
  /** The copies that hold data of this coordinator's transactions. */
  data: CopyInstant[];
  /** How the copies differ. Absent when they could not be read. */
  differences?: CopyDifferences;
  /** Why the copies could not be read, with the fix. */
  unread?: string;
}

/** Records that a scan found, at most 20 of them as examples. */
export interface FoundRecords {
  count: number;
  examples: FoundRecord[];
}

/** A record that is evidence. */
export interface FoundRecord {
  /** With its namespace: `ledger.accounts`. */
  table: string;
  /** Its primary key, as text. */
  key: string;
  /** The transaction that wrote it. */
  id: string;
}

/** What a scan of the copies' records found. The scan Job prints it as JSON. */
export interface ScanFacts {
  /** How many tables and records were read. */
  tables: number;
  records: number;
  /** COMMITTED by a transaction without a COMMITTED row in the early copy of the coordinator. */
  committedWithoutRow: FoundRecords;
  /** A value from before an unfinished transaction, which is about to return, by a transaction without a COMMITTED row. */
  beforeImageWithoutRow: FoundRecords;
  /** As the two above, but of transactions older than the oldest row: rows have been purged. */
  olderThanCoordinator: number;
  /** Records of unfinished transactions, which ScalarDB finishes when it reads them. */
  unfinished: number;
  /** Tables without ScalarDB's transaction metadata, about which nothing is known. */
  notCovered: string[];
  /** How the copied coordinators differ from the present ones, where those were read. */
  present?: PresentDifferences[];
}

/**
 * How the copy of a coordinator differs from the coordinator that it was restored from, and which goes on. Instants are by the clocks
 * of the pods that decided, RFC 3339, UTC.
 */
export interface PresentDifferences {
  /** The coordinator's table, such as `coordinator.state`. */
  table: string;
  rowsInCopy: number;
  /** Rows of the present coordinator that are about as new as the copy's newest commits, or newer. */
  rowsInPresent: number;
  /** The copy's newest commits, newest first. */
  newestCommits: Rows;
  /** Commits that only the present coordinator has, oldest first. */
  onlyInPresent: Rows;
  /** Rows of the copy that the present coordinator lacks. */
  missingInPresent: number;
  /** Rows that differ, which ScalarDB never does. */
  changed: number;
  unknownStates: number;
  /** The newest row of the present coordinator; absent without one. */
  newestInPresent?: string;
  /** When the present coordinator was read, by the reader's clock. RFC 3339, UTC. */
  readAt: string;
}

/** Evidence against the copies, and reasons why they are not proven. */
export interface Findings {
  refused: string[];
  unproven: string[];
  witnesses: string[];
}
