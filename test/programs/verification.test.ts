import test from "ava";
import { COORDINATOR_TABLE, TransactionState } from "../../rehearsal/scalardb/record";
import { toItem } from "../../rehearsal/scalardb/stores/dynamodb-layout";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { TABLES } from "../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../restore-points/instant";
import { COPY_TAG } from "../../restore-points/rules/tag-keys";
import { Verdict } from "../../restore-points/verification/verdict";
import type { StackResult } from "../../simulator/engine/stack";
import { interruptCreations } from "./interruption";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";
import {
  ELSEWHERE,
  infos,
  MINUTE,
  protectedSet,
  RELEASE,
  shifted,
  suffixed,
  verdictOf,
  warnings,
} from "./verified-set";

const TABLE = "aws:dynamodb/table:Table";

test("a pause is proven by two copies of the coordinator around the data", async (t) => {
  const { cloud, stack, sources, window, up } = await protectedSet(t, { region: ELSEWHERE });
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };

  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const [early, late] = [shifted(at, -3), shifted(at, 3)];
  const plan = infos(preview).filter((message) => message.includes("coordinator at"));
  t.is(plan.length, 1, infos(preview).join("\n"));
  t.regex(
    plan[0] ?? "",
    new RegExp(
      `^ledger, customers at ${at}, coordinator at ${early} and ${late} \\(coordinator.state, \\d+ bytes, is restored once more, and read twice: 1 read units\\)$`,
    ),
  );
  t.deepEqual(
    infos(preview).filter((message) => message.includes("would restore")),
    [
      [
        "an update would restore 2 databases, all at the same time:",
        `  ledger (Amazon DynamoDB, ${TABLES.length + 1} tables): usually less than 60 min for each 50 tables (documented)`,
        "  customers (Amazon Aurora PostgreSQL): depends on the amount of data; no duration is documented",
      ].join("\n"),
    ],
  );
  t.true(changes(preview).includes(`create Table ledger-late-${suffixed(at)}-coordinator.state`));
  t.true(changes(preview).includes(`create Command ledger-verification-${suffixed(at)}`));

  const restored = await up();
  t.is(infos(restored).filter((message) => message.startsWith("restoring 2 databases, ")).length, 1);
  const operation = (name: RegExp) => restored.operations.filter(({ urn }) => name.test(urn));
  const [comparison] = operation(/::ledger-verification-/);
  for (const { urn, endMillis } of operation(/::(ledger|customers)-copy-/))
    t.true(endMillis <= (comparison?.startMillis ?? 0), `${urn} is there before anything is said of the set`);
  t.is(operation(/:rds\/.*::customers-copy-/).length, 3);
  const copies = cloud.aws.dynamodb.region(ELSEWHERE);
  const restoredTo = (name: string, region = copies) =>
    formatInstant(region.table(name).describe().RestoreSummary?.RestoreDateTime?.getTime() ?? 0);
  t.is(restoredTo("coordinator.state"), early);
  t.is(restoredTo("ledger.accounts"), at);
  const lateTable = `coordinator.state-late-${suffixed(at)}`;
  t.is(restoredTo(lateTable, sources), late);
  const found = verdictOf(restored);
  t.is(found.verdict, Verdict.PauseProven);
  t.deepEqual(found.restsOn.slice(0, 1), [
    `ledger: coordinator.state as of ${early} (2 rows) and as of ${late} (2 rows) has the same commits`,
  ]);
  t.regex(found.verifiedAt ?? "", /^\d{4}-.*Z$/);
  t.truthy((restored.outputs.helmValues as Record<string, string>)["scalar/scalardb-cluster"]);

  t.is(restored.outputs.lastDrill, found.verifiedAt, "the drill is recorded");

  const again = await stack.preview();
  t.deepEqual(changes(again), [], "a preview right after changes nothing");
  t.deepEqual(
    infos(again).filter((message) => message.includes("coordinator at") || message.includes("would restore")),
    [],
    "nothing is planned any more",
  );

  stack.config["scalar-backup:restore"] = undefined;
  const ended = await up();
  t.deepEqual(sources.tableNames(), [...TABLES].sort());
  t.deepEqual(copies.tableNames(), []);
  t.is(ended.outputs.lastDrill, found.verifiedAt, "the record stays");
  // The newest counts, wherever it is from.
  stack.config["scalar-backup:lastDrill"] = "2026-01-01T00:00:00Z";
  t.is((await up()).outputs.lastDrill, found.verifiedAt);
});

