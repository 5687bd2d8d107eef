import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import {
  KUBERNETES_USERS,
  type KubernetesRight,
  type KubernetesUser,
  kubernetesRights,
} from "../../../permissions/kubernetes";
import { PROGRAM } from "../../../rehearsal/engines";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { CONTEXT } from "../../../simulator/cloud/kubernetes/cluster";
import { EmbeddedStack } from "../../../simulator/engine/embedded";
import { CommandProvider } from "../../../simulator/providers/command";
import type { SimulatedProvider } from "../../../simulator/providers/provider";
import type { Held, World } from "../../programs/permissions/one-by-one";
import type { Phase } from "../../programs/permissions/phases";
import { ONE_BY_ONE } from "../../programs/permissions/removals";
import { REGION } from "../../programs/rehearsed";
import { WarmProgram } from "../../programs/warm";
import { Api, type KubernetesObject, Refusal } from "../api";
import { type ControlPlane, until } from "../control-plane";
import { kubeconfigOf } from "../kubeconfig";

export const SCHEDULE_NAMESPACE = "scalar";
export const RELEASES = [
  { namespace: "scalar", name: "ledger", product: "ledger", port: "scalardl-admin" },
  { namespace: "auditors", name: "auditor", product: "auditor", port: "scalardl-auditor-admin" },
];
const ACCOUNT = { namespace: SCHEDULE_NAMESPACE, name: "operator" };
const RBAC = "rbac.authorization.k8s.io";
const WHERE = {
  schedule: SCHEDULE_NAMESPACE,
  releases: RELEASES.map(({ namespace }) => namespace),
  declaresSecret: true,
};
const NAMESPACES = [...new Set([WHERE.schedule, ...WHERE.releases])];

/** One right, and whose it is. */
export interface Right extends KubernetesRight {
  who: KubernetesUser;
}

const keyOf = ({ verb, group, resource, namespace }: KubernetesRight) =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`} in ${namespace}`;

export const nameOf = (right: Right) => `${right.who}: ${keyOf(right)}`;

/** The rights of somebody, with those that the Role before gives. */
export function rightsOf(who: KubernetesUser): Right[] {
  return KUBERNETES_USERS.slice(0, KUBERNETES_USERS.indexOf(who) + 1).flatMap((each) =>
    kubernetesRights(each, WHERE).map((right) => ({ ...right, who: each })),
  );
}

/** Whether the API server's message says that something was refused for lack of the right. */
export function refusedIn(message: string, { verb, resource, group }: Right): boolean {
  const lacks = message.includes(`cannot ${verb} resource \\"${resource}\\" in API group \\"${group}\\"`);
  const plain = message.includes(`cannot ${verb} resource "${resource}" in API group "${group}"`);
  // A Role with rights that its creator does not have. [Kubernetes, Using RBAC Authorization, "Privilege escalation prevention"]
  const escalates = [
    ...message.matchAll(/APIGroups:\[([^\]]*)\], Resources:\[([^\]]*)\][^{}]*Verbs:\[([^\]]*)\]/g),
  ].some(
    ([, groups = "", resources = "", verbs = ""]) =>
      groups.includes(`"${group}"`) && resources.includes(`"${resource}"`) && verbs.includes(`"${verb}"`),
  );
  return lacks || plain || escalates;
}

/** What is there before the program: namespaces, Deployments and Services of the releases, and the account, bound to Roles without rules. */
export async function prepare({ api }: ControlPlane): Promise<string> {
  for (const name of NAMESPACES) await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  for (const { namespace, name, product, port } of RELEASES) {
    const labels = { "app.kubernetes.io/instance": name, "app.kubernetes.io/app": product };
    const pod = { metadata: { labels }, spec: { containers: [{ name: product, image: "scalar" }] } };
    await api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace, name, labels },
      spec: { replicas: 0, selector: { matchLabels: labels }, template: pod },
    });
    await api.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace, name: `${name}-headless`, labels },
      spec: { clusterIP: "None", ports: [{ name: port, port: 50053 }] },
    });
  }
  await api.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: ACCOUNT });
  for (const namespace of NAMESPACES) {
    await api.create(roleOf(namespace, []));
    await api.create({
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      metadata: { namespace, name: ACCOUNT.name },
      roleRef: { apiGroup: RBAC, kind: "Role", name: ACCOUNT.name },
      subjects: [{ kind: "ServiceAccount", ...ACCOUNT }],
    });
  }
  return api.tokenOf(ACCOUNT.namespace, ACCOUNT.name);
}

function roleOf(namespace: string, rights: readonly Right[]): KubernetesObject {
  const rules = rights
    .filter((right) => right.namespace === namespace)
    .map(({ group, resource, verb }) => ({ apiGroups: [group], resources: [resource], verbs: [verb] }));
  return { apiVersion: `${RBAC}/v1`, kind: "Role", metadata: { namespace, name: ACCOUNT.name }, rules };
}

/** Everything that the program has declared goes, so that the next world begins without it. */
async function sweep(api: Api): Promise<void> {
  const kinds = [
    ["batch/v1", "CronJob"],
    ["v1", "ConfigMap"],
    ["v1", "Secret"],
    ["v1", "ServiceAccount"],
    [`${RBAC}/v1`, "Role"],
    [`${RBAC}/v1`, "RoleBinding"],
    ["coordination.k8s.io/v1", "Lease"],
  ] as const;
  for (const namespace of NAMESPACES)
    for (const [apiVersion, kind] of kinds)
      for (const object of await api.list(apiVersion, kind, namespace))
        if (/^scalar-/.test(object.metadata.name)) await api.delete(object);
}

