import { join } from "node:path";
import test from "ava";
import { EmbeddedStack } from "../../../../simulator/engine/embedded";
import type { StackEvent, StackResult } from "../../../../simulator/engine/stack";
import { Workers } from "../../../../simulator/engine/workers";
import type { CreateRequest, CreateResponse } from "../../../../simulator/providers/provider";
import { declaredSource } from "./declared-source";
import { FixtureProvider } from "./fixture-provider";
import type { Declaration } from "./program/declaration";

const program = join(__dirname, "program");

function newStack(
  provider: FixtureProvider,
  resources: Declaration[],
  onEvent?: (event: StackEvent) => void,
  parallel = 16,
) {
  const config = { "declared:resources": resources };
  return new EmbeddedStack({ program, providers: [provider], source: declaredSource, config, onEvent, parallel });
}

function times({ operations }: StackResult) {
  return Object.fromEntries(operations.map(({ name, startMillis, endMillis }) => [name, [startMillis, endMillis]]));
}

const chain: Declaration[] = [
  { name: "group", kind: "component" },
  { name: "slow", inputs: { name: "slow", takesMillis: 1000 }, options: { parent: "group" } },
  { name: "quick", inputs: { name: "quick", takesMillis: 100 } },
  { name: "both", inputs: { zone: { from: "slow.address" }, takesMillis: 10 }, options: { dependsOn: ["quick"] } },
  { name: "read", id: { from: "slow.id" } },
];

test("operations take simulated time side by side, each from when all it needs is there", async (t) => {
  const stack = newStack(new FixtureProvider(), chain);
  const up = await stack.up();
  t.deepEqual(times(up), {
    "declared-rehearsal": [0, 0],
    group: [0, 0],
    slow: [0, 1000],
    quick: [0, 100],
    both: [1000, 1010],
    read: [1000, 1000],
  });
  t.is(up.simulatedMillis, 1010);
  t.deepEqual(
    up.operations.find(({ name }) => name === "both")?.dependsOn.map((urn) => urn.split("::").at(-1)),
    ["slow", "quick", "declared-rehearsal"],
  );

  stack.config = {
    "declared:resources": chain.map((one) =>
      one.name === "slow" ? { ...one, inputs: { name: "slower", takesMillis: 2000 } } : one,
    ),
  };
  const replaced = await stack.up();
  t.deepEqual(times(replaced).slow, [0, 2000]);
  t.deepEqual(times(replaced).both, [2000, 2010]);
  // The old ones go when the new ones exist: first both (10 ms), then slow (1 s).
  t.is(replaced.simulatedMillis, 3020);

  // Deleted in groups, each when the one before is gone: both; then slow; then quick and the group, which depend on nothing.
  const destroyed = await stack.destroy();
  t.deepEqual(times(destroyed).both, [0, 10]);
  t.deepEqual(times(destroyed).slow, [10, 2010]);
  t.is(destroyed.simulatedMillis, 2110);
});

test("no more operations run at a time than --parallel allows: a further one waits for the first that ends", async (t) => {
  const five: Declaration[] = [100, 1000, 300, 200, 10].map((takesMillis, index) => ({
    name: `thing-${index}`,
    inputs: { name: `thing-${index}`, takesMillis },
  }));
  const stack = newStack(new FixtureProvider(), five, undefined, 2);
  const up = await stack.up();
  t.deepEqual(times(up), {
    "declared-rehearsal": [0, 0],
    "thing-0": [0, 100],
    "thing-1": [0, 1000],
    "thing-2": [100, 400],
    "thing-3": [400, 600],
    "thing-4": [600, 610],
  });
  t.is((await stack.destroy()).simulatedMillis, 1000);
});

/** What it creates takes long enough for other steps to wait for their worker. */
class AsynchronousProvider extends FixtureProvider {
  override async create(request: CreateRequest): Promise<CreateResponse> {
    await new Promise(setImmediate);
    return super.create(request);
  }
}

test("after a step has failed, none begins that has waited for its worker", async (t) => {
  const three: Declaration[] = ["a", "b", "c"].map((name) => ({ name, inputs: { name, fails: "create" } }));
  const provider = new AsynchronousProvider();
  const up = await newStack(provider, three, undefined, 1).up();
  t.false(up.succeeded);
  t.is(provider.calls.length, 1, `${provider.calls}`);
});

