import test from "ava";
import { kindOf } from "../../../../../simulator/cloud/kubernetes/kinds";
import { call, grant, startCluster } from "./cluster";

const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });

const ledger = { namespace: "scalar", name: "ledger", product: "ledger", replicas: 2 } as const;
const SCALE = "/apis/apps/v1/namespaces/scalar/deployments/ledger-scalardl-ledger/scale";
const REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const contentType = "application/merge-patch+json";

/** The right to scale this Deployment, and no other one. */
const RULES = [
  {
    apiGroups: ["apps"],
    resources: ["deployments/scale"],
    resourceNames: ["ledger-scalardl-ledger"],
    verbs: ["get", "patch"],
  },
  { apiGroups: ["keda.sh"], resources: ["scaledobjects"], verbs: ["list"] },
];

test("a scale with an old resourceVersion is a conflict, and changes nothing", async (t) => {
  const cluster = await startCluster(t);
  await cluster.installRelease(ledger);
  const token = grant(cluster, "scalar", "scaler", RULES);
  const read = await call(cluster, "GET", SCALE, { token });
  const { resourceVersion } = read.body.metadata;
  const patch = (replicas: number, metadata?: object) =>
    call(cluster, "PATCH", SCALE, { token, contentType, body: { ...(metadata && { metadata }), spec: { replicas } } });
  t.is((await patch(3, { resourceVersion })).body.spec.replicas, 3);
  const late = await patch(0, { resourceVersion });
  t.is(late.status, 409);
  t.regex(
    late.body.message,
    /^Operation cannot be fulfilled on deployments\.apps "ledger-scalardl-ledger": the object has been/,
  );
  t.is((await call(cluster, "GET", SCALE, { token })).body.spec.replicas, 3);
  t.is((await patch(1)).status, 200, "without one, the newest is changed");
  const negative = await patch(-1);
  t.is(negative.status, 422);
  t.is(
    negative.body.message,
    'Scale.autoscaling "ledger-scalardl-ledger" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  );
});

test("an account asks what it may do", async (t) => {
  const cluster = await startCluster(t);
  await cluster.installRelease(ledger);
  const token = grant(cluster, "scalar", "scaler", RULES);
  const allowed = async (attributes: object) => {
    const body = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { namespace: "scalar", ...attributes } },
    };
    return (await call(cluster, "POST", REVIEWS, { token, body })).body.status.allowed;
  };
  const scale = { group: "apps", resource: "deployments", subresource: "scale", verb: "patch" };
  t.true(await allowed({ ...scale, name: "ledger-scalardl-ledger" }));
  t.false(await allowed({ ...scale, name: "ledger-scalardl-envoy" }));
  t.false(await allowed({ ...scale, subresource: undefined, name: "ledger-scalardl-ledger" }));
  t.false(await allowed({ ...scale, verb: "update", name: "ledger-scalardl-ledger" }));
  t.true(await allowed({ group: "keda.sh", resource: "scaledobjects", verb: "list" }), "whether it is served or not");
});

test("custom resources are served once their definition is installed, and authorized before", async (t) => {
  const cluster = await startCluster(t);
  const path = "/apis/keda.sh/v1alpha1/namespaces/scalar/scaledobjects";
  const token = grant(cluster, "scalar", "reader", RULES);
  const other = grant(cluster, "scalar", "other", []);
  t.is((await call(cluster, "GET", path, { token })).status, 404);
  t.is((await call(cluster, "GET", path, { token: other })).status, 403);
  cluster.installCustomResource("scaledobjects");
  t.deepEqual((await call(cluster, "GET", path, { token })).body.items, []);
});

test("a deleted pod of a lost node is Terminating and runs on, until the node returns", async (t) => {
  const cluster = await startCluster(t);
  const release = await cluster.installRelease(ledger);
  const [lost, other] = release.pods;
  release.loseNode(lost?.name ?? "");
  const token = grant(cluster, "scalar", "scaler", RULES);
  await call(cluster, "PATCH", SCALE, { token, contentType, body: { spec: { replicas: 0 } } });
  await release.reconcile();
  const pods = () =>
    cluster.store.list(PODS, "scalar").map(({ metadata }) => [metadata.name, metadata.deletionTimestamp]);
  t.like(pods(), { length: 1, 0: { 0: lost?.name } });
  t.truthy(pods()[0]?.[1]);
  t.true(lost?.up);
  t.false(other?.up);
  release.nodesReturn();
  t.deepEqual(pods(), []);
  t.false(lost?.up);
});
