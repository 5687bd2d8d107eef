import test from "ava";
import { call, grant, startCluster } from "./cluster";

const CONFIG_MAPS = "/api/v1/namespaces/scalar/configmaps";
const SCALE = "/apis/apps/v1/namespaces/scalar/deployments/ledger/scale";
const APPLY = "application/apply-patch+yaml";
const MERGE = "application/merge-patch+json";

const RULES = [
  { apiGroups: [""], resources: ["configmaps", "pods"], verbs: ["create", "get", "list", "patch", "update"] },
];
const metadata = { name: "windows", namespace: "scalar" };

test("an update's manifest has to repeat the name, and a patch's needs not", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "writer", RULES);
  cluster.store.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
  const path = `${CONFIG_MAPS}/windows`;
  const nameless = await call(cluster, "PUT", path, { token, body: { data: {} } });
  t.is(nameless.status, 400);
  t.regex(nameless.body.message, /windows based on URL\) was undeterminable: name must be provided$/);
  t.is((await call(cluster, "PATCH", path, { token, body: { data: {} }, contentType: MERGE })).status, 200);
});

test("an apply without a field manager is invalid, not a bad request", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "writer", RULES);
  const options = { token, body: { metadata }, contentType: APPLY };
  const { status, body } = await call(cluster, "PATCH", `${CONFIG_MAPS}/windows`, options);
  t.is(status, 422);
  t.is(
    body.message,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  );
});

test("a new object with a resource version fails without a reason of the API's", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "writer", RULES);
  const body = { metadata: { ...metadata, resourceVersion: "7" } };
  const answer = await call(cluster, "POST", CONFIG_MAPS, { token, body });
  t.is(answer.status, 500);
  t.is(answer.body.reason, undefined);
  t.is(answer.body.message, "resourceVersion should not be set on objects to be created");
});

test("objects are selected by the fields of their kind only", async (t) => {
  const cluster = await startCluster(t);
  const token = grant(cluster, "scalar", "reader", RULES);
  const select = async (resource: string, selector: string) =>
    call(cluster, "GET", `/api/v1/namespaces/scalar/${resource}?fieldSelector=${encodeURIComponent(selector)}`, {
      token,
    });
  t.is((await select("pods", "status.phase=Running,spec.nodeName!=a")).status, 200);
  t.like(await select("pods", "spec.priority=1"), {
    status: 400,
    body: { message: "field label not supported: spec.priority" },
  });
  t.like(await select("configmaps", "data.a=1"), {
    status: 400,
    body: { message: '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"' },
  });
  t.like(await select("pods", "running"), { status: 400 });
});

test("a refusal names a subresource once, and a patch of the scale keeps what it doesn't name", async (t) => {
  const cluster = await startCluster(t);
  const denied = grant(cluster, "scalar", "reader", RULES);
  const spec = { replicas: 3, selector: { matchLabels: { app: "x" } } };
  cluster.store.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata, name: "ledger" },
    spec,
  });
  const body = { metadata: { labels: {} } };
  const refused = await call(cluster, "PATCH", SCALE, { token: denied, body, contentType: MERGE });
  t.regex(
    refused.body.message,
    /^deployments.apps "ledger" is forbidden: .* patch resource "deployments\/scale" in API/,
  );
  const scaler = grant(cluster, "scalar", "scaler", [
    { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["patch"] },
  ]);
  const { body: scale } = await call(cluster, "PATCH", SCALE, { token: scaler, body, contentType: MERGE });
  t.is(scale.spec.replicas, 3);
});

test("several conflicts of an apply are listed by their managers", async (t) => {
  const cluster = await startCluster(t);
  const config = (data: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "windows" },
    data,
  });
  cluster.store.apply(config({ a: "1" }), { fieldManager: "one" });
  cluster.store.apply(config({ b: "1", c: "1" }), { fieldManager: "another" });
  const conflict = t.throws(() => cluster.store.apply(config({ a: "2", b: "2", c: "2" }), { fieldManager: "pulumi" }));
  t.is(
    conflict?.message,
    'Apply failed with 3 conflicts: conflicts with "another":\n- .data.b\n- .data.c\nconflicts with "one":\n- .data.a',
  );
});
