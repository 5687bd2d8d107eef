import type { BracketFacts } from "../restore-points/verification/facts";

/** What an operation has found about a coordinator's two copies, and when. */
export interface VerifiedBracket extends BracketFacts {
  /** RFC 3339, UTC, whole seconds. */
  verifiedAt: string;
}
