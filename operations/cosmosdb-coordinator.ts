import type { CoordinatorRow } from "../restore-points/verification/coordinator-row";
import { waitingClock } from "./clock";
import { type DocumentSource, queryDocuments } from "./cosmosdb-documents";

/**
 * The columns of ScalarDB's coordinator. Its adapter keeps a record as a document: the columns of the partition key in
 * `partitionKey`, others in `values`. [com.scalar.db.storage.cosmos.Record and ResultInterpreter]
 */
const ROWS = `SELECT c["partitionKey"]["tx_id"] AS id, c["values"]["tx_state"] AS state, c["values"]["tx_created_at"] AS created, c["values"]["tx_child_ids"] AS children, c["values"]["tx_write_set"] AS writes FROM c`;

const SAY_MILLIS = 60_000;

/**
 * The rows of ScalarDB's coordinator, page by page: of a copy as fast as its throughput allows, because nothing else reads it.
 * @throws {UnreadableDocuments}
 */
export async function* coordinatorRows(
  source: DocumentSource,
  say: (line: string) => void,
): AsyncGenerator<readonly CoordinatorRow[]> {
  const clock = waitingClock();
  const { name } = source.account;
  let rows = 0;
  let said = clock.now();
  for await (const documents of queryDocuments(source, ROWS)) {
    rows += documents.length;
    yield documents.map((document) => rowOf(name, document));
    if (clock.now() - said < SAY_MILLIS) continue;
    say(`${name}: ${rows} rows read`);
    said = clock.now();
  }
  say(`${name}: ${rows} rows`);
}

/** @throws {Error} for a document that is no row of a coordinator. */
function rowOf(account: string, { id, state, created, children, writes }: Record<string, unknown>): CoordinatorRow {
  if (typeof id !== "string")
    throw new Error(
      `account ${account} has a document without partitionKey.tx_id, so it is not ScalarDB's coordinator; set existing.coordinatorNamespace to scalar.db.consensus_commit.coordinator.namespace`,
    );
  return {
    id,
    state: Number(state ?? Number.NaN),
    createdAt: Number(created ?? Number.NaN),
    ...(typeof children === "string" && { childIds: children }),
    ...(writes !== undefined && writes !== null && { writeSet: true }),
  };
}
