import test from "ava";
import { transactionDoubts } from "../../../../components/pause/release-problems";

test("releases of ScalarDL are warned of whose transactions are not said as they are; a release of both products is Ledger's", (t) => {
  const doubts = (products: string[], transactions?: boolean) =>
    transactionDoubts({ releases: [{ namespace: "scalar", name: "dl", products, withoutAdminPort: [] }] }, [
      transactions === undefined ? {} : { transactions },
    ]).join();
  t.regex(
    doubts(["auditor"]),
    /^release scalar\/dl is ScalarDL Auditor, .*; set pause\.releases\[0\]\.transactions to false$/,
  );
  t.is(doubts(["auditor"], false), "");
  t.is(doubts(["auditor"], true), "", "the key wins");
  t.is(doubts(["auditor", "ledger"]), "");
  t.is(doubts(["ledger"]), "");
  t.regex(
    doubts(["auditor", "ledger"], false),
    /^release scalar\/dl is ScalarDL Ledger, .*; remove pause\.releases\[0\]\.transactions$/,
  );
  t.is(doubts(["scalardb-cluster"], false), "", "it may run none");
  t.is(doubts([]), "", "it is not installed yet");
});