test("a step that is ready late leaves the workers that are idle before to others", async (t) => {
  const workers = new Workers(2);
  const [late, early] = [await workers.take(500), await workers.take(0)];
  t.deepEqual([late.startMillis, early.startMillis], [500, 0]);
  const third = workers.take(100);
  // Which of both ends first is not known yet.
  early.release(200);
  t.is((await third).startMillis, 200);
  late.release(900);
  (await third).release(2000);
  t.is((await workers.take(1000)).startMillis, 1000);
});

test("a state survives as JSON, and previews leave it alone", async (t) => {
  const provider = new FixtureProvider();
  const stack = newStack(provider, chain);
  await stack.up();
  const state = JSON.parse(JSON.stringify(stack.state));

  stack.config = { "declared:resources": [] };
  const preview = await stack.preview();
  t.deepEqual(
    preview.operations.map(({ kind }) => kind),
    ["same", "delete", "delete", "delete", "delete"],
  );
  t.deepEqual(JSON.parse(JSON.stringify(stack.state)), state);
  t.is(provider.things.size, 3);

  const config = { "declared:resources": chain };
  const resumed = new EmbeddedStack({ program, providers: [provider], source: declaredSource, config, state });
  const again = await resumed.preview();
  t.true(again.operations.every(({ kind }) => kind === "same" || kind === "read"));
});

test("a half-done replacement is finished by the next run", async (t) => {
  const provider = new FixtureProvider();
  const stack = newStack(provider, [{ name: "a", inputs: { name: "a", fails: "delete" } }]);
  await stack.up();
  stack.config = { "declared:resources": [{ name: "a", inputs: { name: "a2" } }] };
  const failed = await stack.up();
  t.false(failed.succeeded);
  t.deepEqual([...provider.things.keys()], ["id-of-a", "id-of-a2"]);
  t.deepEqual(
    stack.state
      .filter(({ type }) => type === "fixture:index:Thing")
      .map(({ id, pendingDeletion }) => [id, pendingDeletion]),
    [
      ["id-of-a2", false],
      ["id-of-a", true],
    ],
  );
  provider.forgive();
  const finished = await stack.up();
  t.deepEqual(
    finished.operations.slice(1).map(({ name, kind }) => `${kind} ${name}`),
    ["same a", "delete a"],
  );
  t.deepEqual([...provider.things.keys()], ["id-of-a2"]);
});

test("events report what begins, what has ended and what is logged", async (t) => {
  const events: string[] = [];
  const stack = newStack(new FixtureProvider(), [{ name: "a", inputs: { fails: "create" } }], (event) => {
    events.push(
      event.kind === "diagnostic"
        ? event.diagnostic.message
        : `${event.kind} ${event.operation.kind} ${event.operation.name}`,
    );
  });
  const { succeeded } = await stack.up();
  t.false(succeeded);
  t.deepEqual(events, [
    "started create declared-rehearsal",
    "ended create declared-rehearsal",
    "started create a",
    "cannot create a-1",
  ]);
});

test("a provider for another version, or none at all, is refused", async (t) => {
  const stack = newStack(new FixtureProvider(), [{ name: "a", type: "other:index:Thing" }]);
  const { diagnostics } = await stack.up();
  t.deepEqual(
    diagnostics.map(({ message }) => message),
    ['no simulated provider for package "other"'],
  );
  stack.config = { "declared:resources": [{ name: "a", options: { version: "2.0.0" } }] };
  const newer = await stack.up();
  t.regex(newer.diagnostics[0]?.message ?? "", /uses fixture 2\.0\.0, but the simulated provider is 1\.0\.0/);
});

test("a stack of an earlier SDK version goes on with a later one: what remains is the same, what is gone is deleted", async (t) => {
  const provider = new FixtureProvider();
  const of = (version: string, name: string) => ({ name, options: { version } });
  const stack = newStack(provider, [of("1.0.0", "a"), of("1.0.0", "gone")]);
  t.true((await stack.up()).succeeded);
  Object.assign(provider, { version: "2.0.0" });
  stack.config = { "declared:resources": [of("2.0.0", "a")] };
  const { operations, succeeded, diagnostics } = await stack.up();
  t.true(succeeded, diagnostics.map(({ message }) => message).join("\n"));
  t.deepEqual(
    operations.slice(1).map(({ name, kind }) => `${kind} ${name}`),
    ["same a", "delete gone"],
  );
});
