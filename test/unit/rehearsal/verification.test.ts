import test from "ava";
import { plansOf, refusalText, verdictText, verificationOf, witnessesIn } from "../../../rehearsal/verification";
import { Verdict, type Verification } from "../../../restore-points/verification/verdict";
import type { StackResult } from "../../../simulator/engine/stack";

const ID = "0b8f6f2e-6a58-4a3c-9d3d-0123456789ab";
const witness = (id: string) => `ledger: coordinator.state: transaction ${id} of 2026-11-27T20:30:01.000Z committed`;

const refused: Verification = {
  verdict: Verdict.Refused,
  instant: "2026-11-27T20:30:00Z",
  because: ["ledger: coordinator.state: 3 transactions were committed between the coordinator's copies"],
  restsOn: [],
  notCovered: [],
  witnesses: ["a", "b", "c"].map(witness),
};

test("a verdict shows its reasons and the first two witnesses", (t) => {
  t.deepEqual(verdictText(refused).split("\n"), [
    "verdict: refused",
    "ledger: coordinator.state: 3 transactions were committed between the coordinator's copies",
    `witness: ${witness("a")}`,
    `witness: ${witness("b")}`,
    "and 1 more witness",
  ]);
  const proven = {
    ...refused,
    verdict: Verdict.PauseProven,
    because: ["not scanned"],
    restsOn: ["same"],
    notCovered: ["customers"],
    witnesses: [],
  };
  t.is(verdictText(proven), "verdict: pause proven, records not scanned\nsame\nnot covered: customers");
  const notCovered = ["ledger: not read", "customers: not read", "audit: read by halves"];
  t.deepEqual(
    verdictText({ ...proven, notCovered })
      .split("\n")
      .slice(2),
    ["not covered: ledger, customers (each): not read", "not covered: audit: read by halves"],
  );
});

test("an error about refused copies is shown without most of its witnesses", (t) => {
  const message = `scalar-backup:restore.at: the copies are refused. Evidence: ${refused.witnesses.join("; ")}. The copies stay for inspection.`;
  t.deepEqual(refusalText(message).split("\n"), [
    "scalar-backup:restore.at: the copies are refused.",
    `witness: ${witness("a")}`,
    `witness: ${witness("b")}`,
    "and 1 more witness",
    "The copies stay for inspection.",
  ]);
  t.is(refusalText("another error"), "another error");
});

test("a witness has to be a transaction of the source's coordinator", (t) => {
  const row = { tx_id: ID, tx_state: 3, tx_created_at: 1 };
  t.deepEqual(witnessesIn(`${witness(ID)}; ${witness(ID)}`, new Map([[ID, row]])), [row, row] as never);
  t.throws(() => witnessesIn(witness(ID), new Map()), {
    message: `the witness ${ID} is no transaction of the coordinator`,
  });
  t.deepEqual(witnessesIn("nothing", new Map()), []);
});

test("a plan is found among a preview's messages, and a missing verdict is an error", (t) => {
  const plan = "ledger at 03:00:00Z, coordinator at 02:59:57Z and 03:00:03Z";
  const result: StackResult = {
    succeeded: true,
    operations: [],
    outputs: { verification: { ...refused } },
    diagnostics: [
      { severity: "info", message: "something else" },
      { severity: "info", message: plan },
      { severity: "warning", message: "the coordinator at risk" },
    ],
    simulatedMillis: 0,
  };
  t.deepEqual(plansOf(result), [plan]);
  t.is(verificationOf(result).verdict, Verdict.Refused);
  t.throws(() => verificationOf({ ...result, outputs: {} }), { message: /no output verification/ });
});
