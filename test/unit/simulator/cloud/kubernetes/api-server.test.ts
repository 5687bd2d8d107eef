import { existsSync, readFileSync } from "node:fs";
import test from "ava";
import { CONTEXT } from "../../../../../simulator/cloud/kubernetes/cluster";
import { kindOf } from "../../../../../simulator/cloud/kubernetes/kinds";
import { call, grant, startCluster } from "./cluster";

const ALL_VERBS = ["create", "delete", "get", "list", "patch", "update"];
const CONFIG_MAP = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const CONFIG_MAPS = "/api/v1/namespaces/scalar/configmaps";

test("an administrator's kubeconfig reads everything, in all namespaces, and goes with the cluster", async (t) => {
  const cluster = await startCluster(t);
  const path = cluster.kubeconfig;
  const { clusters, users, ...rest } = JSON.parse(readFileSync(path, "utf8"));
  t.is(clusters[0].cluster.server, cluster.url);
  t.is(rest["current-context"], CONTEXT);
  const { token } = users[0].user;
  for (const collection of [
    "/apis/apps/v1/deployments",
    "/api/v1/namespaces",
    "/apis/batch/v1/namespaces/default/jobs",
  ])
    t.is((await call(cluster, "GET", collection, { token })).status, 200, collection);
  t.is((await call(cluster, "GET", "/api/v1/namespaces/missing", { token })).status, 404);
  t.is((await call(cluster, "GET", "/api/v1/namespaces", { token: "another" })).status, 401);
  await cluster.stop();
  t.false(existsSync(path));
});

test("an object is created, read, changed and deleted as Kubernetes does it", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "owner", [{ apiGroups: [""], resources: ["configmaps"], verbs: ALL_VERBS }]);

  const created = await call(cluster, "POST", CONFIG_MAPS, {
    token,
    body: { metadata: { name: "windows" }, data: { a: "1" } },
  });
  t.is(created.status, 201);
  t.like(created.body, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "windows", namespace: "scalar" },
    data: { a: "1" },
  });

  const again = await call(cluster, "POST", CONFIG_MAPS, { token, body: { metadata: { name: "windows" } } });
  t.like(again.body, {
    kind: "Status",
    code: 409,
    reason: "AlreadyExists",
    message: 'configmaps "windows" already exists',
  });

  const { resourceVersion } = created.body.metadata;
  const updated = await call(cluster, "PUT", `${CONFIG_MAPS}/windows`, {
    token,
    body: { ...created.body, data: { a: "2" } },
  });
  t.is(updated.status, 200);
  t.true(Number(updated.body.metadata.resourceVersion) > Number(resourceVersion));
  t.is(updated.body.metadata.uid, created.body.metadata.uid);

  const stale = await call(cluster, "PUT", `${CONFIG_MAPS}/windows`, {
    token,
    body: { ...created.body, data: { a: "3" } },
  });
  t.is(stale.status, 409);
  t.is(stale.body.reason, "Conflict");
  t.is(
    stale.body.message,
    'Operation cannot be fulfilled on configmaps "windows": the object has been modified; please apply your changes to the latest version and try again',
  );

  const patched = await call(cluster, "PATCH", `${CONFIG_MAPS}/windows`, {
    token,
    contentType: "application/merge-patch+json",
    body: { data: { a: null, b: "1" } },
  });
  t.deepEqual(patched.body.data, { b: "1" });

  t.is((await call(cluster, "DELETE", `${CONFIG_MAPS}/windows`, { token })).status, 200);
  const gone = await call(cluster, "GET", `${CONFIG_MAPS}/windows`, { token });
  t.like(gone.body, { code: 404, reason: "NotFound", message: 'configmaps "windows" not found' });
});

test("a change that changes nothing leaves the version alone", async (t) => {
  const cluster = await startCluster(t);
  const before = cluster.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "c" },
    data: { a: "1" },
  });
  const after = cluster.store.update({ ...before, data: { a: "1" } });
  t.is(after.metadata.resourceVersion, before.metadata.resourceVersion);
});

