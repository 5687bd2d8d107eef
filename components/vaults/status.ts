/** What a vault keeps of one database by one rule. */
export interface VaultCopies {
  /** The database's name in the set. */
  database: string;
  /** The rule's name. */
  rule: string;
  /** The rule's schedule and time zone, as text. */
  schedule: string;
  /** As text: how long, and where else. */
  kept: string;
  /** What such a copy is worth for a restore of the set. */
  consistency: string;
  /** Why no more copies are made, with the fix; absent while they are. */
  amiss?: string;
  /** How it comes back, where that is not by `pulumi up`. */
  restoredBy?: string;
}

/** A vault and what is in it. */
export interface VaultStatus {
  /** `aws` or `azure`. */
  cloud: string;
  /** The vault's name. */
  name: string;
  /** The region or location. */
  region: string;
  /** What keeps recovery points from being deleted, as text. */
  protectedBy: string;
  /** What a destroy of the stack leaves. */
  onDestroy: string;
  /** What the vault keeps of each database. */
  copies: VaultCopies[];
  /** The databases on its cloud that the vault keeps nothing of, and why. */
  keepsNothingOf?: {
    /** The database's name in the set. */
    database: string;
    /** Why, as text. */
    because: string;
  }[];
}

export const PER_DATABASE = "per-database copy, not a restore point of the set";
export const CONSISTENT = "consistent by itself: the set is one relational database";
