import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type ExecutionContext } from "ava";
import { azureAccount } from "../../../operations/azure";
import { ArmClient, ArmRequestError } from "../../../operations/azure-arm";
import { awaitBackupPermission } from "../../../operations/azure-vaults";
import { virtualClock } from "./virtual-clock";

const ACCESS = { subscriptionId: "sub", useMsi: "true" };
let accounts = 0;

/** A Resource Manager with given answers, behind the metadata and the identity that lead to it. */
async function manager(
  t: ExecutionContext,
  answers: ((request: IncomingMessage, response: ServerResponse, url: string) => void)[],
) {
  const asked: string[] = [];
  let url = "";
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const json = (body: object) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (path.startsWith("/metadata/endpoints"))
      return json({
        resourceManager: `${url}/`,
        authentication: { loginEndpoint: "https://login", audiences: ["https://arm/"] },
      });
    if (path.startsWith("/identity")) {
      t.is(request.headers["x-identity-header"], "secret");
      t.regex(path, /resource=https%3A%2F%2Farm/);
      return json({
        access_token: "token",
        expires_on: String(Math.floor(Date.now() / 1000) + 3600),
        token_type: "Bearer",
      });
    }
    asked.push(`${request.method} ${path} ${request.headers.authorization}`);
    const answer = answers.shift();
    if (answer) return answer(request, response, url);
    response.writeHead(500).end("no more answers");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  process.env.ARM_METADATA_HOSTNAME = url;
  process.env.IDENTITY_ENDPOINT = `${url}/identity`;
  process.env.IDENTITY_HEADER = "secret";
  accounts += 1;
  const access = { ...ACCESS, subscriptionId: `sub${accounts}` };
  return { asked, access, client: await ArmClient.connect(access) };
}

const answer =
  (status: number, body?: object, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, headers).end(body && JSON.stringify(body));
  };

test.serial("the Resource Manager is found by the metadata, and asked with a managed identity's token", async (t) => {
  const { asked, client } = await manager(t, [answer(200, { name: "found" })]);
  t.deepEqual(await client.find("/x", "2025-01-01"), { name: "found" });
  t.deepEqual(asked, ["GET /x?api-version=2025-01-01 Bearer token"]);
});

test.serial("a missing resource is undefined, a refusal has Azure's code", async (t) => {
  const { client } = await manager(t, [
    answer(404, { error: { code: "ResourceNotFound", message: "gone" } }),
    answer(403, { error: { code: "AuthorizationFailed", message: "no role" } }),
  ]);
  t.is(await client.find("/x", "1"), undefined);
  const error = await t.throwsAsync(client.find("/x", "1"), { instanceOf: ArmRequestError });
  t.is(error?.message, "AuthorizationFailed: no role");
});

test.serial("a list is read to its last page", async (t) => {
  const { client } = await manager(t, [
    (_, response, url) => response.end(JSON.stringify({ value: [1, 2], nextLink: `${url}/next` })),
    answer(200, { value: [3] }),
  ]);
  t.deepEqual(await client.list("/list", "1"), [1, 2, 3]);
});

test.serial("a change that goes on is waited for, and read once it is done", async (t) => {
  const now = { "retry-after": "0" };
  const { asked, client } = await manager(t, [
    (_, response, url) => response.writeHead(202, { ...now, "azure-asyncoperation": `${url}/status` }).end(),
    answer(200, { status: "InProgress" }, now),
    answer(200, { status: "Succeeded" }, now),
    answer(200, { name: "changed" }),
  ]);
  t.deepEqual(await client.request("PATCH", "/x", "1", { tags: {} }), { name: "changed" });
  t.deepEqual(
    asked.map((line) => line.split(" ").slice(0, 2).join(" ")),
    ["PATCH /x?api-version=1", "GET /status", "GET /status", "GET /x?api-version=1"],
  );
});

test.serial("reports a change that fails later as its failure", async (t) => {
  const { client } = await manager(t, [
    (_, response, url) =>
      response.writeHead(202, { "retry-after": "0", "azure-asyncoperation": `${url}/status` }).end(),
    answer(200, { status: "Failed", error: { code: "ServerStopped", message: "start it first" } }),
  ]);
  await t.throwsAsync(client.request("PATCH", "/x", "1", {}), { message: "ServerStopped: start it first" });
});

test.serial("the result of an action is fetched where it is said to be", async (t) => {
  const { client } = await manager(t, [
    (_, response, url) => response.writeHead(202, { "retry-after": "0", location: `${url}/result` }).end(),
    answer(202, undefined, { "retry-after": "0" }),
    answer(200, { latest: "now" }),
  ]);
  t.deepEqual(await client.request("POST", "/x/ask", "1", {}), { latest: "now" });
});

test.serial("a throttled request, and one to a server that is busy, are made again", async (t) => {
  const { asked, client } = await manager(t, [
    answer(429, { error: { code: "TooManyRequests", message: "slow down" } }, { "retry-after": "0" }),
    answer(409, { error: { code: "ServerIsBusy", message: "wait" } }, { "retry-after": "0" }),
    answer(200, { name: "done" }),
  ]);
  t.deepEqual(await client.request("PATCH", "/x", "1", {}), { name: "done" });
  t.is(asked.length, 3);
});

const MINUTE = 60_000;
const locked = answer(412, {
  code: "PreconditionFailed",
  message: "There is already an operation in progress which requires exclusive lock on this service prod.",
});

test.serial("an account whose lock another change holds for minutes is asked again until it is free", async (t) => {
  const clock = virtualClock(t);
  const { client } = await manager(t, [...Array.from({ length: 40 }, () => locked), answer(200, { name: "done" })]);
  t.deepEqual(await client.request("PATCH", "/x", "1", {}), { name: "done" });
  t.true(clock.waitedMillis() > 5 * MINUTE, `${clock.waitedMillis()} ms`);
});

