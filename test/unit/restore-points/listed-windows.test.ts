import test from "ava";
import fc from "fast-check";
import { windowsOfPoints } from "../../../restore-points/listed-windows";
import { restorePoints } from "../../../restore-points/points";
import { situation } from "./arbitraries";

test("another stack finds the same restore points in a list of points as in the recorded windows", (t) => {
  fc.assert(
    fc.property(situation, (known) => {
      const listed = restorePoints({ ...known, pauseRequired: true });
      const again = restorePoints({ ...known, pauseRequired: true, windows: windowsOfPoints(listed.points) });
      const times = ({ instant, window: { start, end }, restorable }: (typeof listed.points)[number]) => ({
        instant,
        start,
        end,
        restorable,
      });
      t.deepEqual(again.points.map(times), listed.points.map(times));
      t.is(again.latest, listed.latest);
    }),
  );
});

test("keeps which points rest on imported windows", (t) => {
  const covers = { cluster: "default", namespace: "scalar", name: "ledger", product: "ledger", pods: 0 };
  const point = {
    instant: "2026-11-22T03:00:00Z",
    window: { start: "2026-11-22T02:59:50.000Z", end: "2026-11-22T03:00:10.000Z", clockOffsetMillis: 3 },
    databases: [],
    restorable: true,
  };
  const [imported] = windowsOfPoints([{ ...point, covers: [{ ...covers, origin: "imported" }] }]);
  const [recorded] = windowsOfPoints([{ ...point, covers: [{ ...covers, origin: "recorded" }] }]);
  t.is(imported?.origin, "imported");
  t.deepEqual(imported?.releases, [{ namespace: "scalar", name: "ledger", product: "ledger", pods: [] }]);
  t.is(recorded?.origin, undefined);
});

test("a cluster's window has its own releases, and counts as imported if all of them were", (t) => {
  const covers = (cluster: string, name: string, origin: string) => ({
    cluster,
    namespace: "scalar",
    name,
    product: "ledger",
    pods: 2,
    origin,
  });
  const point = (minute: string) => ({
    instant: `2026-11-22T03:${minute}:00Z`,
    window: {
      start: `2026-11-22T03:${minute}:00.000Z`,
      end: `2026-11-22T03:${minute}:20.000Z`,
      clockOffsetMillis: 3,
    },
    databases: [],
    restorable: true,
    covers: [covers("tokyo", "a", "imported"), covers("tokyo", "b", "recorded"), covers("osaka", "c", "imported")],
  });
  const windows = windowsOfPoints([point("30"), point("10")]);
  const names = windows.map(({ cluster, releases }) => [cluster, ...releases.map(({ name }) => name)].join(" "));
  t.deepEqual(names, ["osaka c", "tokyo a b", "osaka c", "tokyo a b"]);
  t.deepEqual(
    windows.map(({ pauseCompleted }) => pauseCompleted),
    ["10", "10", "30", "30"].map((minute) => `2026-11-22T03:${minute}:00.000Z`),
    "oldest first",
  );
  t.deepEqual(
    windows.map(({ origin }) => origin),
    ["imported", undefined, "imported", undefined],
  );
});
