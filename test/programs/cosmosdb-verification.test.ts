import test, { type ExecutionContext } from "ava";
import { COORDINATOR_TABLE, TransactionState } from "../../rehearsal/scalardb/record";
import { cosmosdbDatabase } from "../../rehearsal/scalardb/stores/databases";
import { AZURE_RESOURCE_GROUP } from "../../rehearsal/sets/azure";
import { buildAzurePostgresql } from "../../rehearsal/sets/azure-postgresql";
import { buildCosmosdb } from "../../rehearsal/sets/cosmosdb";
import { coordinatorsOf } from "../../restore-points/outputs";
import { COPY_TAG } from "../../restore-points/rules/tag-keys";
import { Verdict } from "../../restore-points/verification/verdict";
import { revealed } from "../../simulator/engine/stack";
import { interruptCreations } from "./interruption";
import { changes, errors, recordNextWindow, rehearsed } from "./rehearsed";
import { infos, MINUTE, RELEASE, suffixed, verdictOf, warnings } from "./verified-set";

const ACCOUNT = "azure-native:cosmosdb:DatabaseAccount";
const SOURCE = "ledger-prod";

/** ScalarDB's tables in Cosmos DB, and a relational database, protected for two hours. */
async function protectedSet(t: ExecutionContext, restoreTo: Record<string, unknown> = {}, only?: "ledger") {
  t.timeout(600_000);
  const { cloud, stack, providers, up } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
  });
  const configure = (to: Record<string, unknown>) => {
    const existing = { resourceGroupName: AZURE_RESOURCE_GROUP };
    stack.config["scalar-backup:databases"] = [
      { name: "ledger", cosmosdb: { existing: { ...existing, accountName: SOURCE }, restoreTo: to } },
      { name: "customers", azurePostgresql: { existing: { ...existing, serverName: "customers-prod" } } },
    ].filter(({ name }) => only === undefined || name === only);
  };
  configure(restoreTo);
  buildCosmosdb(cloud, SOURCE);
  buildAzurePostgresql(cloud, "customers-prod");
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  const { cosmosdb } = cloud.azure;
  const source = cosmosdb.account(SOURCE);
  /** A transaction that ScalarDB commits at an instant. */
  const commit = (tx_id: string, at: number) => {
    const row = { tx_id, tx_state: TransactionState.COMMITTED, tx_created_at: at };
    cosmosdbDatabase(source).write(COORDINATOR_TABLE, tx_id, row);
  };
  /** A window that ends now; `inside` happens a second after its middle. */
  const window = (inside?: () => void, seconds?: number) =>
    recordNextWindow(cloud, RELEASE.namespace, [RELEASE.name], seconds, inside);
  const accounts = () =>
    cosmosdb
      .accounts()
      .map(({ name }) => name)
      .sort();
  await up();
  cloud.clock.advance(120 * MINUTE);
  commit("before", cloud.clock.now());
  return { cloud, cosmosdb, stack, providers, source, commit, window, up, accounts, configure };
}

test("a pause is proven by two accounts with the coordinator, from before and after the data", async (t) => {
  const { cloud, stack, cosmosdb, window, up, accounts } = await protectedSet(t);
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };

  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const plan = infos(preview).find((message) => message.includes("coordinator at ")) ?? "";
  const [, early = "", late = ""] = /coordinator at (\S+) and (\S+) /.exec(plan) ?? [];
  t.true(Date.parse(early) < Date.parse(at) && Date.parse(at) < Date.parse(late), plan);
  t.true(
    plan.startsWith(
      `ledger, customers at ${at}, coordinator at ${early} and ${late} (database coordinator of account ledger-prod is restored twice more, as accounts ledger-prod-early-${suffixed(at)} and ledger-prod-late-${suffixed(at)}, which are read once`,
    ),
    plan,
  );
  t.true(changes(preview).includes(`create DatabaseAccount ledger-early-${suffixed(at)}`));
  t.true(changes(preview).includes(`create Command ledger-verification-${suffixed(at)}`));

  const restored = await up();
  const names = [SOURCE, ...["", "-early", "-late"].map((side) => `${SOURCE}${side}-${suffixed(at)}`)].sort();
  t.deepEqual(accounts(), names);
  for (const [side, instant] of [["early", early] as const, ["late", late] as const]) {
    const copy = cosmosdb.account(`${SOURCE}-${side}-${suffixed(at)}`);
    t.deepEqual(copy.containers(), [{ database: "coordinator", container: "state" }]);
    t.is(Date.parse(String(copy.restoreParameters?.restoreTimestampInUtc)), Date.parse(instant));
    t.is(copy.tags[COPY_TAG], "drill");
    t.deepEqual(copy.properties.ipRules, [{ ipAddressOrRange: "203.0.113.0/24" }]);
  }
  const found = verdictOf(restored);
  t.is(found.verdict, Verdict.PauseProven);
  t.deepEqual(found.restsOn.slice(0, 1), [
    `ledger: coordinator.state as of ${early} (2 rows) and as of ${late} (2 rows) has the same commits`,
  ]);
  t.is(
    found.notCovered[0],
    `customers: nothing in its copy was read; its instant, ${at}, is the one that was asked for`,
  );
  t.is(restored.outputs.lastDrill, found.verifiedAt, "the drill is recorded");
  t.deepEqual(
    coordinatorsOf(restored.outputs)[0]?.coordinatorContainer,
    {
      subscriptionId: cloud.azure.subscription,
      resourceGroupName: AZURE_RESOURCE_GROUP,
      accountName: SOURCE,
      database: "coordinator",
      container: "state",
    },
    "--quiet-gaps knows where the coordinator is",
  );
  t.truthy(revealed(restored.outputs.helmValues), "the values are known, and secret: they have the copy's key");

  const again = await stack.preview();
  t.deepEqual(changes(again), [], "a preview right after changes nothing");
  t.deepEqual(
    infos(again).filter((message) => message.includes("coordinator at")),
    [],
    "nothing is planned any more",
  );
  stack.config["scalar-backup:restore"] = undefined;
  await up();
  t.deepEqual(accounts(), [SOURCE]);
});