test("lists select by labels, fields and pages", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "reader", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]);
  for (const [name, app] of [
    ["a", "x"],
    ["b", "y"],
    ["c", "x"],
  ] as const) {
    cluster.store.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "scalar", labels: { app } },
    });
  }
  const names = async (query: string) => {
    const { body } = await call(cluster, "GET", `${CONFIG_MAPS}?${query}`, { token });
    return body.items.map((item: { metadata: { name: string } }) => item.metadata.name).join();
  };
  t.is(await names(""), "a,b,c");
  t.is(await names("labelSelector=app%3Dx"), "a,c");
  t.is(await names("labelSelector=app!%3Dx"), "b");
  t.is(await names(`labelSelector=${encodeURIComponent("app in (x, y)")}`), "a,b,c");
  t.is(await names("labelSelector=tier"), "");
  t.is(await names("fieldSelector=metadata.name%3Db"), "b");
  const page = await call(cluster, "GET", `${CONFIG_MAPS}?limit=2`, { token });
  t.is(page.body.metadata.remainingItemCount, 1);
  t.is(await names(`limit=2&continue=${page.body.metadata.continue}`), "c");
});

test("each verb is denied unless a Role grants it", async (t) => {
  const cluster = await startCluster(t);
  const attempts: Record<string, [method: string, path: string, body?: unknown, contentType?: string]> = {
    list: ["GET", CONFIG_MAPS],
    get: ["GET", `${CONFIG_MAPS}/windows`],
    create: ["POST", CONFIG_MAPS, { metadata: { name: "new" } }],
    update: ["PUT", `${CONFIG_MAPS}/windows`, { metadata: { name: "windows" }, data: {} }],
    patch: ["PATCH", `${CONFIG_MAPS}/windows`, { data: {} }, "application/merge-patch+json"],
    delete: ["DELETE", `${CONFIG_MAPS}/windows`],
  };
  cluster.createNamespace("scalar");
  cluster.store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "windows", namespace: "scalar" } });
  for (const [verb, [method, path, body, contentType]] of Object.entries(attempts)) {
    const others = ALL_VERBS.filter((other) => other !== verb);
    const rules = (verbs: string[]) => [{ apiGroups: [""], resources: ["configmaps"], verbs }];
    const without = grant(cluster, "scalar", `without-${verb}`, rules(others));
    const denied = await call(cluster, method, path, { token: without, body, contentType });
    t.is(denied.status, 403, verb);
    const what = path.endsWith("/windows") ? 'configmaps "windows"' : "configmaps";
    t.is(
      denied.body.message,
      `${what} is forbidden: User "system:serviceaccount:scalar:without-${verb}" cannot ${verb} resource "configmaps" in API group "" in the namespace "scalar"`,
    );
    const only = grant(cluster, "scalar", `only-${verb}`, rules([verb]));
    const allowed = await call(cluster, method, path, { token: only, body, contentType });
    t.true(allowed.status < 300, `${verb}: ${JSON.stringify(allowed.body)}`);
  }
});

test("a Role counts for its own namespace, API group and names only", async (t) => {
  const cluster = await startCluster(t);
  cluster.createNamespace("other");
  const token = grant(cluster, "scalar", "narrow", [
    { apiGroups: [""], resources: ["configmaps"], resourceNames: ["windows"], verbs: ["get", "list", "create"] },
    { apiGroups: [""], resources: ["deployments"], verbs: ["list"] },
  ]);
  for (const [name, namespace] of [
    ["windows", "scalar"],
    ["else", "scalar"],
    ["windows", "other"],
  ] as const) {
    cluster.store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } });
  }
  const status = async (method: string, path: string, body?: unknown) =>
    (await call(cluster, method, path, { token, body })).status;
  t.is(await status("GET", `${CONFIG_MAPS}/windows`), 200);
  t.is(await status("GET", `${CONFIG_MAPS}/else`), 403);
  t.is(await status("GET", "/api/v1/namespaces/other/configmaps/windows"), 403);
  t.is(await status("GET", CONFIG_MAPS), 403, "a list has no name to be granted by");
  t.is(await status("GET", `${CONFIG_MAPS}?fieldSelector=metadata.name%3Dwindows`), 200);
  t.is(await status("POST", CONFIG_MAPS, { metadata: { name: "windows" } }), 403, "nor has what is yet to be created");
  t.is(await status("GET", "/apis/apps/v1/namespaces/scalar/deployments"), 403, "deployments are in the group apps");
  t.is(await status("GET", "/api/v1/configmaps"), 403, "a Role grants nothing beyond its namespace");
});

