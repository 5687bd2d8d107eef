/** What a library's user does in a unit test of a program: mocks in place of the engine, no credentials, no cloud. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { type DatabaseArgs, ScalarBackup, ScalarRestore } from "../../../components";

interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const DATABASES: DatabaseArgs[] = [
  { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } } },
  { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  { name: "orders", cosmosdb: { existing: { resourceGroupName: "scalar", accountName: "orders" } } },
  { name: "stock", azurePostgresql: { existing: { resourceGroupName: "scalar", serverName: "stock" } } },
];

test("a mocked program declares a set and a restore without asking a cloud", async (t) => {
  let asked = 0;
  const cloud = createServer((_, response) => {
    asked++;
    response.writeHead(400).end();
  });
  await new Promise<void>((resolve) => cloud.listen(0, "127.0.0.1", resolve));
  t.teardown(() => cloud.close());
  // A server that listens on a port has an address with it.
  const { port } = cloud.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    ARM_METADATA_HOSTNAME: `http://127.0.0.1:${port}`,
    ARM_USE_MSI: "true",
    ARM_SUBSCRIPTION_ID: "00000000-0000-0000-0000-000000000000",
  });
  const declared: Declared[] = [];
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs }) {
      declared.push({ type, name, inputs });
      return { id: `${name}-id`, state: inputs };
    },
    call: () => ({}),
  });
  const backup = new ScalarBackup("scalar", {
    databases: DATABASES,
    aws: { region: "ap-northeast-1" },
    pause: { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
  });
  const restore = new ScalarRestore("restore", {
    backup,
    aws: { region: "ap-northeast-1" },
    at: "2026-11-22T03:00:12Z",
  });
  const urns = [backup.urn, restore.urn];
  await Promise.all(urns.map((urn) => new Promise<void>((resolve) => urn.apply(() => resolve()))));
  await new Promise<void>((resolve) => setTimeout(resolve, 500));
  const names = declared.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  for (const expected of [
    "ScalarBackup scalar",
    "ScalarRestore restore",
    "CronJob scalar-pause",
    "RestoredDatabase restore-ledger",
  ])
    t.true(names.includes(expected), `${expected} is not among ${names.join(", ")}`);
  const required = await new Promise((resolve) => backup.pauseRequired.apply(resolve));
  t.like(required, { required: true });
  t.is(asked, 0, "a look-up asked a cloud");
});
