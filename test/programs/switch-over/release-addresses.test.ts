import test from "ava";
import { addressWorld } from "../../unit/operations/switch-over/address-world";
import { DEPLOYMENTS } from "../../unit/operations/switch-over/scene";
import { SUFFIX } from "../../unit/operations/switch-over/world";

const COPIES = { ledger: "copy", auditor: "copy", stock: "copy" };
const SOURCES = { ledger: "source", auditor: "source", stock: "source" };

test.serial("pods start once each release names the copies, with the former counts", async (t) => {
  const { run, addressesOf, violations, pods, tags, journal } = await addressWorld(t);
  const { error, said, result } = await run();
  t.is(error?.message, undefined, said.join("\n"));
  t.deepEqual(addressesOf(), COPIES);
  t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
  t.deepEqual(violations(), []);
  t.deepEqual(result?.replicas, { "scalar/ledger": 3, "scalar/auditor": 2 });
  t.is(result?.endpoints.ledger, `https://ledger-prod${SUFFIX}.documents.azure.com:443/`);
  t.true(
    result?.kept.some((line) =>
      line.includes("az cosmosdb delete --resource-group scalar-databases --name ledger-prod"),
    ),
  );
  t.true(result?.kept.some((line) => line.includes("az postgres flexible-server delete")));
  for (const source of tags.source()) {
    t.regex(source["scalar-backup:replaced-by"] ?? "", new RegExp(`${SUFFIX}$`));
    t.truthy(source["scalar-backup:switched-over"]);
  }
  for (const copy of tags.copy()) t.truthy(copy["scalar-backup:switched-over"]);
  t.is(journal()?.state, "started");
  // Nothing is left to do.
  const again = await run();
  t.is(again.error?.message, undefined);
  t.true(again.said.some((line) => line.includes("are in production already: no database is changed")));
  t.false(again.said.some((line) => line.includes("upgrade the releases now")));
});

/** The n-th line that a wait repeats for releases. */
const waitsFor = (line: string) => line.startsWith("upgrade of the releases: ");

test.serial(
  "an upgrade with the former properties, and one of a single release, leave the pods stopped until the rest follows",
  async (t) => {
    const { run, releases, upgrades, addressesOf, violations, pods, abort } = await addressWorld(t);
    const seen: string[] = [];
    let step = 0;
    const { error } = await run((line) => {
      if (line.startsWith("upgrade the releases now"))
        void releases.ledger.upgrade({ properties: releases.ledger.properties, replicaCount: 0 });
      if (!waitsFor(line)) return;
      seen.push(line);
      t.deepEqual([pods("ledger"), pods("auditor"), violations()], [0, 0, []]);
      step += 1;
      if (step === 2) void releases.ledger.upgrade(upgrades.ledger);
      if (step === 4) void releases.auditor.upgrade(upgrades.auditor);
    });
    t.is(error?.message, undefined);
    t.regex(
      seen[0] ?? "",
      /release scalar\/auditor \(database auditor\) still names auditor-prod\..*; release scalar\/ledger \(database ledger\) still names ledger-prod\.documents\.azure\.com/,
    );
    t.true(
      seen.some((line) =>
        line.startsWith("upgrade of the releases: release scalar/auditor (database auditor) still names"),
      ),
      seen.join("\n"),
    );
    t.deepEqual(addressesOf(), COPIES);
    t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
    t.regex(
      (await abort()).error?.message ?? "",
      /^all production names belong to the copies already \(RDS instance stock\)/,
    );
  },
);

