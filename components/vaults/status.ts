/** What a vault keeps of one database by one rule. */
export interface VaultCopies {
  database: string;
  rule: string;
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
  cloud: string;
  name: string;
  /** The region or location. */
  region: string;
  protectedBy: string;
  /** What a destroy of the stack leaves. */
  onDestroy: string;
  copies: VaultCopies[];
  /** The databases on its cloud that the vault keeps nothing of, and why. */
  keepsNothingOf?: { database: string; because: string }[];
}

export const PER_DATABASE = "per-database copy, not a restore point of the set";
export const CONSISTENT = "consistent by itself: the set is one relational database";
