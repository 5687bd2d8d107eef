import { pauseDeadline } from "../../../policies/pausing/pause-deadline";
import { pauseForbidsConcurrency } from "../../../policies/pausing/pause-forbids-concurrency";
import { pauseMinimalRbac } from "../../../policies/pausing/pause-minimal-rbac";
import { pauseNotSuspended } from "../../../policies/pausing/pause-not-suspended";
import { pausePodHardened } from "../../../policies/pausing/pause-pod-hardened";
import { cronJob, NEEDED_RULES, role, roleBinding, scalarAdminCronJob } from "./examples";
import { type Declared, fixes, says, saysOfStack, UNKNOWN_VALUE } from "./judging";

/** A CronJob with every problem, which pauses nothing. */
const report: Declared = {
  ...cronJob({
    container: { env: [], securityContext: undefined },
    spec: { concurrencyPolicy: "Allow", suspend: true },
  }),
  name: "report",
};
const spec = (declared: Declared) => (declared.props as { spec: object }).spec;

says(pauseForbidsConcurrency, [
  [
    "allowed by default",
    cronJob({ spec: { concurrencyPolicy: undefined } }),
    ['concurrencyPolicy is Allow by default: set spec.concurrencyPolicy to "Forbid"'],
  ],
  [
    "replacing the run that holds the pods",
    cronJob({ spec: { concurrencyPolicy: "Replace" } }),
    ['concurrencyPolicy is Replace: set spec.concurrencyPolicy to "Forbid"'],
  ],
  [
    "Scalar's own tool",
    {
      ...scalarAdminCronJob(["-r", "scalardb-cluster"]),
      props: cronJobAllowing(scalarAdminCronJob(["-r", "scalardb-cluster"])),
    },
    ['concurrencyPolicy is Allow: set spec.concurrencyPolicy to "Forbid"'],
  ],
  ["a CronJob that pauses nothing", report, []],
]);

function cronJobAllowing(declared: Declared): object {
  return { ...declared.props, spec: { ...spec(declared), concurrencyPolicy: "Allow" } };
}
fixes(pauseForbidsConcurrency, [
  ["the policy", cronJob({ spec: { concurrencyPolicy: "Allow" } }), { spec: spec(cronJob()) }],
  ["no other CronJob", report, undefined],
]);

says(pauseNotSuspended, [
  [
    "suspended",
    cronJob({ spec: { suspend: true } }),
    [
      "the schedule is suspended, so that no pods are paused and no new restore point is made: set spec.suspend to false, or remove it",
    ],
  ],
  ["a CronJob that pauses nothing", report, []],
]);
fixes(pauseNotSuspended, [
  ["the suspension", cronJob({ spec: { suspend: true } }), { spec: { ...spec(cronJob()), suspend: false } }],
]);

const DEADLINE = "spec.jobTemplate.spec.activeDeadlineSeconds";
const deadline = (activeDeadlineSeconds: number | undefined, settings: object = {}) =>
  cronJob({ job: { activeDeadlineSeconds }, settings });
says(pauseDeadline, [
  [
    "none",
    deadline(undefined),
    [`the Job's deadline is not set, and a run may take 40 s to drain and hold: set ${DEADLINE} to 70 or more`],
  ],
  [
    "too short",
    deadline(69),
    [`the Job's deadline is 69 s, and a run may take 40 s to drain and hold: set ${DEADLINE} to 70 or more`],
  ],
  ["just enough", deadline(70), []],
  [
    "too short for a long hold",
    deadline(300, { holdSeconds: 400, maxDrainSeconds: 60 }),
    [`the Job's deadline is 300 s, and a run may take 460 s to drain and hold: set ${DEADLINE} to 490 or more`],
  ],
  [
    "too short for meeting other clusters",
    deadline(100, { rendezvousSeconds: 120 }),
    [`the Job's deadline is 100 s, and a run may take 160 s to drain and hold: set ${DEADLINE} to 190 or more`],
  ],
  ["less slack", deadline(45), [], { slackSeconds: 5 }],
  ["settings from elsewhere", cronJob({ container: { env: [{ name: "PAUSER_SETTINGS", valueFrom: {} }] } }), []],
  [
    "Scalar's own tool, in milliseconds",
    withDeadline(scalarAdminCronJob(["-r", "scalardb-cluster", "-d", "60000", "--max-pause-wait-time=90000"]), 100),
    [`the Job's deadline is 100 s, and a run may take 150 s to drain and hold: set ${DEADLINE} to 180 or more`],
  ],
  [
    "Scalar's own tool, with its defaults",
    withDeadline(scalarAdminCronJob(["-r", "scalardb-cluster"]), 40),
    [`the Job's deadline is 40 s, and a run may take 35 s to drain and hold: set ${DEADLINE} to 65 or more`],
  ],
  ["a CronJob that pauses nothing", withDeadline(report, 1), []],
]);

