/** How long a set is without an endpoint: nothing waits for what it does not depend on. */
import test from "ava";
import { switchOverPlan } from "../../../components/switch-over/plan";
import type { Member } from "../../../operations/switch-over/member";
import { runSwitchOver } from "../../../operations/switch-over/protocol";
import { RdsMember } from "../../../operations/switch-over/rds";
import { rdsDatabases } from "../../../operations/switch-over/rds-databases";
import type { SwitchedDatabase } from "../../../operations/switch-over/request";
import { durations, renameCourses } from "../../../simulator/cloud/aws/aws";
import { addressWorld } from "../../unit/operations/switch-over/address-world";
import { dynamodbWorld } from "../../unit/operations/switch-over/dynamodb-world";
import {
  ACCESS,
  createInstance,
  INSTANT,
  MARKS,
  obedientPods,
  REGION,
  STACK,
  SUFFIX,
  tagList,
} from "../../unit/operations/switch-over/world";

const MINUTE = 60_000;
/** An instance that is available under its new name reboots; it counts once it has been available for a minute. */
const SETTLED = MINUTE;
/** A wait looks every 15 s, and a restored table gets its settings one after the other: a look for each. */
const LOOKS = 8 * 15_000;

type Kind = "tables" | "instance" | "aurora" | "multiAz";

/** How long an instance answers under its former name after a new one was asked for: as long as the simulation lets it. */
const OLD_NAME = renameCourses()
  .instance.filter(({ answersTo }) => answersTo === "old")
  .reduce((total, { millis }) => total + millis, 0);

/**
 * What each kind's two steps depend on, by the documented durations. None is documented for Aurora, nor for a deletion. To close an
 * instance, nothing waits for the reboot of what is replaced: its former name is free before.
 */
const STEPS: Record<Kind, { close: number; open: number }> = {
  tables: { close: durations.DELETE_TABLE, open: durations.restoreTable(0) },
  instance: { close: OLD_NAME, open: durations.RENAME_INSTANCE + SETTLED },
  aurora: { close: durations.RENAME_AURORA, open: durations.RENAME_AURORA + SETTLED },
  multiAz: { close: durations.RENAME_MULTI_AZ_CLUSTER, open: durations.RENAME_MULTI_AZ_CLUSTER + SETTLED },
};

const SETS: Kind[][] = [
  ["tables"],
  ["instance"],
  ["aurora"],
  ["multiAz"],
  ["tables", "aurora"],
  ["tables", "instance"],
  ["instance", "multiAz", "aurora"],
  ["instance", "instance"],
  ["tables", "instance", "aurora", "multiAz"],
];

for (const set of SETS)
  test.serial(`${set.join(" + ")}: as long as the longest closing and the longest opening`, async (t) => {
    t.timeout(3 * MINUTE);
    const world = await dynamodbWorld(t, "overlapping");
    const { rds, clock } = world;
    const common = { MasterUsername: "scalar", MasterUserPassword: "secret", BackupRetentionPeriod: 7 };
    const create = (kind: Kind, identifier: string, marks: Record<string, string>) => {
      if (kind === "instance") createInstance(rds, identifier, marks);
      else
        rds.createDBCluster({
          ...common,
          DBClusterIdentifier: identifier,
          Engine: kind === "aurora" ? "aurora-postgresql" : "postgres",
          ...(kind === "multiAz" && { DBClusterInstanceClass: "db.m6gd.large", AllocatedStorage: 100, Iops: 1000 }),
          Tags: tagList(marks),
        });
    };
    const pods = obedientPods();
    const members = set.map((kind, index): Member => {
      if (kind === "tables") return world.member(pods);
      const identifier = `${kind.toLowerCase()}${index}`;
      create(kind, identifier, {});
      create(kind, `${identifier}${SUFFIX}`, MARKS);
      const what = kind === "instance" ? "instance" : "cluster";
      return new RdsMember(
        {
          ...{ service: "rds", name: identifier, region: REGION, what, identifier },
          copyIdentifier: `${identifier}${SUFFIX}`,
          replacedIdentifier: `${identifier}-replaced${SUFFIX}`,
        },
        { instant: INSTANT, stack: STACK },
        rdsDatabases(what, REGION, ACCESS),
      );
    });
    clock.pass(60 * MINUTE);
    let closed = 0;
    let opened = 0;
    await runSwitchOver(INSTANT, { pods, members }, (line) => {
      if (/^step 4 of/.test(line)) closed = clock.now();
      if (/^step 7 of/.test(line)) opened = clock.now();
    });
    const steps = set.map((kind) => STEPS[kind]);
    const expected = Math.max(...steps.map(({ close }) => close)) + Math.max(...steps.map(({ open }) => open));
    const took = opened - closed;
    t.log(`${took / MINUTE} simulated minutes, ${expected / MINUTE} expected at least`);
    t.true(took >= expected, `${took / MINUTE} min are less than the clouds take`);
    t.true(took <= expected + LOOKS, `${took / MINUTE} min, and ${expected / MINUTE} would do`);
    const shown = shownMinutes(set);
    t.true(took <= shown * MINUTE + LOOKS, `${took / MINUTE} min, and a preview says ${shown}`);
  });

test.serial("an instance + databases of Azure: the upgrade of the releases is all that is added", async (t) => {
  t.timeout(3 * MINUTE);
  const { run, colleague, cloud } = await addressWorld(t);
  const times = new Map<string, number>();
  const { error } = await run((line) => {
    const step = /^step (\d) of 9/.exec(line)?.[1];
    if (step !== undefined) times.set(step, cloud.clock.now());
    colleague(line);
  });
  t.is(error?.message, undefined);
  const between = (from: string, to: string) => (times.get(to) ?? 0) - (times.get(from) ?? 0);
  const { close, open } = STEPS.instance;
  const took = between("4", "8");
  t.log(`${took / MINUTE} simulated minutes, ${between("6", "7") / MINUTE} for an upgrade that is made at once`);
  t.true(took >= close + open);
  t.true(took <= close + open + LOOKS, `${took / MINUTE} min, and ${(close + open) / MINUTE} would do`);
});

/** How long a preview says that a set is without an endpoint. */
function shownMinutes(set: readonly Kind[]): number {
  const databases = set.map((kind, index): SwitchedDatabase => {
    const name = `${kind.toLowerCase()}${index}`;
    const common = { name, region: REGION };
    if (kind === "tables")
      return { ...common, service: "dynamodb", tables: [], prefixes: [], suffix: SUFFIX, newStreams: false };
    return {
      ...{ ...common, service: "rds", what: kind === "instance" ? "instance" : "cluster", identifier: name },
      copyIdentifier: `${name}${SUFFIX}`,
      replacedIdentifier: `${name}-replaced${SUFFIX}`,
    };
  });
  const total = switchOverPlan(databases, [], INSTANT).downtime.at(-1) ?? "";
  return Number(/about (\d+) min in all/.exec(total)?.[1]);
}
