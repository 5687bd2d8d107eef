import type { ExecutionContext } from "ava";
import { COORDINATOR_TABLE, TransactionState } from "../../rehearsal/scalardb/record";
import { toItem } from "../../rehearsal/scalardb/stores/dynamodb-layout";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../restore-points/instant";
import type { StackResult } from "../../simulator/engine/stack";
import { REGION, recordNextWindow, rehearsed } from "./rehearsed";

export const ELSEWHERE = "ap-northeast-3";
export const MINUTE = 60_000;
export const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

/** ScalarDB's tables in DynamoDB, and a relational database, protected for an hour. */
export async function protectedSet(t: ExecutionContext, restoreTo?: { region: string }) {
  t.timeout(600_000);
  const set = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, ...(restoreTo && { restoreTo }) } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
    ],
  });
  const { cloud, up } = set;
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  const sources = cloud.aws.dynamodb.region(REGION);
  const coordinator = sources.table(COORDINATOR_TABLE);
  /** A transaction that ScalarDB commits at an instant. */
  const commit = (tx_id: string, at: number) =>
    coordinator.putItem(tx_id, toItem({ tx_id, tx_state: TransactionState.COMMITTED, tx_created_at: at }), at);
  const window = (seconds = 10) => recordNextWindow(cloud, RELEASE.namespace, [RELEASE.name], seconds);
  await up();
  cloud.clock.advance(60 * MINUTE);
  commit("before", cloud.clock.now());
  return { ...set, sources, commit, window };
}

export const suffixed = (at: string) => at.replaceAll(/[-:]/g, "").toLowerCase();
export const shifted = (at: string, seconds: number) => formatInstant(Date.parse(at) + seconds * 1000);
export const warnings = (result: StackResult) =>
  result.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);
export const infos = (result: StackResult) =>
  result.diagnostics.filter(({ severity }) => severity === "info").map(({ message }) => message);

export interface Shown {
  verdict: string;
  because: string[];
  restsOn: string[];
  notCovered: string[];
  witnesses: string[];
  verifiedAt?: string;
}
export const verdictOf = ({ outputs }: StackResult) => outputs.verification as unknown as Shown;
