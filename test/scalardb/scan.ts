import type { FoundRecord, FoundRecords, ScanFacts } from "../../restore-points/verification/facts";
import { committedIn } from "./copies";
import type { Copies } from "./cut";
import { COMMITTED } from "./history";

/**
 * The facts of a scan by their definition in `ScanFacts`. The scan Job's own code, which reads copies through ScalarDB, must find the same
 * in a sample of them (scalardb.test.ts).
 */
export function scanFacts({ early, data }: Pick<Copies, "early" | "data">): ScanFacts {
  const committed = committedIn(early);
  const oldestRow = Math.min(...[...early.values()].map((row) => Number(row.tx_created_at)));
  const withoutRow: FoundRecord[] = [];
  const beforeImages: FoundRecord[] = [];
  let [records, unfinished, older] = [0, 0, 0];
  for (const [store, copy] of data)
    for (const [key, image] of copy) {
      records++;
      const isCommitted = image.tx_state === COMMITTED;
      if (!isCommitted) unfinished++;
      // What is there in the end: the record's own value, or the one that returns.
      const returns = !isCommitted && !committed.has(String(image.tx_id));
      if (returns && image.before_tx_id === null) continue;
      const id = String(returns ? image.before_tx_id : image.tx_id);
      if (committed.has(id)) continue;
      const committedAt = Number(returns ? image.before_tx_committed_at : image.tx_committed_at);
      if (committedAt < oldestRow) older++;
      else (returns ? beforeImages : withoutRow).push({ table: `${store}.records`, key, id });
    }
  return {
    tables: data.size,
    records,
    committedWithoutRow: counted(withoutRow),
    beforeImageWithoutRow: counted(beforeImages),
    olderThanCoordinator: older,
    unfinished,
    notCovered: [],
  };
}

function counted(found: FoundRecord[]): FoundRecords {
  return { count: found.length, examples: found.slice(0, 20) };
}