test.serial("an upgrade that starts pods too early has them stopped again, before a name is opened", async (t) => {
  const { run, releases, upgrades, addressesOf, violations, pods } = await addressWorld(t);
  const { error, said } = await run((line) => {
    // One release with its new properties and all its pods; the other follows as it should.
    if (line.startsWith("upgrade the releases now"))
      void releases.ledger.upgrade({ ...upgrades.ledger, replicaCount: 3 });
    if (line.includes("too early")) void releases.auditor.upgrade(upgrades.auditor);
  });
  t.is(error?.message, undefined, said.join("\n"));
  t.true(
    said.some((line) =>
      /scalar\/ledger-scalardl-ledger-\S+ \(Running\).* run too early, .* stopped again \(was replicaCount 0/.test(
        line,
      ),
    ),
    said.join("\n"),
  );
  const [opened, stopped] = [
    said.findIndex((line) => /step \d of 9.*: give the production names/.test(line)),
    said.findIndex((line) => line.includes("too early")),
  ];
  t.true(stopped > 0 && stopped < opened);
  t.deepEqual(addressesOf(), COPIES);
  t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
  t.deepEqual(violations(), []);
});

test.serial(
  "former properties that are deployed while the names are opened have the releases waited for again",
  async (t) => {
    const { run, releases, addressesOf, upgradeAll, pods } = await addressWorld(t);
    const former = releases.ledger.properties;
    let deployed = false;
    const ended = await run((line) => {
      if (/^upgrade the releases now/.test(line) && !deployed) void upgradeAll();
      if (/^step 7 of 9/.test(line)) {
        deployed = true;
        void releases.ledger.upgrade({ properties: former, replicaCount: 3 });
      }
      if (/still names ledger-prod\..* \(0 s\)$/.test(line)) void upgradeAll();
    });
    t.is(ended.error?.message, undefined);
    const regained = ended.said.findIndex((line) =>
      /^release scalar\/ledger \(database ledger\) still names ledger-prod\.documents\S+: the former properties were deployed again/.test(
        line,
      ),
    );
    t.true(regained >= 0, ended.said.join("\n"));
    t.true(regained < ended.said.findIndex((line) => /^step 9 of 9/.test(line)));
    t.deepEqual(addressesOf(), COPIES);
    t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
  },
);

test.serial(
  "former properties that are deployed while pods are started are said, and the next run stops these pods",
  async (t) => {
    const { run, releases, addressesOf, colleague, upgradeAll, pods, tags } = await addressWorld(t);
    const former = releases.ledger.properties;
    const first = await run((line) => {
      colleague(line);
      if (/Deployment ledger-scalardl-ledger scaled from 0 to 3/.test(line))
        void releases.ledger.upgrade({ properties: former, replicaCount: 3 });
    });
    t.regex(
      first.error?.message ?? "",
      /release scalar\/ledger \(database ledger\) still names ledger-prod\..*pods use a replaced database\. Stop what deploys them/,
    );
    t.false(
      tags.copy().some((each) => "scalar-backup:switched-over" in each),
      "nothing says that it is complete",
    );
    const next = await run((line) => {
      if (/^upgrade the releases now/.test(line)) {
        t.deepEqual([pods("ledger"), pods("auditor")], [0, 0]);
        void upgradeAll();
      }
    });
    t.is(next.error?.message, undefined, next.said.join("\n"));
    t.deepEqual(addressesOf(), COPIES);
    t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
  },
);

test.serial("former properties that are deployed while databases are marked are said as well", async (t) => {
  const { cloud, run, releases, addressesOf, colleague, journal, pods } = await addressWorld(t);
  const former = releases.ledger.properties;
  let deployed = false;
  const first = await run(colleague, () => {
    if (deployed || journal()?.state !== "started" || !/^azure PATCH/.test(cloud.failures.requests.at(-1) ?? ""))
      return;
    deployed = true;
    void releases.ledger.upgrade({ properties: former, replicaCount: 3 });
  });
  t.true(deployed);
  t.regex(first.error?.message ?? "", /still names ledger-prod\..*pods use a replaced database/);
  t.false(first.said.some((line) => line.startsWith("done:")));
  const next = await run(colleague);
  t.is(next.error?.message, undefined, next.said.join("\n"));
  t.deepEqual(addressesOf(), { ledger: "copy", auditor: "copy", stock: "copy" });
  t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
});

test.serial("an upgrade that goes on starting pods ends the switch-over, which the next one continues", async (t) => {
  const { run, releases, upgrades, addressesOf, colleague, pods } = await addressWorld(t);
  const ended = await run((line) => {
    if (line.startsWith("upgrade the releases now") || line.includes("too early") || waitsFor(line))
      setTimeout(() => void releases.ledger.upgrade({ ...upgrades.ledger, replicaCount: 3 }), 5);
  });
  t.regex(
    ended.error?.message ?? "",
    /pods were started again 5 times, .*hold replicaCount at 0|was scaled out again 5 times/,
  );
  t.is(addressesOf().stock, "nothing");
  const { error } = await run(colleague);
  t.is(error?.message, undefined);
  t.deepEqual(addressesOf(), COPIES);
  t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
});

test.serial("a password that is no key of the copy is named, and no pod starts with it", async (t) => {
  const { run, releases, upgrades, pods } = await addressWorld(t);
  const wrong = upgrades.ledger.properties?.replace(/password=.*/, "password=former-key");
  const seen: string[] = [];
  const { error } = await run((line) => {
    if (line.startsWith("upgrade the releases now")) {
      void releases.ledger.upgrade({ properties: wrong, replicaCount: 0 });
      void releases.auditor.upgrade(upgrades.auditor);
    }
    if (!waitsFor(line)) return;
    seen.push(line);
    t.is(pods("ledger"), 0);
    if (seen.length === 2) void releases.ledger.upgrade(upgrades.ledger);
  });
  t.is(error?.message, undefined);
  t.true(
    seen.some((line) => line.includes("scalar.db.multi_storage.storages.ledger.password is not a key of")),
    seen.join("\n"),
  );
  t.false(seen.some((line) => line.includes("former-key")));
});

test.serial(
  "nothing begins while a release does not show which database it uses, or names a copy already",
  async (t) => {
    const { obstacles, run, releases, upgrades, violations, pods, tags } = await addressWorld(t);
    t.deepEqual(await obstacles(), []);
    const before = releases.auditor.properties;
    await releases.auditor.upgrade({ properties: 'scalar.db.contact_points={{ default .Env.DATABASE_URL "" }}' });
    t.regex(
      (await obstacles()).join("\n"),
      /release scalar\/auditor \(database auditor\): its contact_points come from DATABASE_URL, .* a Secret is not read/,
    );
    await releases.auditor.upgrade({ properties: "scalar.db.contact_points=jdbc:postgresql://elsewhere:5432/auditor" });
    t.regex((await obstacles()).join("\n"), /none of its contact_points names auditor-prod\./);
    await releases.auditor.upgrade({ properties: upgrades.auditor.properties });
    const early = await run();
    t.regex(
      early.error?.message ?? "",
      /this run changes nothing, because:\n.*release scalar\/auditor \(database auditor\) names auditor-prod-20261122\S+ already, before its pods are stopped: put its former properties back \(helm rollback auditor --namespace scalar\)/,
    );
    t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
    t.is(tags.source()[0]?.["scalar-backup:replaced-by"], undefined);
    await releases.auditor.upgrade({ properties: before });
    t.deepEqual(await obstacles(), []);
    t.deepEqual(violations(), []);
  },
);

test.serial("a Deployment without properties in a ConfigMap is refused before anything is stopped", async (t) => {
  const { obstacles, cloud } = await addressWorld(t);
  const deployments = cloud.kubernetes.store.list(DEPLOYMENTS, "scalar");
  const ledger = deployments.find(({ metadata }) => metadata.name === "ledger-scalardl-ledger");
  if (ledger === undefined) return t.fail();
  // As a chart of somebody's own might be: no volume, and so no annotation.
  cloud.kubernetes.store.update({ ...ledger, spec: { ...ledger.spec, template: { metadata: { labels: {} } } } });
  t.regex(
    (await obstacles()).join("\n"),
    /release scalar\/ledger \(database ledger\): its pods mount no ConfigMap with a file <product>\.properties/,
  );
});

test.serial("before a release names a copy and a name is closed, an abort leaves production as it was", async (t) => {
  const { run, abort, addressesOf, pods, tags, violations } = await addressWorld(t);
  const killed = await run(() => {}, { at: /PATCH .*\/scale$/, failure: "kill after" });
  t.true(killed.killed);
  const aborted = await abort();
  t.is(aborted.error?.message, undefined, aborted.said.join("\n"));
  t.deepEqual(addressesOf(), SOURCES);
  t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
  t.deepEqual(violations(), []);
  for (const each of [...tags.source(), ...tags.copy()])
    t.deepEqual(
      Object.keys(each).filter((key) => /replaced-by|replaces|production-name/.test(key)),
      [],
    );
  t.is((await run()).error?.message, undefined);
  t.deepEqual(addressesOf(), COPIES);
});

test.serial(
  "a release that names a copy with a former key keeps a set of Azure's databases from an abort",
  async (t) => {
    const { run, abort, request, releases, upgrades, pods, tags } = await addressWorld(t);
    request.databases = request.databases.filter(({ service }) => service === "azure");
    const former = releases.ledger.properties;
    const killed = await run(() => {}, { at: /PATCH .*\/scale$/, failure: "kill after" });
    t.true(killed.killed);
    await releases.ledger.upgrade({
      properties: upgrades.ledger.properties?.replace(/password=.*/, "password=former-key"),
      replicaCount: 0,
    });
    const refused = await abort();
    t.regex(refused.error?.message ?? "", /release scalar\/ledger \(database ledger\) names the copies already/);
    t.is(pods("ledger"), 0);
    await releases.ledger.upgrade({ properties: former, replicaCount: 0 });
    t.is((await abort()).error?.message, undefined);
    t.deepEqual([pods("ledger"), pods("auditor")], [3, 2]);
    for (const each of tags.copy()) t.false("scalar-backup:replaces" in each);
  },
);