test.serial("a lock that is never freed ends after half an hour with what to do", async (t) => {
  const clock = virtualClock(t);
  const { client } = await manager(
    t,
    Array.from({ length: 500 }, () => locked),
  );
  await t.throwsAsync(client.request("PATCH", "/x", "1", {}), {
    message: /^PreconditionFailed: .* still busy after 30 minutes; wait until .*, then run this again$/,
  });
  t.true(clock.waitedMillis() >= 30 * MINUTE && clock.waitedMillis() < 35 * MINUTE, `${clock.waitedMillis()} ms`);
});

/** A change that Azure takes, with what the address of its status answers. */
const polled = (...statuses: object[]) => [
  (_: IncomingMessage, response: ServerResponse, url: string) =>
    response.writeHead(202, { "retry-after": "0", "azure-asyncoperation": `${url}/status` }).end(),
  ...statuses.map((status) => answer(200, status, { "retry-after": "0" })),
];

// terraform-provider-azurerm #28298 and #29219: the two ways in which a flexible server says so.
for (const busy of [
  { status: "Failed", error: { code: "ServerBusy", message: "busy processing another operation" } },
  { status: "ServerIsNotReady", error: { code: "", message: "Current Server State = Updating" } },
])
  test.serial(`a change that ends with ${busy.status} ${busy.error.code} is made again`, async (t) => {
    virtualClock(t);
    const { asked, client } = await manager(t, [
      ...polled({ status: "InProgress" }, busy),
      ...polled({ status: "Succeeded" }),
      answer(200, { name: "changed" }),
    ]);
    t.deepEqual(await client.request("PATCH", "/x", "1", {}), { name: "changed" });
    t.is(asked.filter((line) => line.startsWith("PATCH")).length, 2);
  });

test.serial(
  "statuses of Azure's databases that say nothing of an end go on, those with an error end at once",
  async (t) => {
    const clock = virtualClock(t);
    const { client } = await manager(t, [
      ...polled({ status: "Enqueued" }, { status: "Dequeued" }, { status: "Succeeded" }),
      answer(200, { name: "changed" }),
      ...polled({ status: "RestoreAborted", error: { code: "BackupGone", message: "no such backup" } }),
      ...polled({ status: "Cancelled" }),
    ]);
    t.deepEqual(await client.request("PATCH", "/x", "1", {}), { name: "changed" });
    await t.throwsAsync(client.request("PATCH", "/x", "1", {}), { message: "BackupGone: no such backup" });
    await t.throwsAsync(client.request("PATCH", "/x", "1", {}), { message: /^Cancelled: / });
    t.is(clock.waitedMillis(), 0);
  },
);

test.serial("a conflict that is not about a lock is not tried again", async (t) => {
  const { asked, client } = await manager(t, [answer(409, { error: { code: "Conflict", message: "taken" } })]);
  await t.throwsAsync(client.request("PUT", "/x", "1", {}), { message: "Conflict: taken" });
  t.is(asked.length, 1);
});

/** What the vault at /v asks before it backs up `prod`. */
async function permission(t: ExecutionContext, answers: Parameters<typeof manager>[1]) {
  const { asked, access } = await manager(t, answers);
  const said: string[] = [];
  const done = awaitBackupPermission({ vaultId: "/v", name: "prod", backupInstance: {} }, access, (line) =>
    said.push(line),
  );
  return { asked, said, done };
}
const noInstance = answer(404, { error: { code: "ResourceNotFound", message: "none" } });
const forbidden = (code: string) => answer(400, { error: { code, message: "not yet" } });

test.serial("waits until a vault's permissions are in effect", async (t) => {
  const { asked, said, done } = await permission(t, [
    noInstance,
    forbidden("UserErrorMissingRequiredPermissions"),
    (_, response, url) => response.writeHead(202, { "retry-after": "0", location: `${url}/result` }).end(),
    answer(200, {}),
  ]);
  await done;
  t.deepEqual(said, [
    "the vault's role assignments are not in effect yet; asking again in 1 s",
    "the vault may back up prod",
  ]);
  t.deepEqual(
    asked.map((line) => line.split("?")[0]),
    [
      "GET /v/backupInstances/prod",
      "POST /v/validateForBackup",
      "POST /v/validateForBackup",
      "GET /result Bearer token",
    ],
  );
});

test.serial("does not wait for what is backed up already, and fails at any other refusal", async (t) => {
  const granted = await permission(t, [answer(200, { name: "prod" })]);
  await granted.done;
  t.deepEqual(granted.said, ["prod is backed up already"]);
  const { done } = await permission(t, [noInstance, forbidden("UserErrorPolicyNotFound")]);
  await t.throwsAsync(done, { message: "UserErrorPolicyNotFound: not yet" });
});

test.serial("reports an unknown environment and a missing subscription with what is allowed", async (t) => {
  delete process.env.ARM_METADATA_HOSTNAME;
  delete process.env.ARM_SUBSCRIPTION_ID;
  await t.throwsAsync(azureAccount({ ...ACCESS, environment: "mars" }), {
    message: "there is no Azure environment mars; expected one of public, usgovernment, china",
  });
  await t.throwsAsync(azureAccount({ useMsi: "true" }), {
    message: "no Azure subscription is known; set azure-native:subscriptionId or ARM_SUBSCRIPTION_ID",
  });
  await t.throwsAsync(azureAccount({ subscriptionId: "sub", clientSecret: "s" }), {
    message:
      "a tenant and a client are needed for Azure; set azure-native:tenantId and azure-native:clientId, or ARM_TENANT_ID and ARM_CLIENT_ID",
  });
});
