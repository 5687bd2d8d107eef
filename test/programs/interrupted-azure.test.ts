import test, { type ExecutionContext } from "ava";
import { instantSuffix } from "../../components/databases/kind";
import { AZURE_RESOURCE_GROUP, azureResource } from "../../rehearsal/sets/azure";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../restore-points/rules/tag-keys";
import type { JsonObject } from "../../simulator/cloud/azure/azure";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { buildExisting } from "./existing";
import { interruptCreations } from "./interruption";
import { changes, changesMade, errors, recordWindow, rehearsed } from "./rehearsed";

const HOUR = 60 * 60_000;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const ACCOUNT = "azure-native:cosmosdb:DatabaseAccount";
const MYSQL = "azure-native:dbformysql:Server";
const POSTGRESQL = "azure-native:dbforpostgresql:Server";
const ENDPOINT = "azure-native:network:PrivateEndpoint";

const existing = { resourceGroupName: AZURE_RESOURCE_GROUP };
const databases = [
  { name: "documents", cosmosdb: { existing: { accountName: "documents-prod", ...existing } } },
  { name: "orders", azureMysql: { existing: { serverName: "orders-prod", ...existing } } },
  { name: "customers", azurePostgresql: { existing: { serverName: "customers-prod", ...existing } } },
];

/** A protected set, with an instant that it can be restored to. */
async function protectedSet(t: ExecutionContext) {
  t.timeout(240_000);
  const set = await rehearsed(t, {
    "scalar-backup:databases": databases,
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
  });
  const { cloud, stack } = set;
  buildExisting(cloud, databases);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  const declared = await stack.up();
  t.true(declared.succeeded, errors(declared));
  cloud.clock.advance(25 * HOUR);
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(HOUR);
  return { ...set, at };
}

test("an up that is killed while it creates copies on Azure goes on with the next one, and leaves nothing behind", async (t) => {
  const { cloud, stack, providers, at } = await protectedSet(t);
  const sources = resources(cloud);
  stack.config["scalar-backup:restore"] = { at };

  let goOn = interruptCreations(providers, [ACCOUNT, MYSQL, POSTGRESQL], 3);
  const killed = await stack.up();
  goOn();
  t.regex(errors(killed), /signal: killed/);
  t.is(resources(cloud, at).length, sources.length + 3);

  goOn = interruptCreations(providers, [ENDPOINT], 3);
  const again = await stack.up();
  goOn();
  t.regex(errors(again), /signal: killed/);

  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const last = await stack.up();
  t.true(last.succeeded, errors(last));
  const done = [...changesMade(again), ...changes(last)];
  const suffix = instantSuffix(at);
  t.deepEqual(
    done.filter((change) => /^import/.test(change)),
    [
      `import DatabaseAccount documents-copy-${suffix}`,
      `import Server customers-copy-${suffix}`,
      `import Server orders-copy-${suffix}`,
      `import PrivateEndpoint customers-copy-${suffix}-endpoint-1`,
      `import PrivateEndpoint documents-copy-${suffix}-endpoint-1`,
      `import PrivateEndpoint orders-copy-${suffix}-endpoint-1`,
    ],
  );
  t.deepEqual(
    done.filter((change) => /^(replace|delete)/.test(change)),
    [],
    "nothing is made twice",
  );
  t.deepEqual(changes(await stack.preview()), [], "a preview right after it shows no change");

  delete stack.config["scalar-backup:restore"];
  const cleaned = await stack.up();
  t.true(cleaned.succeeded, errors(cleaned));
  t.deepEqual(resources(cloud, at), sources, "the copies are gone");
});

test("what another stack has made under a copy's name on Azure is not touched, and the message says whose it is", async (t) => {
  const { cloud, stack, at } = await protectedSet(t);
  const tags = { [COPY_TAG]: "drill", [INSTANT_TAG]: at, [STACK_TAG]: "organization/scalar-backup/other" };
  const put = (type: string, name: string, version: string, body: JsonObject) =>
    azureResource(cloud, type, `${name}-${instantSuffix(at)}`, version).send("PUT", "", body);
  stack.config["scalar-backup:restore"] = { at };
  for (const run of ["preview", "up"] as const) {
    put("Microsoft.DocumentDB/databaseAccounts", "documents-prod", "2025-10-15", {
      location: "japaneast",
      tags,
      properties: {
        databaseAccountOfferType: "Standard",
        locations: [{ locationName: "japaneast", failoverPriority: 0 }],
      },
    });
    const result = await stack[run]();
    t.false(result.succeeded);
    t.regex(
      errors(result),
      /database documents: account documents-prod-\S+ in resource group \S+ exists already and is not changed: it is a copy of the stack organization\/scalar-backup\/other, which a drill has made: remove that drill.s copies first \(scalar-backup drill --stack other --clean-up; in a program of your own, its update without the restore\)\. Delete it/,
    );
  }
});

/** The names of the databases in the simulated Azure, and of the private endpoints to copies. */
function resources(cloud: SimulatedCloud, at?: string): string[] {
  const { cosmosdb, mysql, postgresql } = cloud.azure;
  const endpoints = databases
    .map(({ name }) => `${name}-prod-endpoint-${instantSuffix(at ?? "")}`)
    .filter((name) => {
      try {
        azureResource(cloud, "Microsoft.Network/privateEndpoints", name, "2024-05-01").send("GET", "", {});
        return true;
      } catch {
        return false;
      }
    });
  return [
    ...cosmosdb.accounts().map(({ name }) => name),
    ...mysql.all().map(({ name }) => name),
    ...postgresql.all().map(({ name }) => name),
    ...endpoints,
  ].sort();
}
