import assert from "node:assert/strict";
import test, { type ExecutionContext } from "ava";
import { copyOf } from "../../../rehearsal/sets/copies";
import type { RestorePoints } from "../../../restore-points/points";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../../restore-points/rules/tag-keys";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { revealed, type Stack, type StackResult } from "../../../simulator/engine/stack";
import { changes, errors, recordWindow, rehearsed } from "../rehearsed";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const TAGS = { service: "payments" };

/** Whether the database was there before anybody thought of backups, or is created by the program. */
export const ORIGINS = ["existing", "created"] as const;
export type Origin = (typeof ORIGINS)[number];

/** One database in the simulated cloud, be it protected or a copy, as the contract looks at it. */
export interface DatabaseInCloud {
  write(key: string, value: number): void;
  read(): Record<string, unknown>;
  /** What protects it, as its kind has it. */
  protection(): Record<string, unknown>;
  /** What the cloud can restore of it now, in milliseconds since the epoch. */
  range(): { earliest: number; latest: number } | undefined;
  /** Everything that a copy has to have like its source. */
  settings(): Record<string, unknown>;
  tags(): Record<string, string>;
  /** ScalarDB properties by which it is reached as a copy, without their prefix. */
  properties(): Record<string, string>;
}

/** What the contract needs to know of a kind. */
export interface KindUnderTest {
  /** The kind's name, and what distinguishes it. */
  title: string;
  /** Begins the names of its databases in the set. */
  slug: string;
  /** Its two databases in the set's configuration, but for their names. */
  config: Record<Origin, Record<string, unknown>>;
  /** Builds what exists, as somebody made it long before. */
  build(cloud: SimulatedCloud): void;
  source(cloud: SimulatedCloud, origin: Origin): DatabaseInCloud;
  copy(cloud: SimulatedCloud, origin: Origin, instant: string): DatabaseInCloud | undefined;
  /** What `protection()` of the source has to be a day after it was protected. */
  protection: Record<Origin, Record<string, unknown>>;
  /** Takes protection away behind the program's back; answers what the next `up` has to change, and no more. */
  drift(cloud: SimulatedCloud, names: Record<Origin, string>): string[];
}

/** How a database is once an act is over. */
interface Seen {
  values: Record<string, unknown>;
  protection: Record<string, unknown>;
  settings: Record<string, unknown>;
  tags: Record<string, string>;
  properties: Record<string, string>;
  range: { earliest: number; latest: number } | undefined;
}

/** One run of the program, and every database after it. */
interface Act {
  result: StackResult;
  sources: Map<string, Seen>;
  /** Absent where there is no copy. By the instants that are chosen: the first, the second. */
  copies: Map<string, Seen>[];
}

interface Play {
  first: string;
  second: string;
  protect: Act;
  fix: Act & { expected: string[] };
  restore: Act;
  again: Act;
  change: Act;
  cleanUp: Act;
}

/**
 * Plays the life of a set that has two databases of every kind, one existing and one created, on one stack: protect, drift,
 * fix, restore, restore to another instant, clean up. Then tests, kind by kind, what each act has come to.
 */
export function contract(kinds: readonly KindUnderTest[]): void {
  let played: Promise<Play> | undefined;
  const play = async (t: ExecutionContext) => {
    t.timeout(600_000);
    played ??= perform(t, kinds);
    return await played;
  };
  const acts = (t: ExecutionContext) =>
    play(t).catch(() => {
      throw new Error("the program did not run through every act; that test says why");
    });
  test.serial("the program runs through every act", async (t) => {
    const { protect, fix, restore, again, change, cleanUp } = await play(t);
    for (const [name, act] of Object.entries({ protect, fix, restore, again, change, cleanUp }))
      t.true(act.result.succeeded, `${name}: ${errors(act.result)}`);
    t.deepEqual(changes(fix.result), fix.expected, "what is off is fixed, and nothing else is touched");
    t.deepEqual(changes(again.result), [], "a preview right after a restore changes nothing");
    t.deepEqual(unexpected(restore.result, "create"), [], "a restore only creates copies");
    t.deepEqual(unexpected(cleanUp.result, "delete"), [], "a clean-up only deletes copies");
  });
  for (const kind of kinds) for (const origin of ORIGINS) testKind(kind, origin, acts);
}

