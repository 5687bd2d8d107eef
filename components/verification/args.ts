import { z } from "zod";
import type { Problem } from "../problem";
import type { Shape } from "../schema-tools";
import { type CheckArgs, checkSchema, type ScanArgs, scanSchema } from "./job-args";

/** How a restore's copies are verified by ScalarDB's own coordinator. */
export interface VerifyArgs {
  /**
   * Whether the coordinator is restored before and after the data, and compared. Defaults to true where the coordinator is in
   * DynamoDB or Cosmos DB. True given explicitly refuses a restore whose copies cannot be verified this way.
   */
  enabled?: boolean;
  /** In addition, reads all records of the copies by ScalarDB itself, in a Job. It needs the releases' present properties. */
  scan?: ScanArgs;
  /** Finishes what unfinished transactions left, once the copies are accepted. Needs `scan`. Defaults to false. */
  repair?: boolean;
  /** A Job of yours that checks the copies, once they are accepted. It needs the releases' present properties. */
  check?: CheckArgs;
}

/** Describes `VerifyArgs`. */
export const verifySchema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe(
        "Whether ScalarDB's coordinator is restored once more, before and after the data, and compared. Defaults to true where it is in DynamoDB or Cosmos DB; true given explicitly refuses a restore that cannot be verified.",
      ),
    scan: scanSchema.optional(),
    repair: z
      .boolean()
      .optional()
      .describe(
        "True: once the copies are accepted, what unfinished transactions left is finished by ScalarDB, in a Job like the scan's. Defaults to false.",
      ),
    check: checkSchema.optional(),
  } satisfies Shape<VerifyArgs>)
  .meta({ examples: [{ enabled: true }] })
  .describe("How the copies are verified before anything depends on them");

/** A restore's keys that the acceptance of unproven copies has to do with. */
interface Accepting {
  at?: string;
  verify?: VerifyArgs;
  acceptUnproven?: string;
}

/** What is wrong with an acceptance of copies that are not proven. Paths begin at the restore's own root. */
export function acceptUnprovenProblems({ at, verify, acceptUnproven: accepted }: Accepting): Problem[] {
  if (accepted === undefined || at === undefined) return [];
  if (accepted !== at)
    return [
      {
        path: "acceptUnproven",
        message: `"${accepted}" is not the instant of "at" ("${at}"); repeat that very text to accept copies that are not proven to fit together, or remove this key`,
      },
    ];
  if (verify?.enabled === false)
    return [
      {
        path: "acceptUnproven",
        message: 'is set in addition to "verify: { enabled: false }", which verifies nothing; remove one of the two',
      },
    ];
  return [];
}
