import test from "ava";
import { errors } from "../rehearsed";
import { infos, MINUTE, protectedSet, RELEASE, verdictOf, warnings } from "../verified-set";

test("refused copies of a recovery, accepted for an emergency, replace nothing; the preview says so, and what does", async (t) => {
  const { cloud, stack, sources, commit, window, up } = await protectedSet(t);
  const other = window(20);
  const at = window(20);
  commit("of-a-missed-pod", Date.parse(at) + 1000);
  cloud.clock.advance(20 * MINUTE);
  const restore = { at, mode: "recovery", acceptInconsistentCopiesAt: at };
  stack.config["scalar-backup:restore"] = restore;
  const restored = await up();
  t.is(verdictOf(restored).verdict, "refused");
  t.falsy(restored.outputs.switchOver, "nothing confirms it");
  t.regex(String(restored.outputs.nextSteps), /another restore point, because these copies are refused/);
  t.notRegex(String(restored.outputs.nextSteps), /switchOver/);

  const planned = infos(await stack.preview()).join("\n");
  t.regex(
    planned,
    /the copies of .* CANNOT replace production: they are refused, .*1 transaction was committed between/,
  );
  t.notRegex(planned, /can replace production|switchOver\.confirm/);

  const confirm = `replace ledger, customers as of ${at}`;
  stack.config["scalar-backup:restore"] = { ...restore, acceptUnproven: at, switchOver: { confirm, newStreams: true } };
  const confirmed = await stack.preview();
  t.false(confirmed.succeeded);
  t.regex(
    errors(confirmed),
    /are refused \(.*\), so they replace nothing\. .*set restore\.at to another restore point/,
  );

  // What the message says: the other restore point's copies can, and the refused ones remain.
  const before = sources.tableNames().length;
  stack.config["scalar-backup:restore"] = { at: other, mode: "recovery" };
  await up();
  t.true(sources.tableNames().length > before, "the refused copies are still in the cloud");
  t.true(infos(await stack.preview()).some((text) => text.startsWith("the copies can replace production")));
});

test("copies of a recovery that cannot be proven take the production names by acceptUnproven alone", async (t) => {
  const { cloud, stack, window } = await protectedSet(t);
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  const releases = [
    { ...RELEASE, databases: ["ledger"] },
    { ...RELEASE, name: "auditor", databases: ["customers"] },
  ];
  stack.config["scalar-backup:pause"] = { schedule: "0 3 * * *", releases };
  const said = async (mode: string, more: object = {}) => {
    stack.config["scalar-backup:restore"] = { at, mode, acceptInconsistentCopiesAt: at, ...more };
    const preview = await stack.preview();
    t.true(preview.succeeded, errors(preview));
    return warnings(preview).filter((message) => message.includes("cannot be verified: the coordinator is"));
  };
  t.regex(
    (await said("recovery")).join(),
    new RegExp(`They replace production only if restore.acceptUnproven is "${at}"$`),
  );
  t.regex((await said("recovery", { acceptUnproven: at })).join(), /The configuration accepts them all the same$/);
  t.regex((await said("drill")).join(), /The configuration accepts them all the same$/);
});