function testKind(kind: KindUnderTest, origin: Origin, acts: (t: ExecutionContext) => Promise<Play>): void {
  const name = nameOf(kind, origin);
  const title = (cell: string) => `${kind.title}, ${origin}: ${cell}`;

  test(title("is protected as configured"), async (t) => {
    const { protect } = await acts(t);
    t.deepEqual(protect.sources.get(name)?.protection, kind.protection[origin]);
  });

  test(title("drift is repaired by the next up"), async (t) => {
    const { fix } = await acts(t);
    t.true(
      fix.expected.some((change) => change.split(" ").at(-1)?.startsWith(name)),
      "the drift is one that has to be repaired",
    );
    t.deepEqual(fix.sources.get(name)?.protection, kind.protection[origin]);
  });

  test(title("reports the range that the cloud can restore"), async (t) => {
    const { restore } = await acts(t);
    const { databases } = restore.result.outputs.restorePoints as unknown as RestorePoints;
    const listed = databases.find((range) => range.name === name);
    const range = restore.sources.get(name)?.range;
    if (listed?.earliest === undefined || listed.latest === undefined || range === undefined)
      return t.fail(JSON.stringify(listed));
    // The cloud's clock runs on between the look-up and the comparison.
    t.true(Math.abs(Date.parse(listed.earliest) - range.earliest) < MINUTE, `${listed.earliest}`);
    const late = range.latest - Date.parse(listed.latest);
    t.true(late >= 0 && late < restore.result.simulatedMillis + 10 * MINUTE, `${listed.latest}`);
  });

  test(title("the copy has the data of the instant"), async (t) => {
    const { first, restore } = await acts(t);
    const copy = restore.copies[0]?.get(name);
    t.deepEqual(copy?.values, { a: 1 });
    t.deepEqual(restore.sources.get(name)?.values, { a: 3 }, "the source goes on");
    t.like(copy?.tags, { ...TAGS, [COPY_TAG]: "drill", [INSTANT_TAG]: first });
  });

  test(title("the copy has its source's settings and tags"), async (t) => {
    const { restore } = await acts(t);
    const source = restore.sources.get(name);
    const copy = restore.copies[0]?.get(name);
    t.deepEqual(copy?.settings, source?.settings);
    const { [COPY_TAG]: _, [INSTANT_TAG]: __, [STACK_TAG]: stack, ...tags } = copy?.tags ?? {};
    t.is(stack, "organization/scalar-backup/rehearsal");
    t.deepEqual(tags, { ...source?.tags, ...TAGS });
  });

  test(title("the ScalarDB properties lead to the copy"), async (t) => {
    const { restore } = await acts(t);
    const { properties } = copyOf(restore.result, name);
    const expected = Object.entries(restore.copies[0]?.get(name)?.properties ?? { none: "" });
    // With a key in them they are a secret.
    t.deepEqual(
      revealed(properties) ?? properties,
      Object.fromEntries(expected.map(([key, value]) => [`scalar.db.multi_storage.storages.${name}.${key}`, value])),
    );
  });

  test(title("another instant gets a copy with its data"), async (t) => {
    const { change } = await acts(t);
    t.deepEqual(change.copies[1]?.get(name)?.values, { a: 2 });
    t.not(change.copies[0]?.get(name)?.values.a, 1, "the copy of the other instant is gone");
    t.deepEqual(change.copies[1]?.get(name)?.settings, change.sources.get(name)?.settings);
  });

  test(title("the clean-up removes every copy and leaves the source"), async (t) => {
    const { cleanUp } = await acts(t);
    t.is(cleanUp.copies[0]?.get(name), undefined);
    t.is(cleanUp.copies[1]?.get(name), undefined);
    t.deepEqual(cleanUp.sources.get(name)?.values, { a: 3 });
    t.deepEqual(cleanUp.sources.get(name)?.protection, kind.protection[origin]);
  });
}

