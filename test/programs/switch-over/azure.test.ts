import test from "ava";
import { parse } from "yaml";
import { copiesOf } from "../../../rehearsal/sets/copies";
import { revealed, type StackResult } from "../../../simulator/engine/stack";
import { changes, errors, recordWindow } from "../rehearsed";
import { infos, MINUTE, suffixed, warnings } from "../verified-set";
import { databases, PACE, protectedAzureSet, valuesOf } from "./azure-set";
import { fastUp } from "./play";

const endpointsOf = (result: StackResult) => copiesOf(result).map(({ name, endpoint }) => [name, endpoint]);

test("the copies of a recovery on Azure replace production by the releases' properties, and the stack protects them from then on", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, up, cosmosdb, postgresql, auditor, releases, upgrade, pods } =
    await protectedAzureSet(t);
  auditor("auditor-prod").write("auditor.assets", "a", { balance: 5 });
  cloud.clock.advance(5 * MINUTE);
  const at = recordWindow(cloud, "scalar", ["ledger", "auditor"]);
  cloud.clock.advance(20 * MINUTE);
  auditor("auditor-prod").write("auditor.assets", "a", { balance: 7 });
  const [account, server] = [`ledger-prod-${suffixed(at)}`, `auditor-prod-${suffixed(at)}`];

  // Copies, verified; production is untouched. The values hold the pods at 0, and are a secret.
  // Auditor's coordinator is in a relational database, which is not compared.
  const restore = { at, mode: "recovery", acceptUnproven: at };
  stack.config["scalar-backup:restore"] = restore;
  const restored = await up();
  const { confirm } = restored.outputs.switchOver as unknown as { confirm: string };
  t.is(confirm, `replace ledger, auditor as of ${at}`);
  const values = valuesOf(restored);
  t.truthy(revealed(restored.outputs.helmValues), "they hold keys and passwords: a secret");
  t.like(parse(values["scalar/ledger"] ?? ""), {
    ledger: {
      replicaCount: 0,
      ledgerProperties: `# Ledger\nscalar.db.storage=cosmos\nscalar.db.contact_points=${cosmosdb.account(account).endpoint}\nscalar.db.password=${cosmosdb.account(account).keys.primaryMasterKey}\n`,
    },
  });
  t.like(parse(values["scalar/auditor"] ?? ""), { auditor: { replicaCount: 0 } });
  t.deepEqual(pods(), [3, 2]);
  const plan = infos(await stack.preview()).find((line) => line.includes("restore.switchOver.confirm")) ?? "";
  t.regex(
    plan,
    /ledger: wait until you have upgraded each release .* which name ledger-prod-\w+ in place of ledger-prod and hold replicaCount at 0/,
  );

  // A release that names a copy too early is known before anything is stopped.
  stack.config["scalar-backup:restore"] = { ...restore, switchOver: { confirm } };
  const former = releases.auditor.properties;
  await releases.auditor.upgrade({ properties: former.replace("auditor-prod.", `${server}.`) });
  t.regex(
    errors(await stack.preview()),
    /release scalar\/auditor \(database auditor\) names auditor-prod-\S+ already, .*helm rollback auditor/,
  );
  await releases.auditor.upgrade({ properties: former });
  const planned = await stack.preview();
  t.true(planned.succeeded, errors(planned));
  t.log(changes(planned));
  // The rule of docs/recovery.md for answering "yes".
  const listed = changes(planned).filter((each) => each.startsWith("delete "));
  const databasesListed = listed.filter((each) => /^delete (DatabaseAccount|Server) /.test(each));
  t.deepEqual(
    databasesListed.filter((each) => !/-(copy|early|late)-/.test(each)),
    [],
  );
  t.true(databasesListed.length > 2, listed.join("\n"));

  // Somebody upgrades both releases once the pods are stopped.
  const processes = asProcesses();
  const helping = setInterval(() => {
    if (pods().every((count) => count === 0) && !releases.auditor.properties.includes(server)) void upgrade(values);
  }, 500);
  const switched = await fastUp(cloud, processes, PACE);
  clearInterval(helping);
  t.true(switched.succeeded, errors(switched));
  t.deepEqual(pods(), [3, 2]);
  t.deepEqual(auditor(server).load("auditor.assets").get("a"), { balance: 5 });
  t.deepEqual(auditor("auditor-prod").load("auditor.assets").get("a"), { balance: 7 }, "what was replaced is kept");
  t.deepEqual(endpointsOf(switched), endpointsOf(restored), "the outputs go on to name the copies as before");
  const steps = (switched.outputs.nextSteps as string[]).join("\n");
  t.regex(
    steps,
    new RegExp(
      `pulumi config set --path "scalar-backup:databases\\[0\\]\\.cosmosdb\\.existing\\.accountName" ${account}`,
    ),
  );
  t.regex(
    steps,
    new RegExp(
      `pulumi config set --path "scalar-backup:databases\\[1\\]\\.azurePostgresql\\.existing\\.serverName" ${server}`,
    ),
  );
  t.regex(steps, /^\d\. \w+: production may lack .*Microsoft Entra administrators.*not-restored\.md/m);
  t.regex(steps, /az cosmosdb delete --resource-group scalar-databases --name ledger-prod$/m);

  // The values have the former counts now, and change no pod.
  const after = valuesOf(switched);
  t.like(parse(after["scalar/ledger"] ?? ""), { ledger: { replicaCount: 3 } });
  const before = releases.ledger.pods.map(({ name }) => name);
  await upgrade(after);
  t.deepEqual(
    releases.ledger.pods.map(({ name }) => name),
    before,
  );

  // Nothing is left to do.
  const next = goingOnFrom(processes.state);
  t.deepEqual(changes(await next.preview()), [], "a preview after the switch-over");
  await next.refresh();
  t.deepEqual(changes(await next.preview()), [], "a preview after a refresh");

  // As a copy of a restore, production could be removed with it.
  stack.config["scalar-backup:restore"] = restore;
  t.regex(errors(await next.preview()), /account ledger-prod-\S+ .*is in production since the switch-over at/);

  // Without the copies' names, the stack says what it does not protect.
  delete stack.config["scalar-backup:restore"];
  const forgotten = warnings(await next.preview());
  t.true(
    forgotten.some((message) =>
      new RegExp(
        `^database ledger: ${account} has replaced it at .*set databases\\[\\]\\.cosmosdb\\.existing\\.accountName to ${account}, .* only if the releases use the former database again, remove its tags`,
      ).test(message),
    ),
    forgotten.join("\n"),
  );
  stack.config["scalar-backup:databases"] = databases({ account, server });
  const last = await next.up();
  t.true(last.succeeded, errors(last));
  t.log(changes(last));
  t.deepEqual(
    changes(last).filter((change) => !/^(delete|update)/.test(change)),
    [],
  );
  t.deepEqual(
    changes(last).filter((change) => /DatabaseAccount|Server /.test(change)),
    [],
  );
  t.false(warnings(last).some((message) => message.includes("has replaced it")));
  await next.refresh();
  t.deepEqual(changes(await next.preview()), [], "a preview of the stack that protects what runs");
  t.deepEqual(
    cosmosdb
      .accounts()
      .map(({ name }) => name)
      .sort(),
    ["ledger-prod", account],
  );
  t.deepEqual(
    postgresql
      .all()
      .map(({ name }) => name)
      .sort(),
    ["auditor-prod", server],
  );
});
