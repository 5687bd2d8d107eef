import test from "ava";
import { instantMillis } from "../../../restore-points/instant";
import { commonRange, rangeProblem, restorableRange } from "../../../restore-points/ranges";

const LEDGER = { name: "ledger", earliest: "2026-11-22T03:01:00Z", latest: "2026-11-22T03:10:00Z" };
const CUSTOMERS = { name: "customers", earliest: "2026-11-22T02:00:00Z", latest: "2026-11-22T03:05:00.700Z" };

test("the common range is the intersection of all databases' ranges", (t) => {
  for (const both of [
    [LEDGER, CUSTOMERS],
    [CUSTOMERS, LEDGER],
  ])
    t.deepEqual(commonRange(both), {
      earliest: instantMillis("2026-11-22T03:01:00Z"),
      latest: instantMillis("2026-11-22T03:05:00.700Z"),
    });
  const minute = instantMillis("2026-11-22T03:01:00Z");
  t.deepEqual(
    commonRange([LEDGER, { ...CUSTOMERS, latest: LEDGER.earliest }]),
    { earliest: minute, latest: minute },
    "one shared instant is a range",
  );
  t.deepEqual(commonRange([LEDGER, { ...CUSTOMERS, latest: "2026-11-22T03:00:00Z" }]), {
    because: "ledger can be restored from 2026-11-22T03:01:00Z on, customers only until 2026-11-22T03:00:00Z",
  });
  t.deepEqual(commonRange([{ ...LEDGER, latest: "2026-11-22T03:00:00Z" }]), {
    because: "ledger has nothing to restore yet; try again in a few minutes",
  });
  t.deepEqual(commonRange([CUSTOMERS, { name: "ledger", unknownBecause: "it is not created yet" }]), {
    because: "the restorable range of ledger is not known: it is not created yet",
  });
});

test("without a database there is no range, and with one it is that database's", (t) => {
  t.deepEqual(commonRange([]), { because: "no database is named" });
  t.deepEqual(commonRange([LEDGER]), restorableRange(LEDGER));
});

test("a range that is not known restores nothing", (t) => {
  const unknown = { name: "ledger", unknownBecause: "it is not created yet" };
  t.is(
    rangeProblem(instantMillis(LEDGER.earliest), unknown, instantMillis(LEDGER.latest)),
    "the restorable range of ledger is not known: it is not created yet",
  );
});

test("a range has both instants, and may be one", (t) => {
  const none = {
    because:
      "ledger has no restorable range; check that its point-in-time recovery is on, and try again in a few minutes",
  };
  const { name, earliest, latest } = LEDGER;
  for (const half of [{ name }, { name, earliest }, { name, latest }]) t.deepEqual(restorableRange(half), none);
  const at = instantMillis(earliest);
  t.deepEqual(restorableRange({ name, earliest, latest: earliest }), { earliest: at, latest: at });
});

test("a database can be restored to the edges of its range, and to nothing beyond them", (t) => {
  const now = instantMillis("2026-11-22T03:10:30Z");
  const problem = (instant: string, database = LEDGER, at = now) => rangeProblem(instantMillis(instant), database, at);
  t.is(problem(LEDGER.earliest), undefined);
  t.is(problem(LEDGER.latest), undefined);
  t.is(
    problem("2026-11-22T03:00:59Z"),
    "ledger can be restored from 2026-11-22T03:01:00Z to 2026-11-22T03:10:00Z; choose a later instant, and keep its backups for longer if you need older instants",
  );
  t.is(
    problem("2026-11-22T03:10:01Z"),
    "ledger can be restored from 2026-11-22T03:01:00Z to 2026-11-22T03:10:00Z now; try again after 2026-11-22T03:10:31Z",
  );
  t.is(
    problem("2026-11-22T03:01:01Z", { ...LEDGER, latest: "2026-11-22T03:01:00.900Z" }),
    "ledger can be restored from 2026-11-22T03:01:00Z to 2026-11-22T03:01:00Z now; try again after 2026-11-22T03:10:31Z",
    "one whole second is a range",
  );
});

test("a range that has just begun may have no whole second", (t) => {
  const young = { name: "ledger", earliest: "2026-11-22T03:01:00.100Z", latest: "2026-11-22T03:01:00.900Z" };
  for (const instant of ["2026-11-22T03:01:00Z", "2026-11-22T03:01:01Z"])
    t.is(
      rangeProblem(instantMillis(instant), young, instantMillis("2026-11-22T03:02:00Z")),
      "ledger cannot be restored to a whole second yet: its range begins at 2026-11-22T03:01:00.100Z; try again in a few minutes",
    );
});