/** The program with the account's token, on the embedded engine, against the real API server; AWS is simulated. */
export async function startWorld(
  t: ExecutionContext,
  plane: ControlPlane,
  {
    token,
    audit,
    provider,
  }: {
    token: string;
    audit: string;
    provider: (cloud: SimulatedCloud, kubeconfig: string) => Promise<SimulatedProvider>;
  },
): Promise<World<Right, KubernetesUser>> {
  await sweep(plane.api);
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  const kubeconfig = join(plane.directory, "operator-kubeconfig");
  writeFileSync(kubeconfig, kubeconfigOf(plane.api, { token }, CONTEXT), { mode: 0o600 });
  const warm = new WarmProgram();
  t.teardown(() => warm.close());
  const environment = () => ({ ...cloud.environment(), KUBECONFIG: kubeconfig });
  const operations = new CommandProvider({ environment, directory: PROGRAM, run: warm.operation });
  const clouds = cloud.providers().filter(({ name }) => name !== "kubernetes");
  const stack = new EmbeddedStack({
    program: PROGRAM,
    environment,
    providers: [...clouds, operations, await provider(cloud, kubeconfig)],
    source: warm.source,
    parallel: ONE_BY_ONE,
  });
  return { cloud, stack, phases: phasesOf(stack), held: heldBy(plane, token, audit) };
}

function phasesOf(stack: EmbeddedStack): Phase<KubernetesUser>[] {
  const config = (holdSeconds: number, team: string) => ({
    "aws:region": REGION,
    "kubernetes:context": CONTEXT,
    "scalar-backup:databases": [{ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } }],
    "scalar-backup:tags": { team },
    "scalar-backup:pause": {
      schedule: "0 3 * * *",
      holdSeconds,
      releases: RELEASES.map(({ namespace, name }) => ({ namespace, name })),
      notify: { heartbeat: { url: "https://heartbeat.example.com/scalar" } },
    },
  });
  const configured = (holdSeconds: number, team: string) => () => {
    stack.config = config(holdSeconds, team);
  };
  const [first, changed] = [configured(20, "one"), configured(30, "two")];
  return [
    { who: "preview", changes: false, title: "the first preview", before: first, run: (it) => it.preview() },
    { who: "up", changes: true, title: "the first up", before: first, run: (it) => it.up() },
    { who: "refresh", changes: false, title: "a refresh", before: () => {}, run: (it) => it.refresh() },
    { who: "preview", changes: false, title: "a preview of changes", before: changed, run: (it) => it.preview() },
    { who: "up", changes: true, title: "an up with changes", before: changed, run: (it) => it.up() },
    { who: "up", changes: true, title: "a destroy", before: () => stack.unprotect(), run: (it) => it.destroy() },
  ];
}

function heldBy(plane: ControlPlane, token: string, audit: string): Held<Right, KubernetesUser> {
  const own = new Api(plane.api.url, plane.api.ca, token);
  let allowed: readonly Right[] = [];
  let report: (granting: readonly Right[]) => void = () => {};
  let read = 0;
  const settle = async () => {
    const lines = readFileSync(audit, "utf8").split("\n").slice(0, -1);
    for (const line of lines.slice(read)) {
      const key = accessOf(JSON.parse(line));
      const granting = allowed.filter((right) => keyOf(right) === key);
      if (granting.length > 0) report(granting);
    }
    read = lines.length;
  };
  return {
    rightsOf,
    nameOf,
    refusedIn,
    settle,
    async restrict(rights) {
      await settle();
      for (const namespace of NAMESPACES) await plane.api.replace(roleOf(namespace, rights));
      const changed = [
        ...rights.filter((right) => !allowed.includes(right)).map((right) => ({ right, expected: true })),
        ...allowed
          .filter((right) => !rights.some((other) => keyOf(other) === keyOf(right)))
          .map((right) => ({ right, expected: false })),
      ];
      for (const { right, expected } of changed)
        await until(`the API server's view of ${nameOf(right)}`, async () => (await mayDo(own, right)) === expected);
      allowed = rights;
    },
    watch: (by) => {
      report = by;
    },
  };
}

/** What the API server's audit log says of a request of the account. */
function accessOf({
  verb,
  user,
  objectRef,
}: {
  verb: string;
  user: { username: string };
  objectRef?: Record<string, string>;
}): string | undefined {
  if (user.username !== `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}` || objectRef === undefined)
    return undefined;
  const { apiGroup: group = "", resource = "", namespace = "" } = objectRef;
  // Cast: the API server's verbs.
  return keyOf({ verb: verb as Right["verb"], group, resource, namespace });
}

/** Undefined while the API server has not yet made the ClusterRole by which everybody may ask. */
export async function mayDo(
  api: Api,
  { group, resource, verb, namespace }: KubernetesRight,
): Promise<boolean | undefined> {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { group, resource, verb, namespace } },
  };
  try {
    const { status } = await api.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
    return status.allowed === true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 403) return undefined;
    throw error;
  }
}