test("a transaction that was committed in the window refuses the copies, which stay", async (t) => {
  const { cloud, stack, commit, window, accounts } = await protectedSet(t);
  const at = window(() => commit("of-a-missed-pod", cloud.clock.now()));
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
  t.is(refused.outputs.lastDrill, null, "no drill has passed");
  t.is(refused.outputs.helmValues, undefined, "nothing that uses the copies is known");
  t.is(accounts().length, 4, "the copies stay");

  stack.config["scalar-backup:restore"] = { at, acceptUnproven: at };
  t.regex(errors(await stack.up()), /are refused, because/);
  stack.config["scalar-backup:restore"] = { at, acceptInconsistentCopiesAt: at };
  const emergency = await stack.up();
  t.true(emergency.succeeded, errors(emergency));
  t.is(verdictOf(emergency).verdict, Verdict.Refused);
});

test("a firewall that keeps the reader out ends the up with the fix, which verifiedFrom is", async (t) => {
  const { cloud, cosmosdb, stack, window, up, configure } = await protectedSet(t);
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  cosmosdb.callerAddress = "198.51.100.1";
  stack.config["scalar-backup:restore"] = { at };
  const failed = await stack.up();
  t.false(failed.succeeded);
  t.regex(
    errors(failed),
    new RegExp(
      `database ledger: the coordinator's copies could not be read: the firewall of account ledger-prod-early-${suffixed(at)} does not let 198\\.51\\.100\\.1 in, .* add "198\\.51\\.100\\.1" to databases\\[\\]\\.cosmosdb\\.restoreTo\\.verifiedFrom`,
    ),
  );
  stack.config["scalar-backup:restore"] = { at, acceptUnproven: at };
  const unproven = await up();
  t.is(verdictOf(unproven).verdict, Verdict.Unproven);
  t.regex(verdictOf(unproven).because.join(), /^ledger: the coordinator's copies could not be read: the firewall/);
  t.true(warnings(unproven).some((message) => message.startsWith("USING COPIES THAT ARE NOT PROVEN")));
  t.is(unproven.outputs.lastDrill, null, "what is unproven is no drill that has passed");

  stack.config["scalar-backup:restore"] = { at };
  configure({ verifiedFrom: ["198.51.100.0/24"] });
  const proven = await up();
  t.is(verdictOf(proven).verdict, Verdict.PauseProven);
  t.deepEqual(cosmosdb.account(`${SOURCE}-late-${suffixed(at)}`).properties.ipRules, [
    { ipAddressOrRange: "198.51.100.0/24" },
  ]);
  t.deepEqual(
    cosmosdb.account(`${SOURCE}-${suffixed(at)}`).properties.ipRules,
    [{ ipAddressOrRange: "203.0.113.0/24" }],
    "the copy that ScalarDB uses lets in those that its source lets in",
  );
  t.deepEqual(changes(await stack.preview()), []);
});

test("what could not be read anyway is not restored, and the verdict says why", async (t) => {
  const { cloud, stack, source, window, up, accounts, configure } = await protectedSet(t);
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  source.properties.publicNetworkAccess = "Disabled";
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: true } };
  t.regex(
    errors(await stack.preview()),
    /cannot be verified: ledger: the copies of account .* have no public endpoint/,
  );
  stack.config["scalar-backup:restore"] = { at };
  const closed = await up();
  t.is(verdictOf(closed).verdict, Verdict.Unproven);
  t.regex(
    verdictOf(closed).because.join(),
    /^ledger: the copies of account ledger-prod have no public endpoint, .* set databases\[\]\.cosmosdb\.restoreTo\.verifiedFrom/,
  );
  t.is(accounts().length, 2);

  stack.config["scalar-backup:restore"] = undefined;
  await up();
  configure({ verifiedFrom: ["203.0.113.7"] });
  stack.config["scalar-backup:restore"] = { at };
  t.is(verdictOf(await up()).verdict, Verdict.PauseProven);
});

