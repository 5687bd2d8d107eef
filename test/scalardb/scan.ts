import type { FoundRecord, FoundRecords, ScanFacts } from "../../restore-points/verification/facts";
import { committedIn } from "./copies";
import type { Copies } from "./cut";
import { COMMITTED, type Image } from "./history";

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
      const found = (id: keyof Image) => ({ table: `${store}.records`, key, id: String(image[id]) });
      if (image.tx_state !== COMMITTED) {
        unfinished++;
        const before = image.before_tx_id;
        const stays = committed.has(String(image.tx_id)) || before === null || committed.has(String(before));
        if (!stays) beforeImages.push(found("before_tx_id"));
      } else if (!committed.has(String(image.tx_id))) {
        if (Number(image.tx_committed_at) < oldestRow) older++;
        else withoutRow.push(found("tx_id"));
      }
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