test("a transaction that was committed in the window refuses the copies, which stay", async (t) => {
  const { cloud, stack, sources, commit, window } = await protectedSet(t);
  const other = window();
  const at = window();
  commit("of-a-missed-pod", Date.parse(at) + 1000);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const refused = await stack.up();
  t.false(refused.succeeded);
  t.true(
    errors(refused).includes(
      `scalar-backup:restore.at: the copies of ${at} are refused, because they do not fit together: ledger: coordinator.state: 1 transaction was committed between the coordinator's copies, so not every pod was paused, or a clock is off. Evidence: ledger: coordinator.state: transaction of-a-missed-pod of `,
    ),
    errors(refused),
  );
  t.true(errors(refused).includes(`Other restore points: ${other}`), errors(refused));
  t.is(refused.outputs.lastDrill, null, "no drill has passed");
  t.is(refused.outputs.helmValues, undefined, "nothing that uses the copies is known");
  t.is(sources.tableNames().length, 2 * TABLES.length + 1, "the copies stay");

  // No acceptance of what is only unproven accepts it.
  stack.config["scalar-backup:restore"] = { at, acceptUnproven: at };
  const preview = await stack.preview();
  t.false(preview.succeeded);
  t.regex(errors(preview), /are refused, because/);

  stack.config["scalar-backup:restore"] = { at, acceptInconsistentCopiesAt: at };
  const emergency = await stack.up();
  t.true(emergency.succeeded, errors(emergency));
  t.is(verdictOf(emergency).verdict, Verdict.Refused);
  t.true(warnings(emergency).some((message) => message.includes("are refused")));
});

test("a proof that failed ends the up, unless the copies are accepted by their instant", async (t) => {
  const { cloud, stack, sources, window, up } = await protectedSet(t);
  const at = window();
  // Somebody purges the coordinator in the window.
  sources.table(COORDINATOR_TABLE).deleteItem("before", Date.parse(at));
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const failed = await stack.up();
  t.false(failed.succeeded);
  t.regex(
    errors(failed),
    new RegExp(
      `the copies of ${at} are not proven to fit together: ledger: coordinator.state: 1 row was removed between .* To accept them all the same, set restore.acceptUnproven to "${at}"`,
    ),
  );
  stack.config["scalar-backup:restore"] = { at, acceptUnproven: at };
  const accepted = await up();
  t.is(verdictOf(accepted).verdict, Verdict.Unproven);
  t.true(warnings(accepted).some((message) => message.startsWith("USING COPIES THAT ARE NOT PROVEN")));
});

test("a window that is too short is said, and refuses only a verification that was asked for", async (t) => {
  const { cloud, stack, sources, window, up } = await protectedSet(t);
  const at = window(7);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: true } };
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    /restore\.verify\.enabled: the copies of .* cannot be verified: ledger: there is no room in the pause window/,
  );

  stack.config["scalar-backup:restore"] = { at };
  const restored = await up();
  t.is(verdictOf(restored).verdict, Verdict.Unproven);
  t.regex(verdictOf(restored).because.join(), /there is no room in the pause window/);
  t.is(sources.tableNames().length, 2 * TABLES.length, "there is no second copy of the coordinator");
});

test("an instant after the data that cannot be restored yet is waited for", async (t) => {
  const { stack, window, up } = await protectedSet(t);
  // Long, because the simulated clock runs on while the program does.
  const at = window(3600);
  // Now the window ends, and DynamoDB restores to five minutes ago: the late copy's instant is two seconds ago.
  stack.config["scalar-backup:restore"] = { at };
  const early = await stack.preview();
  t.false(early.succeeded);
  t.regex(
    errors(early),
    new RegExp(
      `database ledger: to verify the copies, coordinator.state is also restored to ${shifted(at, 1768)}, after the data: .* try again after .* Or set restore.verify.enabled to false`,
    ),
  );
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
  const unverified = await up();
  t.deepEqual(verdictOf(unverified).because, ["restore.verify.enabled is false: nothing was verified"]);
  t.is(unverified.outputs.lastDrill, null, "what is unproven is no drill that has passed");
});

for (const region of [undefined, ELSEWHERE])
  test(`copies that exist keep their instants when verification is switched, ${region ?? "next to their sources"}`, async (t) => {
    const { cloud, stack, sources, window, up } = await protectedSet(t, region === undefined ? undefined : { region });
    const at = window();
    cloud.clock.advance(20 * MINUTE);
    const restoredWithout = (result: StackResult) =>
      changes(result).filter((change) => !/^(update|same) Command|(-late-|-verification-)/.test(change));
    // As a version without verification has left them.
    stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
    await up();
    stack.config["scalar-backup:restore"] = { at };
    const upgraded = await up();
    t.deepEqual(changes(upgraded), [], "an upgrade changes nothing");
    t.is(verdictOf(upgraded).verdict, Verdict.Unproven);
    t.regex(verdictOf(upgraded).because.join(), /the copy of coordinator.state exists already/);

    stack.config["scalar-backup:restore"] = undefined;
    await up();
    stack.config["scalar-backup:restore"] = { at };
    await up();
    stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
    const off = await up();
    t.deepEqual(restoredWithout(off), []);
    t.is(sources.find(`coordinator.state-late-${suffixed(at)}`), undefined);
    stack.config["scalar-backup:restore"] = { at };
    const on = await up();
    t.deepEqual(restoredWithout(on), []);
    t.is(verdictOf(on).verdict, Verdict.PauseProven);
    t.deepEqual(changes(await stack.preview()), []);
  });

