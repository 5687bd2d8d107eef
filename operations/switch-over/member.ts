import type { Say } from "./progress";

export type { Say } from "./progress";

/** Who answers under a production name. */
export type Holder =
  /** The database that is to be replaced. */
  | "source"
  /** The same, on its way out: it may still take writes. */
  | "closing"
  | "nothing"
  /** The copy, which is not complete yet. */
  | "opening"
  | "copy"
  /** Something that is neither: as text, for the message that ends the operation. */
  | { other: string };

/** A production name, and who answers under it now. */
export interface NameState {
  /** A name for messages: `DynamoDB table ledger.accounts`. */
  label: string;
  holder: Holder;
}

/** To be called before changes. @throws {Error} when another process may be working on the same set */
export type Guard = () => Promise<void>;

/** One database of a set, as a switch-over works on it. Each step looks before it changes, so that it can be repeated. */
export interface Member {
  /** The database's name in the set. */
  readonly name: string;
  /**
   * Finds source and copies, and what keeps them from changing names, each with the way out. It changes nothing, and comes
   * before the other steps.
   */
  problems(): Promise<string[]>;
  /** Marks copies with what they replace, and has backups made that names are opened from. Pods may still run. */
  prepare(say: Say): Promise<void>;
  /** Who answers under each of its names. */
  look(): Promise<NameState[]>;
  /** Takes the names from the sources. Ends when no source answers under one. No pod may run. */
  close(say: Say): Promise<void>;
  /** Gives the names to the copies. Ends when each answers, complete. No source of the whole set may answer. */
  open(say: Say): Promise<void>;
  /** Takes the marks of `prepare` away. Every name is the source's. */
  unmark(say: Say): Promise<void>;
  /** Marks the copies as switched over, with the time (RFC 3339, UTC). Pods run again. */
  finish(time: string, say: Say): Promise<void>;
  /** The host name, or the region of tables, by which it is reached. Known after `finish`. */
  endpoint(): string;
  /** What is kept of what was replaced, with the command that removes it. */
  kept(): string[];
}
