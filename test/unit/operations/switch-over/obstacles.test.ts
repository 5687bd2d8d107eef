import test from "ava";
import { type Right, rightAsText, rightsFor } from "../../../../operations/switch-over/rights";
import { grant } from "../../simulator/cloud/kubernetes/cluster";
import { documentedRights } from "./documented-role";
import { DEPLOYMENTS, INSTANT, type Process, RELEASES, SCHEDULE, type Scene, scene } from "./scene";

const CLUSTER = { cluster: "default", access: {}, releases: RELEASES, schedule: SCHEDULE };
const OWN_DEPLOYMENTS = ["auditor-scalardl-audit-auditor", "ledger-scalardl-ledger"].map((deployment) => ({
  namespace: "scalar",
  deployment,
}));

const problemsOf = ({ pods }: Process) => pods.problems(INSTANT);

const scaledObject = (annotations: Record<string, string>, target: object = { name: "ledger-scalardl-ledger" }) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: { namespace: "scalar", name: "ledger-scaler", annotations },
  spec: { scaleTargetRef: target, minReplicaCount: 1 },
});

test.serial("releases without obstacles have no problems, and nothing is changed by asking", async (t) => {
  const night = await scene(t);
  const process = await night.process();
  t.deepEqual(await problemsOf(process), []);
  t.deepEqual(
    process.requests.filter((request) => !request.startsWith("GET ") && !request.endsWith("selfsubjectaccessreviews")),
    [],
  );
});

test.serial("a release without a Deployment is a problem with its name", async (t) => {
  const night = await scene(t);
  const releases = [...RELEASES, { namespace: "scalar", name: "legder" }];
  t.deepEqual(await problemsOf(await night.process({ releases })), [
    'cluster "default": release scalar/legder has no Deployment of a Scalar product: correct its namespace or name, or remove it from the releases',
  ]);
});

test.serial("a cluster that cannot be reached is a problem", async (t) => {
  const night = await scene(t);
  const process = await night.process();
  night.cluster.apiServer.goAway();
  const [problem, ...more] = await problemsOf(process);
  t.regex(
    problem ?? "",
    /^cluster "default" cannot be read: http:\S+ cannot be reached: .+\. A switch-over has to reach it/,
  );
  t.deepEqual(more, []);
  const { message } = (await t.throwsAsync(process.pods.journal())) ?? {};
  t.regex(message ?? "", /cannot be reached/);
  t.true(night.waitedMillis() < 40_000, "a preview does not wait for minutes");
});

test.serial("KEDA's ScaledObjects of these Deployments have to be paused", async (t) => {
  const night = await scene(t);
  const { store } = night.cluster;
  night.cluster.installCustomResource("scaledobjects");
  store.create(scaledObject({}, { name: "other-scalardl-ledger" }));
  t.deepEqual(await problemsOf(await night.process()), [], "somebody else's");
  const command = (found: string) =>
    `cluster "default": KEDA's ScaledObject scalar/ledger-scaler ${found}, and would scale Deployment ledger-scalardl-ledger out again: kubectl annotate scaledobject ledger-scaler --namespace scalar --overwrite autoscaling.keda.sh/paused=true autoscaling.keda.sh/paused-replicas-`;
  for (const [annotations, expected] of [
    [{}, [command("is not paused")]],
    [{ "autoscaling.keda.sh/paused": "false" }, [command("is not paused")]],
    [{ "autoscaling.keda.sh/paused-replicas": "3" }, [command("is paused at 3 replicas, not at 0")]],
    [{ "autoscaling.keda.sh/paused-replicas": "0" }, []],
    [{ "autoscaling.keda.sh/paused": "true" }, []],
  ] satisfies [Record<string, string>, string[]][]) {
    store.update(scaledObject(annotations));
    t.deepEqual(await problemsOf(await night.process()), expected, JSON.stringify(annotations));
  }
});

test.serial("a HorizontalPodAutoscaler is a problem only if it scales out from 0", async (t) => {
  const night = await scene(t);
  const autoscaler = (minReplicas: number) => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { namespace: "scalar", name: "ledger" },
    spec: { minReplicas, maxReplicas: 9, scaleTargetRef: { kind: "Deployment", name: "ledger-scalardl-ledger" } },
  });
  night.cluster.store.create(autoscaler(1));
  t.deepEqual(await problemsOf(await night.process()), []);
  night.cluster.store.update(autoscaler(0));
  const [problem] = await problemsOf(await night.process());
  t.regex(
    problem ?? "",
    /^cluster "default": HorizontalPodAutoscaler scalar\/ledger scales Deployment ledger-scalardl-ledger out from 0 .* set it to 1 or more: kubectl patch hpa ledger /,
  );
});

for (const [product, where, mark, how] of [
  ["Argo CD", "annotations", "argocd.argoproj.io/tracking-id", /automated sync off/],
  ["Argo CD", "labels", "argocd.argoproj.io/instance", /argocd app set/],
  ["Flux", "labels", "helm.toolkit.fluxcd.io/name", /flux suspend helmrelease/],
  ["Flux", "labels", "kustomize.toolkit.fluxcd.io/name", /flux suspend kustomization/],
] as const)
  test.serial(`${product}'s mark ${mark} is a problem until it is suspended`, async (t) => {
    const night = await scene(t);
    const { store } = night.cluster;
    store.mergePatch(DEPLOYMENTS, "scalar", "ledger-scalardl-ledger", { metadata: { [where]: { [mark]: "scalar" } } });
    const [problem, ...more] = await problemsOf(await night.process());
    const begin = `cluster "default": Deployment scalar/ledger-scalardl-ledger is managed by ${product} ("${mark}"), `;
    t.true(problem?.startsWith(begin), problem);
    t.regex(problem ?? "", how);
    t.regex(problem ?? "", /then set restore\.switchOver\.gitOps to suspended$/);
    t.deepEqual(more, []);
    t.deepEqual(await problemsOf(await night.process({ gitOps: "suspended" })), []);
  });

test.serial("each right that is missing is a problem with its name and namespace", async (t) => {
  const night = await scene(t);
  const rights = rightsFor(CLUSTER, OWN_DEPLOYMENTS);
  for (const [index, missing] of rights.entries()) {
    const rules = rights
      .filter((right) => right !== missing)
      .map(({ group, resource, verb, name }) => ({
        apiGroups: [group],
        resources: [resource],
        verbs: [verb],
        ...(name !== undefined && { resourceNames: [name] }),
      }));
    const token = grant(night.cluster, "scalar", `account-${index}`, rules);
    const process = await night.process({ access: { kubeconfig: kubeconfig(night, token) } });
    const listed = missing.resource === "deployments";
    t.deepEqual(
      // The names of Deployments are not known without the right to list them.
      (await problemsOf(process)).filter((problem) => !listed || !problem.includes("scale")),
      [
        `cluster "default": the account may not ${rightAsText(missing)} in namespace "scalar": grant it; docs/recovery.md#rights has the Roles`,
      ],
    );
  }
  t.is(rights.length, 16);
});

function kubeconfig({ cluster }: Scene, token: string): string {
  return JSON.stringify({
    clusters: [{ name: "test", cluster: { server: cluster.url } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

test("docs/recovery.md has exactly these rights as a Role", (t) => {
  const asKeys = (rights: Right[]) =>
    rights.map(({ group, resource, verb, name = "" }) => `${verb} ${resource}.${group} ${name}`).sort();
  t.deepEqual(asKeys(documentedRights().map(({ right }) => right)), asKeys(rightsFor(CLUSTER, OWN_DEPLOYMENTS)));
});
