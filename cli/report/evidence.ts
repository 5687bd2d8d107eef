import { z } from "zod";
import { parseInstant } from "../../restore-points/instant";

/** The clock or record that a time is from, with what it means for people. */
export const TIME_SOURCES = {
  engine: "an event of Pulumi's engine while it ran",
  state: "the stack's state: when Pulumi's engine recorded the resource, after its creation",
  history: "Pulumi's history of the stack's updates",
  operation: "printed by an operation of this program, by the clock of the machine that ran it",
  configuration: "the stack's configuration, where scalar-backup drill noted it",
  command: "the clock of the machine that ran scalar-backup",
  simulation: "the clock of a simulated cloud: no real cloud was involved",
} as const;

const instant = z
  .string()
  .refine((text) => typeof parseInstant(text) === "number", { error: "is no instant in RFC 3339" })
  .meta({ format: "date-time", description: "RFC 3339, UTC" });
const sources = Object.keys(TIME_SOURCES) as (keyof typeof TIME_SOURCES)[]; // Cast: Object.keys forgets the keys' types.

const known = z
  .strictObject({
    at: instant,
    source: z.enum(sources).describe(
      `Where the time is from. ${Object.entries(TIME_SOURCES)
        .map(([key, meaning]) => `${key}: ${meaning}`)
        .join("; ")}`,
    ),
  })
  .describe("A time that a record exists of");
const unknown = z
  .strictObject({ unknownBecause: z.string().describe("Why no record of it exists, as a sentence") })
  .describe("A time that nothing has recorded");
const time = z.union([known, unknown]).meta({ id: "time" });

const copy = z
  .strictObject({
    name: z.string().describe("The resource's logical name in the stack"),
    type: z.string().describe("Pulumi's type token"),
    role: z
      .enum(["copy", "completion", "verification"])
      .describe(
        "copy: holds the database's data; completion: sets what a restore drops; verification: proves that the copies fit together",
      ),
    begun: time.describe("When the engine asked the cloud for it"),
    ended: time.describe("When the engine had it"),
  })
  .meta({ id: "resource" });

const database = z.strictObject({
  name: z.string().describe("Its name in the set"),
  kind: z.string().describe("Such as `dynamodb` or `aurora-postgresql`"),
  requested: time.describe("When the first copy was asked of the cloud"),
  available: time.describe("When the last copy was there"),
  completed: time.describe("When the copies had the settings that a restore drops"),
  verified: time.describe("When the copies were found to fit together with those of the other databases"),
  resources: z.array(copy).describe("Each resource of the copy, in the order in which they ended"),
  sources: z
    .array(
      z.strictObject({
        identifier: z.string().describe("The cloud's name of a table, a cluster, an instance, a server or a backup"),
        account: z.string().optional().describe("The AWS account or Azure subscription, if it is known"),
        region: z.string().optional().describe("The AWS region, if it is known"),
      }),
    )
    .optional()
    .describe("What the copies were restored from, as the stack's state has it; absent if it does not say"),
});

const measured = z.strictObject({
  targetMinutes: z.number().optional().describe("The target in the stack's configuration; absent if there is none"),
  measuredSeconds: z.number().optional().describe("Absent if a time that it needs is not known"),
  met: z.boolean().optional().describe("Absent without a target or a measurement"),
  measuredAs: z.string().describe("From what to what, or why nothing is measured, as a sentence"),
});

const check = z.strictObject({
  name: z.string().describe("A statement"),
  passed: z.boolean(),
  detail: z.string().optional(),
});

/** Evidence of one drill or recovery, as an audit keeps it. */
export const evidenceSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    mode: z.enum(["drill", "recovery"]).describe("drill: temporary copies; recovery: permanent ones"),
    simulated: z
      .literal(true)
      .optional()
      .describe("Present if the clouds were simulated: this proves nothing of yours"),
    stack: z.string().describe("<organization>/<project>/<stack>, as far as it is known"),
    backedUpBy: z
      .string()
      .optional()
      .describe("The stack that backs the databases up, if the restore is in a stack of its own"),
    instant: instant.describe("The instant that all databases were restored to"),
    passed: z.boolean().describe("Whether the verdict proves that the copies fit together"),
    verdict: z.strictObject({
      verdict: z
        .string()
        .describe(
          "`consistent`; `pause proven, records not scanned`; `quiet gap proven, records not scanned`; `pause proven by commit times`; `unproven`; `refused`; or `none`, if the restore ended without one",
        ),
      because: z.array(z.string()).describe("Why it is not better"),
      restsOn: z.array(z.string()).describe("What it rests on"),
      notCovered: z.array(z.string()).describe("What it says nothing about"),
      witnesses: z.array(z.string()).describe("Transactions, tables and keys that show it"),
    }),
    begun: time.describe("When the drill began, or the first update that restored this instant"),
    verified: time,
    cleanedUp: time.describe("When the copies were removed"),
    databases: z.array(database),
    jobs: z
      .array(copy)
      .describe("What verified the set as a whole, such as Jobs that scan records or run a check of yours"),
    recoveryTime: measured.describe("Against the recovery time objective (RTO)"),
    recoveryPoint: measured.describe("Against the recovery point objective (RPO)"),
    checks: z.array(check),
    leftToDo: z
      .array(z.string())
      .describe("The remaining steps, in their order; none once a drill's copies are removed"),
    errors: z.array(z.string()).describe("What Pulumi reported as errors; empty if the restore succeeded"),
    by: z.strictObject({
      person: z.string().describe("Who ran it, as the machine or the CI system names them"),
      job: z.string().optional().describe("The CI job's address"),
      pulumi: z.string().optional().describe("The user by whom Pulumi was logged in"),
    }),
    versions: z
      .record(z.string(), z.string())
      .describe("Of scalar-backup, the Pulumi CLI, Node.js and Pulumi's providers"),
    written: known.describe("When this was written"),
  })
  .describe("What one restore of scalar-backup proved: a drill or a recovery");

export type Evidence = z.infer<typeof evidenceSchema>;
export type EvidenceDatabase = Evidence["databases"][number];
export type EvidenceResource = EvidenceDatabase["resources"][number];
export type Measured = Evidence["recoveryTime"];
/** A time with its source, or why there is none. */
export type EvidenceTime = z.infer<typeof time>;
export type KnownTime = z.infer<typeof known>;
export type TimeSource = keyof typeof TIME_SOURCES;

export function isKnown(time: EvidenceTime): time is KnownTime {
  return "at" in time;
}

/** Why a drill has no time of its clean-up yet. */
export const COPIES_ARE_THERE = "the copies are there";

/** The evidence of a drill whose copies are removed. */
export function withCleanUp(evidence: Evidence, cleanedUp: KnownTime): Evidence {
  return {
    ...evidence,
    cleanedUp,
    leftToDo: [],
    checks: [...evidence.checks, { name: "the copies are removed", passed: true }],
  };
}

/** Seconds between two times; undefined unless both are known, and the second one is not before the first. */
export function secondsBetween(from: EvidenceTime, to: EvidenceTime): number | undefined {
  if (!isKnown(from) || !isKnown(to)) return undefined;
  const seconds = Math.round((Date.parse(to.at) - Date.parse(from.at)) / 1000);
  // The times are of several clocks: a negative duration would meet any objective.
  return seconds < 0 ? undefined : seconds;
}
