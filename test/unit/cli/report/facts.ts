import type { RestoreFacts } from "../../../../cli/report/build";
import type { ResourceRun, StackResource } from "../../../../cli/report/resources";

const STACK = "urn:pulumi:prod::scalar-backup::";
const RESTORE = `${STACK}scalar-backup:index:ScalarRestore::restore`;

export const LEDGER = `${STACK}scalar-backup:index:ScalarRestore$scalar-backup:index:RestoredDatabase::restore-ledger`;
export const CUSTOMERS = `${STACK}scalar-backup:index:ScalarRestore$scalar-backup:index:RestoredDatabase::restore-customers`;

export function resource(parent: string, type: string, name: string, more: Partial<StackResource> = {}): StackResource {
  return { urn: `${STACK}${type}::${name}`, type, parent, custom: true, created: "2026-11-22T04:00:00.5Z", ...more };
}

export const TABLE = resource(LEDGER, "aws:dynamodb/table:Table", "ledger-copy-ledger.accounts");
export const LATE = resource(LEDGER, "aws:dynamodb/table:Table", "ledger-late-20261122t030000z-coordinator.state");
export const COMPLETION = resource(LEDGER, "command:local:Command", "ledger-copy-completion", {
  inputs: { create: `node -e "require('scalar-backup/operations')" complete-dynamodb-copies` },
});
export const CLUSTER = resource(CUSTOMERS, "aws:rds/cluster:Cluster", "customers-copy-20261122t030000z");

export function run(op: string, begun: string, ended?: string, failed?: boolean): ResourceRun {
  return { op, begun, ...(ended !== undefined && { ended }), ...(failed && { failed }) };
}

/** A drill of two databases that passed. */
export function drill(change: Partial<RestoreFacts> = {}): RestoreFacts {
  return {
    stack: "scalar-backup/prod",
    instant: "2026-11-22T03:00:00Z",
    mode: "drill",
    outputs: {
      verification: {
        verdict: "pause proven, records not scanned",
        instant: "2026-11-22T03:00:00Z",
        because: ["the records were not scanned: to have them read, set restore.verify.scan"],
        restsOn: ["ledger: coordinator.state as of 02:59:57Z and 03:00:03Z has the same commits"],
        notCovered: [
          "customers: nothing in its copy was read; its instant, 2026-11-22T03:00:00Z, is the one that was asked for",
        ],
        witnesses: [],
        verifiedAt: "2026-11-22T04:40:00Z",
      },
      restored: [
        { name: "ledger", kind: "dynamodb" },
        { name: "customers", kind: "aurora-postgresql" },
      ],
      nextSteps: ["1. remove the copies"],
      objectives: { recoveryTimeMinutes: 60, recoveryPointMinutes: 60 },
    },
    resources: [
      { urn: RESTORE, type: "scalar-backup:index:ScalarRestore", custom: false },
      { urn: LEDGER, type: "scalar-backup:index:RestoredDatabase", parent: RESTORE, custom: false },
      { urn: CUSTOMERS, type: "scalar-backup:index:RestoredDatabase", parent: RESTORE, custom: false },
      TABLE,
      LATE,
      COMPLETION,
      CLUSTER,
    ],
    runs: new Map([
      [TABLE.urn, [run("create", "2026-11-22T04:01:00Z", "2026-11-22T04:21:00Z")]],
      [LATE.urn, [run("create", "2026-11-22T04:22:00Z", "2026-11-22T04:39:00Z")]],
      [COMPLETION.urn, [run("create", "2026-11-22T04:21:00Z", "2026-11-22T04:22:30Z")]],
      [CLUSTER.urn, [run("create", "2026-11-22T04:01:10Z", "2026-11-22T04:31:00Z")]],
    ]),
    begun: { at: "2026-11-22T04:00:00Z", source: "configuration" },
    by: { person: "a test" },
    versions: { "scalar-backup": "0.1.0" },
    errors: [],
    cleanedUp: { unknownBecause: "the copies are there" },
    written: "2026-11-22T04:41:00Z",
    ...change,
  };
}

/** What the program prints when it refuses copies: one error of several lines. */
export const REFUSAL = `scalar-backup:restore.at: the copies of 2026-11-22T03:00:00Z are refused, because they do not fit together: ledger: coordinator.state: 65 transactions were committed between the coordinator's copies, so not every pod was paused, or a clock is off.
witness: ledger: coordinator.state: transaction a6b233e0-6d88-4c75-80ba-fbb51d1a5a3e of 2026-11-22T02:59:58.810Z committed between the copies
and 19 more witnesses
The copies stay for inspection until "restore" is removed. Other restore points: 2026-11-21T03:00:00Z`;

/** The same drill, whose copies are refused. */
export function refused(): RestoreFacts {
  return drill({ outputs: { objectives: drill().outputs.objectives }, errors: [REFUSAL] });
}
