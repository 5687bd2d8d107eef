import test from "ava";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP } from "../../../../../rehearsal/sets/azure";
import { buildAzureMysql } from "../../../../../rehearsal/sets/azure-mysql";
import { buildAzurePostgresql } from "../../../../../rehearsal/sets/azure-postgresql";
import { AzureCloud } from "../../../../../simulator/cloud/azure/azure";
import { ArmError } from "../../../../../simulator/cloud/azure/error";
import type { JsonObject } from "../../../../../simulator/cloud/azure/json";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import type { SimulatedCloud } from "../../../../../simulator/cloud/cloud";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const PRODUCTS = {
  postgresql: {
    type: "Microsoft.DBforPostgreSQL/flexibleServers",
    apiVersion: "2025-08-01",
    build: buildAzurePostgresql,
    time: "pointInTimeUTC",
    written: (instant: number) => new Date(instant).toISOString(),
  },
  mysql: {
    type: "Microsoft.DBforMySQL/flexibleServers",
    apiVersion: "2024-02-01-preview",
    build: buildAzureMysql,
    time: "restorePointInTime",
    written: (instant: number) => new Date(instant).toISOString().replace(/\.\d+/, ""),
  },
} as const;
type Product = keyof typeof PRODUCTS;

function azure(product: Product) {
  const clock = new SimulatedClock();
  const cloud = new AzureCloud(clock, 1);
  const { type, apiVersion, build, time, written } = PRODUCTS[product];
  build({ azure: cloud } as SimulatedCloud, "prod");
  const path = (name: string) =>
    `/subscriptions/${cloud.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/${type}/${name}`;
  const send = (method: string, name: string, body?: JsonObject, version: string = apiVersion) =>
    cloud.request({ method, path: path(name), apiVersion: version, body });
  const restore = (name: string, at: number | string, more: JsonObject = {}) =>
    send("PUT", name, {
      location: AZURE_LOCATION,
      properties: {
        createMode: "PointInTimeRestore",
        sourceServerResourceId: path("prod"),
        [time]: typeof at === "string" ? at : written(at),
        ...more,
      },
    });
  return { clock, cloud, servers: cloud[product], send, restore };
}

const refusal = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof ArmError) return `${error.status} ${error.code}`;
    throw error;
  }
  return "taken";
};

for (const product of ["postgresql", "mysql"] as const) {
  test(`${product}: data is restored as it was at the instant`, (t) => {
    const { clock, servers, restore } = azure(product);
    const source = servers.server("prod");
    source.put("accounts", "a", { value: 1 });
    clock.advance(HOUR);
    const at = Math.floor(clock.now() / 1000) * 1000;
    clock.advance(HOUR);
    source.put("accounts", "a", { value: 2 });
    restore("copy", at);
    t.deepEqual(servers.server("copy").rows("accounts").get("a"), { value: 1 });
    t.deepEqual(source.rows("accounts").get("a"), { value: 2 });
  });

  test(`${product}: instants outside of the range, and taken names, are refused`, (t) => {
    const { clock, servers, restore } = azure(product);
    clock.advance(30 * DAY);
    const { earliest, latest } = servers.server("prod").restorableRange();
    t.is(
      refusal(() => restore("copy", earliest - DAY)),
      "400 InvalidParameterValue",
    );
    t.is(
      refusal(() => restore("copy", latest + 60_000)),
      "400 InvalidParameterValue",
    );
    t.is(
      refusal(() => restore("copy", earliest + DAY)),
      "taken",
    );
    t.is(
      refusal(() => restore("copy", earliest + DAY)),
      "409 ServerNameAlreadyExists",
    );
  });

  test(`${product}: a longer retention does not bring back what a shorter one has dropped`, (t) => {
    const { clock, servers, send } = azure(product);
    clock.advance(30 * DAY);
    const range = () => Math.round((clock.now() - servers.server("prod").restorableRange().earliest) / DAY);
    t.is(range(), 7);
    send("PATCH", "prod", { properties: { backup: { backupRetentionDays: 35 } } });
    t.is(range(), 7);
    clock.advance(10 * DAY);
    t.is(range(), 17);
    t.is(
      refusal(() => send("PATCH", "prod", { properties: { backup: { backupRetentionDays: 36 } } })),
      "400 InvalidParameterValue",
    );
  });

  test(`${product}: what is fixed at creation stays, and what is unknown is refused`, (t) => {
    const { send } = azure(product);
    const patch = (properties: JsonObject) => refusal(() => send("PATCH", "prod", { properties }));
    t.is(patch({ backup: { geoRedundantBackup: "Enabled" } }), "400 InvalidParameterValue");
    t.is(patch({ backups: {} }), "400 InvalidRequestContent");
    t.is(
      refusal(() => send("GET", "prod", undefined, "2017-12-01")),
      "400 NoRegisteredProviderFound",
    );
    t.is(
      refusal(() => send("GET", "unknown")),
      "404 ResourceNotFound",
    );
  });
}

test("postgresql: a restore keeps neither parameters nor firewall rules nor tags nor the standby", (t) => {
  const { clock, servers, restore } = azure("postgresql");
  clock.advance(HOUR);
  restore("copy", clock.now() - HOUR / 2);
  const copy = servers.server("copy");
  t.is(copy.parameter("max_connections"), "859");
  t.is(copy.firewallRules.size, 0);
  t.deepEqual(copy.tags, {});
  t.like(copy.describe().properties, { highAvailability: { mode: "Disabled" }, version: "16" });
  t.false("pointInTimeUTC" in (copy.describe().properties as object), "how it was made is not returned");
});

test("postgresql: a time in another form ends in an internal error, and public access can't become private", (t) => {
  const { clock, restore } = azure("postgresql");
  clock.advance(HOUR);
  const at = clock.now() - HOUR / 2;
  t.is(
    refusal(() => restore("copy", new Date(at).toISOString().replace(/\.\d+/, ""))),
    "500 InternalServerError",
  );
  t.is(
    refusal(() => restore("copy", at, { network: { delegatedSubnetResourceId: "/subnets/a" } })),
    "400 InvalidParameterValue",
  );
  t.is(
    refusal(() => restore("copy", at, { backup: { backupRetentionDays: 14 } })),
    "400 InvalidParameterValue",
  );
});

test("mysql: a restore inherits tags, firewall and parameters, but for the time zone", (t) => {
  const { clock, servers, restore } = azure("mysql");
  clock.advance(HOUR);
  restore("copy", clock.now() - HOUR / 2);
  const copy = servers.server("copy");
  t.is(copy.parameter("max_connections"), "600");
  t.is(copy.parameter("time_zone"), "SYSTEM");
  t.deepEqual([...copy.firewallRules.keys()], ["kubernetes"]);
  t.deepEqual(copy.tags, { team: "orders" });
  t.like(copy.describe().properties, { highAvailability: { mode: "Disabled" } });
});

test("mysql: a time that is none is refused", (t) => {
  const { restore } = azure("mysql");
  t.is(
    refusal(() => restore("copy", "2026-11-22 03:00:12 +0000 UTC")),
    "400 InvalidRequestContent",
  );
});