test("a proof that failed ends the up, unless the copies are accepted by their instant", async (t) => {
  const { cloud, stack, source, window, up } = await protectedSet(t);
  // Somebody purges the coordinator in the window.
  const at = window(() => source.deleteItem("coordinator", "state", "before"));
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
  t.is(verdictOf(await up()).verdict, Verdict.Unproven);
});

test("an instant after the data that cannot be restored yet is waited for", async (t) => {
  const { stack, source, window } = await protectedSet(t, {}, "ledger");
  const at = window(() => {}, 2 * 60 * 60);
  // The data's instant is an hour ago, the late copy's two seconds: Azure's backups are half-way between.
  source.skewMillis = -30 * MINUTE;
  stack.config["scalar-backup:restore"] = { at };
  const early = await stack.preview();
  t.false(early.succeeded);
  t.regex(
    errors(early),
    /database ledger: to verify the copies, its coordinator is also restored to .*, after the data: .* try again after .* Or set restore.verify.enabled to false/,
  );
});

test("copies that exist keep their instants, and get the coordinator's copies only if a verification is asked for", async (t) => {
  const { cloud, stack, window, up, accounts } = await protectedSet(t);
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  // As a version without this verification has left them.
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
  await up();
  stack.config["scalar-backup:restore"] = { at };
  const upgraded = await up();
  t.deepEqual(changes(upgraded), [], "an upgrade changes nothing");
  t.is(verdictOf(upgraded).verdict, Verdict.Unproven);
  t.regex(
    verdictOf(upgraded).because.join(),
    /the copy of account ledger-prod exists already, .* set restore.verify.enabled to true/,
  );

  stack.config["scalar-backup:restore"] = { at, verify: { enabled: true } };
  const asked = await up();
  t.is(verdictOf(asked).verdict, Verdict.PauseProven);
  t.deepEqual(
    changes(asked).filter((change) => !/^create .*-(early|late|verification)-/.test(change)),
    [],
  );
  // Once they exist, nothing asks for the window.
  cloud.clock.advance(60 * 24 * 60 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const later = await up();
  t.deepEqual(changes(later), []);
  t.is(verdictOf(later).verdict, Verdict.PauseProven);
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
  const off = await up();
  t.deepEqual(
    changes(off).filter((change) => !/^delete .*-(early|late|verification)-/.test(change)),
    [],
  );
  t.is(accounts().length, 2);
});

test("an up that is killed goes on with the coordinator's copies, which go although a recovery's stay", async (t) => {
  // Without the server, whose completion would be cut off by the kill: the simulated Azure does not go on with it.
  const { cloud, cosmosdb, stack, providers, window, accounts } = await protectedSet(t, {}, "ledger");
  const at = window();
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  const goOn = interruptCreations(providers, [ACCOUNT], 3);
  t.regex(errors(await stack.up()), /signal: killed/);
  goOn();
  const again = await stack.up();
  t.true(again.succeeded, errors(again));
  t.deepEqual(
    changes(again).filter((change) => /^(replace|delete)/.test(change)),
    [],
  );
  t.is(changes(again).filter((change) => change.startsWith("import DatabaseAccount ")).length, 3);
  t.is(verdictOf(again).verdict, Verdict.PauseProven);
  t.deepEqual(changes(await stack.preview()), []);

  t.is(cosmosdb.account(`${SOURCE}-${suffixed(at)}`).tags[COPY_TAG], "recovery");
  stack.config["scalar-backup:restore"] = undefined;
  t.true((await stack.up()).succeeded);
  t.deepEqual(accounts(), [SOURCE, `${SOURCE}-${suffixed(at)}`].sort());
});
