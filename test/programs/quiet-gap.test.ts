import test from "ava";
import { COORDINATOR_TABLE } from "../../rehearsal/scalardb/record";
import { formatInstant } from "../../restore-points/instant";
import { Verdict } from "../../restore-points/verification/verdict";
import { changes, errors } from "./rehearsed";
import { ELSEWHERE, infos, MINUTE, protectedSet, shifted, verdictOf } from "./verified-set";

/** An instant outside of the only window, in a set in which nothing is committed by itself. */
async function quietSet(t: Parameters<typeof protectedSet>[0], restoreTo?: { region: string }) {
  const set = await protectedSet(t, restoreTo);
  set.window();
  set.cloud.clock.advance(10 * MINUTE);
  const at = formatInstant(set.cloud.clock.now());
  set.cloud.clock.advance(20 * MINUTE);
  return { ...set, at };
}

test("an instant in no window is restored from a quiet gap, once the coordinator's copies have proven it", async (t) => {
  const { stack, up, at } = await quietSet(t, { region: ELSEWHERE });
  stack.config["scalar-backup:restore"] = { at };
  t.regex(errors(await stack.preview()), /is in no pause window/);

  stack.config["scalar-backup:restore"] = { at, quietGap: true };
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const instants = `coordinator at ${shifted(at, -3)} and ${shifted(at, 3)}`;
  t.true(infos(preview).some((message) => message.startsWith(`ledger, customers at ${at}, ${instants}`)));
  const restored = await up();
  const found = verdictOf(restored);
  t.is(found.verdict, Verdict.QuietGapProven);
  t.regex(found.restsOn.join(), /no pause window is asked for \(restore\.quietGap\)/);
  t.is(restored.outputs.lastDrill, found.verifiedAt, "the drill is recorded");
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  t.deepEqual((restored.outputs.databases as { coordinator?: object }[])[0]?.coordinator, {
    region: "ap-northeast-1",
    table: COORDINATOR_TABLE,
  });
});

test("a commit in what was thought to be a gap refuses its copies, and nothing accepts them", async (t) => {
  const { stack, commit, at } = await quietSet(t);
  commit("of-a-pod-whose-clock-is-off", Date.parse(at) + 2000);
  stack.config["scalar-backup:restore"] = { at, quietGap: true };
  const refused = await stack.up();
  t.false(refused.succeeded);
  t.regex(errors(refused), /are refused, .* transaction of-a-pod-whose-clock-is-off/);
  t.is(refused.outputs.helmValues, undefined);
  t.is(refused.outputs.lastDrill, null);

  for (const more of [{ acceptUnproven: at }, { acceptInconsistentCopiesAt: at }, { verify: { enabled: false } }]) {
    stack.config["scalar-backup:restore"] = { at, quietGap: true, ...more };
    const [key] = Object.keys(more);
    t.regex(
      errors(await stack.preview()),
      new RegExp(
        `scalar-backup:restore\\.quietGap is set in addition to ${key}|restore\\.quietGap: is set in addition to ${key}`,
      ),
    );
  }
});

test("a gap that cannot be proven ends the preview if that is known, and the up after the comparison", async (t) => {
  const { cloud, stack, sources, at } = await quietSet(t);
  // Somebody purges the coordinator in the gap.
  sources.table(COORDINATOR_TABLE).deleteItem("before", Date.parse(at));
  stack.config["scalar-backup:restore"] = { at, quietGap: true };
  const failed = await stack.up();
  t.false(failed.succeeded);
  t.regex(errors(failed), /restore\.quietGap: the copies of .* are not proven to fit together: .* 1 row was removed/);
  t.is(failed.outputs.helmValues, undefined);

  stack.config["scalar-backup:restore"] = undefined;
  t.true((await stack.up()).succeeded);
  stack.config["scalar-backup:properties"] = "scalar.db.consensus_commit.one_phase_commit.enabled=true\n";
  stack.config["scalar-backup:restore"] = { at: formatInstant(cloud.clock.now() - 15 * MINUTE), quietGap: true };
  const known = await stack.preview();
  t.false(known.succeeded);
  t.regex(
    errors(known),
    /restore\.quietGap: the copies of .* cannot be verified: the properties have .*one_phase_commit/,
  );
});
