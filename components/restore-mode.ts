/** What the copies of a restore are for. */
export const RestoreMode = {
  /** Temporary copies, which are removed with the restore. */
  Drill: "drill",
  /** Permanent copies, which are protected against deletion. */
  Recovery: "recovery",
} as const;

export type RestoreMode = (typeof RestoreMode)[keyof typeof RestoreMode];
