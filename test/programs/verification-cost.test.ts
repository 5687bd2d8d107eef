import test, { type ExecutionContext } from "ava";
import { MINUTE, protectedSet, verdictOf } from "./verified-set";

// What a drill costs more with a verification, in simulated time and in resources: the figures of docs/drill.md.

/** A drill of DynamoDB and Aurora, from its `up` to the verdict. */
async function drill(t: ExecutionContext, verify?: object) {
  const { cloud, stack, window, up } = await protectedSet(t);
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at, ...(verify && { verify }) };
  const { operations, ...result } = await up();
  const created = operations.filter(({ kind, type }) => kind === "create" && !type.startsWith("scalar-backup:"));
  const start = Math.min(...operations.map(({ startMillis }) => startMillis));
  return {
    verdict: verdictOf({ operations, ...result }).verdict,
    minutes: (Math.max(...operations.map(({ endMillis }) => endMillis)) - start) / MINUTE,
    created: created.map(({ type }) => type).sort(),
  };
}

test("a verification makes a drill of DynamoDB and Aurora no longer, and costs one table and two commands", async (t) => {
  const without = await drill(t, { enabled: false });
  const verified = await drill(t);
  t.log(`without: ${without.minutes.toFixed(1)} min, ${without.created.length} resources`);
  t.log(`with: ${verified.minutes.toFixed(1)} min, ${verified.created.length} resources: ${verified.verdict}`);
  const more = [...verified.created];
  for (const type of without.created) more.splice(more.indexOf(type), 1);
  t.log(`more: ${more.join(", ")}`);
  t.deepEqual([without.verdict, verified.verdict], ["unproven", "pause proven, records not scanned"]);
  t.deepEqual(more, ["aws:dynamodb/table:Table", "command:local:Command", "command:local:Command"]);
  t.true(verified.minutes - without.minutes < 1, `${verified.minutes - without.minutes} min`);
});
