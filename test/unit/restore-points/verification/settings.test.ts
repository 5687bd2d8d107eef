import test from "ava";
import { settingsProblems } from "../../../../restore-points/verification/settings";

const ONE_PHASE = "scalar.db.consensus_commit.one_phase_commit.enabled";
const WRITE_SETS = "scalar.db.consensus_commit.coordinator.write_set_logging.enabled";
const problems = (settings: Record<string, string>, scanned = false) =>
  settingsProblems("the properties of scalar/ledger", (key) => settings[key], scanned);

test("ScalarDB's defaults hide no commit", (t) => {
  t.deepEqual(problems({}), []);
  t.deepEqual(problems({ [ONE_PHASE]: "false", [WRITE_SETS]: "" }), []);
});

test("one-phase commit leaves copies unproven, with and without a scan", (t) => {
  const message = `the properties of scalar/ledger have ${ONE_PHASE}=true: transactions that commit in one phase leave no row in the coordinator, so comparing it does not show them`;
  t.deepEqual(problems({ [ONE_PHASE]: " TRUE " }), [message]);
  t.deepEqual(problems({ [ONE_PHASE]: "true" }, true), [message]);
});

test("write sets, which finishTransaction needs, leave copies unproven unless the records are scanned", (t) => {
  t.deepEqual(problems({ [WRITE_SETS]: "true" }), [
    `the properties of scalar/ledger have ${WRITE_SETS}=true: finishTransaction can remove the rows of new commits from the coordinator, so comparing it does not show them`,
  ]);
  t.deepEqual(problems({ [WRITE_SETS]: "true" }, true), []);
});
