import type { Verification } from "../../restore-points/verification/verdict";

/** Whether the copies of a restore fit together, how that is known, and when it was found. */
export interface RestoreVerification extends Verification {
  /** When the coordinator's copies were compared. RFC 3339, UTC, whole seconds. Absent where nothing was compared. */
  verifiedAt?: string;
}