test("without a token a caller is anonymous; a wrong token and one of a deleted account are refused", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "gone", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]);
  const anonymous = await call(cluster, "GET", CONFIG_MAPS);
  t.is(anonymous.status, 403);
  t.regex(anonymous.body.message, /User "system:anonymous" cannot list/);
  t.is((await call(cluster, "GET", CONFIG_MAPS, { token: "wrong" })).status, 401);
  t.is((await call(cluster, "GET", CONFIG_MAPS, { token })).status, 200);
  cluster.store.delete(kindOf({ apiVersion: "v1", kind: "ServiceAccount" }), "scalar", "gone");
  t.is((await call(cluster, "GET", CONFIG_MAPS, { token })).status, 401);
});

test("the Date header shows the simulated time", async (t) => {
  const cluster = await startCluster(t);
  cluster.clock.advance(5 * 24 * 3600 * 1000);
  const { headers } = await call(cluster, "GET", "/version");
  const ahead = Date.parse(headers.get("date") ?? "") - Date.now();
  t.true(Math.abs(ahead - 5 * 24 * 3600 * 1000) < 5000, `ahead by ${ahead} ms`);
});

test("what the simulated cluster doesn't know is refused", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "owner", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]);
  t.is((await call(cluster, "GET", "/apis/apps/v1/namespaces/scalar/daemonsets", { token })).status, 404);
  const unknown = await call(cluster, "POST", CONFIG_MAPS, { token, body: { metadata: { name: "x" }, date: {} } });
  t.is(unknown.status, 422);
  t.regex(unknown.body.message, /unknown field "date"/);
  const nowhere = await call(cluster, "POST", "/api/v1/namespaces/nowhere/configmaps", {
    token,
    body: { metadata: { name: "x" } },
  });
  t.is(nowhere.status, 403, "in a namespace that does not exist no account has a Role");
  t.throws(
    () => cluster.store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "nowhere" } }),
    {
      message: 'namespaces "nowhere" not found',
    },
  );
  const tooLong = await call(cluster, "POST", CONFIG_MAPS, {
    token,
    body: { metadata: { name: "x" }, data: { a: "x".repeat(1_048_577) } },
  });
  t.is(tooLong.status, 422);
  t.regex(tooLong.body.message, /Too long: may not be more than 1048576 bytes/);
});

test("a stopped API server answers no request, and has all its objects when it starts again", async (t) => {
  const cluster = await startCluster(t);
  cluster.apiServer.goAway();
  await t.throwsAsync(call(cluster, "GET", "/version"));
  cluster.apiServer.comeBack();
  t.is((await call(cluster, "GET", "/version")).status, 200);
});

test("server-side apply leaves alone what others have set", async (t) => {
  const cluster = await startCluster(t);
  const config = (data?: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "windows", labels: { app: "x" } },
    ...(data && { data }),
  });
  const { store } = cluster;
  store.apply(config(), { fieldManager: "pulumi" });
  const live = store.get(CONFIG_MAP, "default", "windows");
  store.update({ ...live, data: { "windows.json": "[]" } }, { fieldManager: "pauser" });

  const applied = store.apply(
    { ...config(), metadata: { name: "windows", labels: { app: "y" } } },
    { fieldManager: "pulumi" },
  );
  t.deepEqual(applied.data, { "windows.json": "[]" });
  t.deepEqual(applied.metadata.labels, { app: "y" });

  const conflict = t.throws(() => store.apply(config({ "windows.json": "mine" }), { fieldManager: "pulumi" }));
  t.is(conflict?.message, 'Apply failed with 1 conflict: conflict with "pauser" using v1: .data.windows.json');
  t.deepEqual(store.apply(config({ "windows.json": "mine" }), { fieldManager: "pulumi", force: true }).data, {
    "windows.json": "mine",
  });

  const released = store.apply({ ...config(), metadata: { name: "windows" } }, { fieldManager: "pulumi" });
  t.is(released.data, undefined, "what a manager alone had set goes when it no longer says so");
  t.is(released.metadata.labels, undefined);
});

test("a dry run answers as if, and changes nothing", async (t) => {
  const cluster = await startCluster(t);
  const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "1" } };
  t.deepEqual(cluster.store.create(config, { dryRun: true }).data, { a: "1" });
  t.is(cluster.store.list(CONFIG_MAP).length, 0);
});
