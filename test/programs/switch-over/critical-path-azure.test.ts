/** How long a set with databases of Azure does not serve: nothing waits for what it does not depend on. */
import test from "ava";
import { switchOverPlan } from "../../../components/switch-over/plan";
import type { SwitchedDatabase } from "../../../operations/switch-over/request";
import { durations, renameCourses } from "../../../simulator/cloud/aws/aws";
import type { AzureKind } from "../../seeds/switch-overs/azure-plan";
import { play } from "../../seeds/switch-overs/play";
import type { Schedule } from "../../seeds/switch-overs/schedule";
import { INSTANT } from "../../unit/operations/switch-over/world";

const MINUTE = 60_000;
/** As in `critical-path.test.ts`: looks of waits, and here also of those for pods, which take seconds. */
const LOOKS = 8 * 15_000;
const POD_MILLIS = 4000;
/** Somebody upgrades the first release after 5 minutes, and each takes 3. */
const COLLEAGUE = { afterMillis: 5 * MINUTE, eachMillis: 3 * MINUTE, betweenMillis: 100 };

/** How long an instance answers under its former name after a new one was asked for; one with a new name counts a minute later. */
const OLD_NAME = renameCourses()
  .instance.filter(({ answersTo }) => answersTo === "old")
  .reduce((total, { millis }) => total + millis, 0);

interface Set {
  kinds: AzureKind[];
  releases: 1 | 2;
  tables?: number;
  relational?: Schedule["relational"];
  /** What the other databases take to be closed and opened, by the documented durations. */
  othersMillis?: number;
}

const SETS: Set[] = [
  { kinds: ["account"], releases: 1 },
  { kinds: ["postgresql"], releases: 1 },
  { kinds: ["mysql"], releases: 1 },
  { kinds: ["account", "mysql"], releases: 1 },
  { kinds: ["account", "postgresql"], releases: 2 },
  {
    kinds: ["account", "postgresql"],
    releases: 2,
    relational: "instance",
    othersMillis: OLD_NAME + durations.RENAME_INSTANCE + MINUTE,
  },
  {
    kinds: ["mysql"],
    releases: 1,
    tables: 2,
    othersMillis: durations.DELETE_TABLE + durations.restoreTable(0),
  },
];

for (const { kinds, releases, othersMillis = 0, ...set } of SETS) {
  const name = [...kinds, ...(set.tables ? ["tables"] : []), ...(set.relational ? [set.relational] : [])].join(" + ");
  test.serial(
    `${name}, ${releases === 1 ? "1 release" : "2 releases"}: as long as the upgrade takes${othersMillis > 0 ? ", and the names" : ""}`,
    async (t) => {
      const { violations, ends, outageMillis, timeline } = await play(
        {
          ...{ seed: 1, tables: 0, pods: 2, podMillis: POD_MILLIS, tripMillis: 20, others: [], events: [] },
          ...{ renaming: { pace: 1, flaps: false }, first: "switches over", second: "switches over" },
          ...set,
          azure: { kinds, releases, colleague: COLLEAGUE },
        },
        { traced: true },
      );
      t.deepEqual([violations, ends], [[], ["done"]], timeline.join("\n"));
      const upgrade = COLLEAGUE.afterMillis + releases * COLLEAGUE.eachMillis;
      const expected = upgrade + othersMillis;
      t.log(`${(outageMillis / MINUTE).toFixed(1)} simulated minutes, ${upgrade / MINUTE} of them for the upgrade`);
      t.true(outageMillis >= expected, timeline.join("\n"));
      t.true(outageMillis <= expected + LOOKS, timeline.join("\n"));
    },
  );
}

test("a preview says of databases of Azure alone that the upgrade counts", (t) => {
  const account = (accountName: string) => ({ what: "account", accountName, resourceGroupName: "databases" }) as const;
  const database: SwitchedDatabase = {
    service: "azure",
    name: "ledger",
    source: account("ledger"),
    copy: account("ledger-copy"),
  };
  t.is(switchOverPlan([database], [], INSTANT).downtime.at(-1), "all databases at once: the upgrade counts");
});