for (const region of [undefined, ELSEWHERE])
  test(`an up that is killed goes on with the coordinator's copies, ${region ?? "next to their sources"}`, async (t) => {
    const { cloud, stack, providers, sources, window } = await protectedSet(
      t,
      region === undefined ? undefined : { region },
    );
    const at = window();
    cloud.clock.advance(20 * MINUTE);
    stack.config["scalar-backup:restore"] = { at, ...(region && { mode: "recovery" }) };
    const goOn = interruptCreations(providers, [TABLE], TABLES.length + 1);
    t.regex(errors(await stack.up()), /signal: killed/);
    goOn();
    const again = await stack.up();
    t.true(again.succeeded, errors(again));
    t.deepEqual(
      changes(again).filter((change) => /^(replace|delete)/.test(change)),
      [],
    );
    t.is(changes(again).filter((change) => change.startsWith("import Table ")).length, TABLES.length + 1);
    t.is(verdictOf(again).verdict, Verdict.PauseProven);
    t.deepEqual(changes(await stack.preview()), []);
    if (region === undefined) return;

    // A recovery's copies stay; what was only compared goes.
    const tags = sources.table(`coordinator.state-late-${suffixed(at)}`).tags;
    t.is(tags[COPY_TAG], "drill");
    stack.config["scalar-backup:restore"] = undefined;
    t.true((await stack.up()).succeeded);
    t.deepEqual(sources.tableNames(), [...TABLES].sort());
    t.deepEqual(cloud.aws.dynamodb.region(region).tableNames(), [...TABLES].sort());
  });

test("properties with one-phase commit leave the copies unproven, and the secret in them out of the verdict", async (t) => {
  const { cloud, stack, window, up } = await protectedSet(t, { region: ELSEWHERE });
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:properties"] =
    "scalar.db.password=SECRET\nscalar.db.consensus_commit.one_phase_commit.enabled=true\n";
  stack.config["scalar-backup:restore"] = { at };
  const found = verdictOf(await up());
  t.is(found.verdict, Verdict.Unproven);
  t.deepEqual(found.because, [
    "the properties have scalar.db.consensus_commit.one_phase_commit.enabled=true: transactions that commit in one phase leave no row in the coordinator, so comparing it does not show them",
  ]);
});

test("one relational database is consistent by its own recovery, and two are unproven", async (t) => {
  t.timeout(300_000);
  const databases = ["customers", "orders"].map((name) => ({
    name,
    auroraPostgresql: { existing: { clusterIdentifier: `${name}-prod` } },
  }));
  const { cloud, stack } = await rehearsed(t, { "scalar-backup:databases": databases.slice(0, 1) });
  for (const { name } of databases) buildAurora(cloud, REGION, `${name}-prod`);
  t.true((await stack.up()).succeeded);
  cloud.clock.advance(60 * MINUTE);
  const at = formatInstant(cloud.clock.now() - 20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const one = await stack.up();
  t.true(one.succeeded, errors(one));
  t.is(verdictOf(one).verdict, Verdict.Consistent);
  t.deepEqual(verdictOf(one).restsOn, [
    "customers (Amazon Aurora PostgreSQL) is the only database: its copy is consistent by its own recovery",
  ]);
  t.is(one.outputs.lastDrill, at);

  cloud.kubernetes.createNamespace(RELEASE.namespace);
  stack.config["scalar-backup:databases"] = databases;
  stack.config["scalar-backup:pause"] = { schedule: "0 3 * * *", releases: [RELEASE] };
  delete stack.config["scalar-backup:restore"];
  t.true((await stack.up()).succeeded);
  cloud.clock.advance(60 * MINUTE);
  const window = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at: window };
  const two = await stack.up();
  t.true(two.succeeded, errors(two));
  t.is(verdictOf(two).verdict, Verdict.Unproven);
  t.deepEqual(verdictOf(two).because, [
    "the coordinator is in a relational database (customers, orders), whose cloud keeps no record of a restore's instant; to compare its copy with the present coordinator, set restore.verify.scan.presentCoordinator; if the release is ScalarDL Auditor, which runs no ScalarDB transactions, set pause.releases[].transactions to false",
  ]);
});

test("other credentials keep what was found, and compare nothing again", async (t) => {
  const { cloud, stack, sources, window, up } = await protectedSet(t);
  Object.assign(stack.config, { "aws:accessKey": "key", "aws:secretKey": "s1" });
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const found = verdictOf(await up());
  t.is(found.verdict, Verdict.PauseProven);
  // Compared again, it would be refused.
  const row = { tx_id: "later", tx_state: TransactionState.COMMITTED, tx_created_at: Date.parse(at) };
  sources.table(`coordinator.state-late-${suffixed(at)}`).putItem("later", toItem(row));
  stack.config["aws:secretKey"] = "s2";
  const again = await up();
  t.true(changes(again).includes(`update Command ledger-verification-${suffixed(at)}`));
  t.deepEqual(verdictOf(again), found);
  t.deepEqual(changes(await stack.preview()), []);
});
