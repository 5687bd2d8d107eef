import test from "ava";
import { useWaitingClock } from "../../../operations/clock";
import { eachCounted, longWork, neverSilent, neverSilentTogether, numberedSteps } from "../../../operations/long-work";

/** So short that a test need not wait for it. */
const SILENCE_MILLIS = 9;

let now = 0;
let restoreClock = () => {};
test.beforeEach(() => {
  now = 0;
  restoreClock = useWaitingClock({ now: () => now, wait: async () => {} });
});
test.afterEach.always(() => restoreClock());

/** Runs in silence until something is reported. @returns the first report */
async function firstReport(work: (silent: () => Promise<void>, said: (line: string) => void) => Promise<unknown>) {
  const reports: string[] = [];
  const silent = async () => {
    while (reports.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const report = (line: string) => void reports.push(line);
  await neverSilent("complete-copies", report, (said) => work(silent, said), SILENCE_MILLIS);
  const count = reports.length;
  await new Promise((resolve) => setTimeout(resolve, 3 * SILENCE_MILLIS));
  return { line: reports[0], afterwards: reports.length - count };
}

test.serial("a silent operation shows for how long it has been working, and nothing once it has ended", async (t) => {
  const begun = await firstReport(async (silent) => {
    now += 65_000;
    await silent();
  });
  t.deepEqual(begun, { line: "complete-copies: still working, 1 min 5 s", afterwards: 0 });
  const later = await firstReport(async (silent, said) => {
    now += 65_000;
    said("pods are stopped");
    now += 50_000;
    await silent();
  });
  t.is(later.line, "still working, 50 s after: pods are stopped");
});

test.serial("long work shows its step, its state, how long it has taken and what to expect", async (t) => {
  const { line } = await firstReport(async (silent) => {
    const step = numberedSteps("ledger", 3);
    await step("tags", async () => {});
    now += 600_000;
    await step(
      "parameters",
      async () => {
        now += 125_000;
        await silent();
      },
      { state: () => "Updating", expected: "usually about 10 min" },
    );
  });
  t.is(line, "step 2 of 3, ledger: parameters: Updating (2 min 5 s, usually about 10 min)");
});

test.serial("of work within work, the oldest and the newest are shown, and how many more there are", async (t) => {
  const { line } = await firstReport(async (silent) => {
    let begun = 0;
    await eachCounted("sets tags", "tables", ["a", "b", "c", "d"], 3, async (table) => {
      if (table === "a") return;
      await longWork({ what: `${table}: waits` }, async () => {
        begun += 1;
        now += 10_000;
        while (begun < 3) await new Promise((resolve) => setTimeout(resolve, 1));
        await silent();
      });
    });
  });
  t.is(line, "sets tags: 1 of 4 tables (30 s); d: waits (10 s); and 2 more");
});

test.serial("work of another run is not shown, and failed work ends", async (t) => {
  const { line } = await firstReport(async (silent) => {
    await t.throwsAsync(
      longWork({ what: "fails" }, async () => {
        throw new Error("no");
      }),
    );
    await neverSilent(
      "another",
      () => {},
      () => longWork({ what: "elsewhere" }, silent),
    );
  });
  t.is(line, "complete-copies: still working, 0 s");
});

test.serial(
  "look-ups that run together report one line, of the oldest of their work, or of a look-up that has none",
  async (t) => {
    const reports: string[] = [];
    const report = (line: string) => void reports.push(line);
    const silent = async (count: number) => {
      while (reports.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const look = (what: string, run: () => Promise<unknown>) =>
      neverSilentTogether(what, report, run, 5 * SILENCE_MILLIS);
    await Promise.all([
      look("ledger: look-up", () =>
        longWork({ what: "reads DynamoDB", state: () => "3 of 40 tables" }, () => silent(1)),
      ),
      look("customers: look-up", () => {
        now += 50_000;
        return silent(2);
      }),
    ]);
    t.deepEqual(reports, ["reads DynamoDB: 3 of 40 tables (50 s)", "customers: look-up: still working, 50 s"]);
  },
);
