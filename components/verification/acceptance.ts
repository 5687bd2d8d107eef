import * as pulumi from "@pulumi/pulumi";
import type { VerifiedBracket } from "../../operations/verified-bracket";
import { formatInstant, instantMillis } from "../../restore-points/instant";
import type { ScanFacts } from "../../restore-points/verification/facts";
import { isProven, scanProblems, Verdict, verdictOf } from "../../restore-points/verification/verdict";
import { internalsOf } from "../left-out";
import { endProgram } from "../problem";
import type { ScalarRestoreArgs } from "../restore-args";
import { RestoreMode } from "../restore-mode";
import { settingName } from "../where-to-set";
import type { RestoreVerification } from "./restore-verification";

/** What a restore accepts, and where its messages go. */
export interface Acceptance extends Pick<ScalarRestoreArgs, "at" | "mode" | "verify" | "acceptUnproven" | "quietGap"> {
  /** Whether copies that may be broken are accepted. */
  acceptInconsistent: boolean;
  /** Other instants to try, as text. */
  alternatives: pulumi.Output<string>;
  /** Shows the plan in a preview. */
  show(plan: string): void;
  warn(message: string): void;
}

/** What was found about copies. */
export interface Found {
  brackets: pulumi.Output<VerifiedBracket[]>;
  /** Why coordinators were not compared, as sentences. */
  reasons: pulumi.Output<string[]>;
  /** What a scan of the records has found, if there was one. */
  scan: pulumi.Output<ScanFacts | undefined>;
  /** Present for one relational database: its copy is consistent by the database's own recovery. */
  ownRecovery?: string;
  /** Whether the ScalarDB properties of all releases were given, so that `reasons` has what is wrong with them. */
  settingsRead?: boolean;
  /** The releases that run no transactions, as text. */
  withoutTransactions?: readonly string[];
}

/** The verdict, known once it is accepted. */
export function accepted(
  { brackets, reasons, scan, ownRecovery, settingsRead, withoutTransactions }: Found,
  instant: string,
  acceptance: Acceptance,
): pulumi.Output<RestoreVerification> {
  // This is known before anything is created, so a request that cannot be met ends the preview.
  const known = reasons.apply(async (unproven): Promise<string[]> => {
    if (unproven.length === 0) return unproven;
    const cannot = `the copies of ${instant} cannot be verified: ${unproven.join("; ")}`;
    if (acceptance.quietGap)
      return endProgram(
        `${settingName("restore.quietGap")}: ${cannot}. Without that, nothing speaks for an instant outside of pause windows. Other restore points: see "npm run restore-points"`,
      );
    if (acceptance.verify?.enabled === true && !acceptsUnproven(acceptance))
      return endProgram(
        `${settingName("restore.verify.enabled")}: ${cannot}. ${acceptanceFix(acceptance)}, or remove "enabled"`,
      );
    // The verdict itself warns once there is something that was compared: in a preview, before any copy exists, it is not known.
    if (pulumi.runtime.isDryRun() && !(await internalsOf(pulumi.all([brackets, scan])).isKnown))
      acceptance.warn(`${cannot}. ${withoutProof(acceptance)}`);
    return unproven;
  });
  return pulumi
    .all([brackets, known, scan, acceptance.alternatives])
    .apply(async ([found, unproven, scanned, alternatives]) => {
      const verification = verdictOf({
        instant,
        brackets: found,
        unproven,
        ...(scanned && { scan: scanned }),
        ...(ownRecovery !== undefined && { ownRecovery }),
        ...(acceptance.quietGap && { quietGap: true }),
        ...(settingsRead && { settingsRead }),
        ...(withoutTransactions && { withoutTransactions }),
      });
      const problem = problemOf(verification, { brackets: found, scan: scanned }, acceptance, alternatives);
      if (problem !== undefined && !problem.acceptable) return endProgram(problem.message);
      if (problem !== undefined) acceptance.warn(problem.message);
      const read = scanned?.present?.map(({ readAt }) => formatInstant(instantMillis(readAt))) ?? [];
      const times = [...found.map(({ verifiedAt }) => verifiedAt), ...read].sort();
      const verifiedAt = times.at(-1);
      return { ...verification, ...(verifiedAt !== undefined && { verifiedAt }) };
    });
}

function acceptsUnproven({ acceptUnproven, acceptInconsistent }: Acceptance): boolean {
  return acceptUnproven !== undefined || acceptInconsistent;
}

function acceptanceFix({ at }: Acceptance): string {
  return `To accept them all the same, set restore.acceptUnproven to "${at}"`;
}

/** What copies without a proof are good for. */
function withoutProof(acceptance: Acceptance): string {
  const isRecovery = acceptance.mode === RestoreMode.Recovery;
  // A switch-over takes no other key's word (switched.ts).
  if (acceptance.acceptUnproven !== undefined || (acceptance.acceptInconsistent && !isRecovery))
    return "The configuration accepts them all the same";
  if (!isRecovery) return "The copies will be there, but the drill will not have passed";
  return `They replace production only if restore.acceptUnproven is "${acceptance.at}"`;
}

/** What is wrong with a verdict, and whether it is accepted. */
function problemOf(
  verification: RestoreVerification,
  { brackets, scan }: { brackets: readonly VerifiedBracket[]; scan: ScanFacts | undefined },
  acceptance: Acceptance,
  alternatives: string,
): { message: string; acceptable: boolean } | undefined {
  const { verdict, instant, because, witnesses } = verification;
  if (isProven(verdict)) return undefined;
  const evidence = witnesses.length > 0 ? ` Evidence: ${witnesses.join("; ")}.` : "";
  if (verdict === Verdict.Refused) {
    const drill = acceptance.mode !== RestoreMode.Recovery;
    const message = `${settingName("restore.at")}: the copies of ${instant} are refused, because they do not fit together: ${because.join("; ")}.${evidence} ${
      drill
        ? `The copies stay for inspection until "restore" is removed. Other restore points: ${alternatives}`
        : `Do not use these copies. Restore another restore point: ${alternatives}`
    }`;
    return { message, acceptable: acceptance.acceptInconsistent };
  }
  const text = `the copies of ${instant} are not proven to fit together: ${because.join("; ")}.${evidence}`;
  if (acceptance.quietGap)
    return {
      message: `${settingName("restore.quietGap")}: ${text} Without a proof, nothing speaks for an instant outside of pause windows; other restore points: ${alternatives}`,
      acceptable: false,
    };
  if (acceptsUnproven(acceptance))
    return { message: `USING COPIES THAT ARE NOT PROVEN, as the configuration demands: ${text}`, acceptable: true };
  // What was known before it was compared is no failure of the comparison: nothing was asked for that could not be given.
  const compared =
    scanProblems(scan).unproven.length > 0 ||
    (brackets.length + (scan?.present?.length ?? 0) > 0 &&
      verdictOf({ instant, brackets, unproven: [], ...(scan && { scan }) }).verdict === Verdict.Unproven);
  if (!compared) return { message: text, acceptable: true };
  const message = `${settingName("restore.at")}: ${text} ${acceptanceFix(acceptance)}; other restore points: ${alternatives}`;
  return { message, acceptable: false };
}