async function perform(t: ExecutionContext, kinds: readonly KindUnderTest[]): Promise<Play> {
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": kinds.flatMap((kind) =>
      ORIGINS.map((origin) => ({ name: nameOf(kind, origin), ...kind.config[origin] })),
    ),
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:tags": TAGS,
  });
  for (const kind of kinds) kind.build(cloud);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  return await act(kinds, cloud, stack);
}

async function act(kinds: readonly KindUnderTest[], cloud: SimulatedCloud, stack: Stack): Promise<Play> {
  const instants: string[] = [];
  const over = (result: StackResult): Act => {
    cloud.clock.advance(result.simulatedMillis);
    return {
      result,
      sources: look(kinds, (kind, origin) => kind.source(cloud, origin)),
      copies: instants.map((instant) => look(kinds, (kind, origin) => kind.copy(cloud, origin, instant))),
    };
  };
  const write = (value: number) => {
    for (const kind of kinds) for (const origin of ORIGINS) kind.source(cloud, origin).write("a", value);
  };
  // The first failure is reported itself, not the failures that follow from it.
  const sound = (result: StackResult) => {
    if (!result.succeeded) throw new Error(errors(result));
    return result;
  };

  /** As `pulumi up` does it: a preview first, whose plan is what is done. */
  const up = async () => {
    const planned = changes(sound(await stack.preview()));
    const result = sound(await stack.up());
    assert.deepEqual(changes(result), planned, "an up does something else than its preview has shown");
    return result;
  };

  const declared = await up();
  cloud.clock.advance(declared.simulatedMillis + 25 * HOUR);
  const protect = over({ ...declared, simulatedMillis: 0 });

  const expected = kinds.flatMap((kind) =>
    kind.drift(cloud, { existing: nameOf(kind, "existing"), created: nameOf(kind, "created") }),
  );
  sound(await stack.refresh());
  const fixed = await up();
  cloud.clock.advance(fixed.simulatedMillis + 25 * HOUR);
  const fix = { ...over({ ...fixed, simulatedMillis: 0 }), expected: expected.sort() };

  write(1);
  cloud.clock.advance(HOUR);
  instants.push(recordWindow(cloud, RELEASE.namespace, [RELEASE.name]));
  cloud.clock.advance(HOUR);
  write(2);
  cloud.clock.advance(HOUR);
  instants.push(recordWindow(cloud, RELEASE.namespace, [RELEASE.name]));
  cloud.clock.advance(HOUR);
  write(3);

  const [first, second] = instants as [string, string];
  stack.config["scalar-backup:restore"] = { at: first };
  const restore = over(await up());
  const again = over(sound(await stack.preview()));
  stack.config["scalar-backup:restore"] = { at: second };
  const change = over(await up());
  delete stack.config["scalar-backup:restore"];
  const cleanUp = over(await up());
  return { first, second, protect, fix, restore, again, change, cleanUp };
}

function look(
  kinds: readonly KindUnderTest[],
  find: (kind: KindUnderTest, origin: Origin) => DatabaseInCloud | undefined,
): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const kind of kinds)
    for (const origin of ORIGINS) {
      const database = find(kind, origin);
      if (database)
        seen.set(nameOf(kind, origin), {
          values: database.read(),
          protection: database.protection(),
          // What is undefined is as good as absent.
          settings: JSON.parse(JSON.stringify(database.settings())),
          tags: database.tags(),
          properties: database.properties(),
          range: database.range(),
        });
    }
  return seen;
}

/** What a run changed that is no copy, or in another way. */
function unexpected(result: StackResult, allowed: "create" | "delete"): string[] {
  return changes(result).filter((change) => {
    const [kind, type, name] = change.split(" ");
    const copy =
      /-copy|-(early|late|verification)-\d/.test(name ?? "") || type === "ScalarRestore" || type === "RestoredDatabase";
    return kind !== allowed || !copy;
  });
}

function nameOf(kind: KindUnderTest, origin: Origin): string {
  return `${kind.slug}-${origin}`;
}