function withDeadline(declared: Declared, activeDeadlineSeconds: number): Declared {
  const copy = structuredClone(declared) as Declared & { props: { spec: { jobTemplate: { spec: object } } } };
  Object.assign(copy.props.spec.jobTemplate.spec, { activeDeadlineSeconds });
  return copy;
}
fixes(pauseDeadline, [
  ["a short one", deadline(10), { spec: spec(deadline(70)) }],
  ["none", deadline(undefined), { spec: spec(deadline(70)) }],
]);

const hardened = (securityContext: object, pod: object = {}) =>
  cronJob({
    pod,
    container: {
      securityContext: {
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
        ...securityContext,
      },
    },
  });
says(pausePodHardened, [
  [
    "nothing set",
    cronJob({ container: { securityContext: undefined } }),
    [
      "container pauser may run as root: set securityContext.runAsNonRoot to true",
      "container pauser may write to its image: set securityContext.readOnlyRootFilesystem to true",
      "container pauser may gain rights: set securityContext.allowPrivilegeEscalation to false",
      'container pauser keeps capabilities: set securityContext.capabilities to { drop: ["ALL"] }',
      'container pauser has no seccomp profile: set securityContext.seccompProfile to { type: "RuntimeDefault" }',
    ],
  ],
  [
    "the pod says it for its containers",
    hardened(
      { runAsNonRoot: undefined, seccompProfile: undefined },
      { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } },
    ),
    [],
  ],
  [
    "the container takes it back",
    hardened({ runAsNonRoot: false }, { securityContext: { runAsNonRoot: true } }),
    ["container pauser may run as root: set securityContext.runAsNonRoot to true"],
  ],
  [
    "some capabilities kept",
    hardened({ capabilities: { drop: ["NET_RAW"] } }),
    ['container pauser keeps capabilities: set securityContext.capabilities to { drop: ["ALL"] }'],
  ],
  ["privileged", hardened({ privileged: true }), ["container pauser is privileged: remove securityContext.privileged"]],
  ["a profile of one's own", hardened({ seccompProfile: { type: "Localhost" } }), []],
  [
    "no profile",
    hardened({ seccompProfile: { type: "Unconfined" } }),
    ['container pauser has no seccomp profile: set securityContext.seccompProfile to { type: "RuntimeDefault" }'],
  ],
  [
    "its node's network and processes",
    hardened({}, { hostNetwork: true, hostPID: true }),
    ["the pod shares its node's network: remove hostNetwork", "the pod shares its node's pid: remove hostPID"],
  ],
  ["a CronJob that pauses nothing", report, []],
]);

const clusterBinding: Declared = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  name: "too-wide",
  props: {
    metadata: { name: "too-wide" },
    roleRef: { kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name: "pauser", namespace: "scalar" }],
  },
};
saysOfStack(pauseMinimalRbac, [
  ["what is needed", [cronJob(), role(NEEDED_RULES), roleBinding()], []],
  [
    "what is not",
    [cronJob(), role([{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]), roleBinding()],
    [{ message: "the pauser may get secrets, which it does not need: remove it", at: "pauser-role" }],
  ],
  [
    "everything",
    [cronJob(), role([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]), roleBinding()],
    [{ message: "the pauser may * *, which it does not need: remove it", at: "pauser-role" }],
  ],
  [
    "more than reading",
    [cronJob(), role([{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "delete"] }]), roleBinding()],
    [{ message: "the pauser may delete pods, and needs only get, list: remove the rest", at: "pauser-role" }],
  ],
  [
    "every ConfigMap",
    [cronJob(), role([{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "update"] }]), roleBinding()],
    [
      {
        message: "the pauser may get, update all configmaps: list the ones it needs in resourceNames",
        at: "pauser-role",
      },
    ],
  ],
  [
    "a ClusterRole of the cluster's, in every namespace",
    [cronJob(), clusterBinding],
    [
      {
        message:
          "the pauser's permissions apply to every namespace: bind its Role with a RoleBinding in each release's namespace",
        at: "too-wide",
      },
      {
        message:
          "the pauser has ClusterRole cluster-admin, which this stack does not declare: give it a Role with get and list on pods, services and deployments instead",
        at: "too-wide",
      },
    ],
  ],
  [
    "names that are not known yet, identified by their inputs",
    [
      { type: "kubernetes:core/v1:ServiceAccount", name: "account", props: {} },
      { ...cronJob({ pod: { serviceAccountName: UNKNOWN_VALUE } }), madeFrom: { spec: ["account"] } },
      role([{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }]),
      {
        ...roleBinding({
          roleRef: { kind: "Role", name: UNKNOWN_VALUE },
          subjects: [{ kind: "ServiceAccount", name: UNKNOWN_VALUE, namespace: "scalar" }],
        }),
        madeFrom: { subjects: ["account"], roleRef: ["pauser-role"] },
      },
    ],
    [{ message: "the pauser may list secrets, which it does not need: remove it", at: "pauser-role" }],
  ],
  [
    "the account of another",
    [
      cronJob({ pod: { serviceAccountName: "other" } }),
      role([{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]),
      roleBinding(),
    ],
    [],
  ],
  ["nothing pauses", [report, clusterBinding], []],
]);
