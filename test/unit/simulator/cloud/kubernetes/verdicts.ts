/** Objects on which the API server has a verdict: the simulated cluster's has to be the real one's (`npm run test:cluster`). */

// biome-ignore lint/suspicious/noExplicitAny: manifests are looked into and changed freely
type Manifest = Record<string, any>;

const metadata = (name: string) => ({ namespace: "scalar", name });
const long = (length: number) => "a".repeat(length);

const service = (port: Manifest, change: Manifest = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata("headless"),
  spec: { clusterIP: "None", selector: { app: "x" }, ports: [{ name: "admin", port: 60053, ...port }] },
  ...change,
});

const pod = (container: Manifest, spec: Manifest = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: metadata("pod"),
  spec: { containers: [{ name: "it", image: "node:24", ...container }], ...spec },
});

/** A rule on exit codes. */
const onExit = (action: string, operator: string, values: number[]): Manifest => ({
  podFailurePolicy: { rules: [{ action, onExitCodes: { operator, values } }] },
});

const cronJob = (change: { spec?: Manifest; job?: Manifest; pod?: Manifest; container?: Manifest } = {}): Manifest => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: metadata("pause"),
  spec: {
    schedule: "0 3 * * *",
    ...change.spec,
    jobTemplate: {
      spec: {
        ...change.job,
        template: {
          spec: {
            restartPolicy: "Never",
            containers: [{ name: "it", image: "node:24", ...change.container }],
            ...change.pod,
          },
        },
      },
    },
  },
});

const named = (manifest: Manifest, name: string): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, name },
});
const withMetadata = (more: Manifest): Manifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...metadata("windows"), ...more },
});
const role = (...rules: Manifest[]): Manifest => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: metadata("role"),
  rules,
});
const roleBinding = (change: Manifest = {}): Manifest => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: metadata("binding"),
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "role" },
  subjects: [{ kind: "ServiceAccount", name: "account", namespace: "scalar" }],
  ...change,
});
const mounted = (mount: Manifest, volume: Manifest) =>
  cronJob({ container: { volumeMounts: [{ name: "v", mountPath: "/v", ...mount }] }, pod: { volumes: [volume] } });

/** What is created, and the field for which it is refused; undefined when it is accepted. */
export const VERDICTS: [what: string, manifest: Manifest, field: string | undefined][] = [
  ["a numeric targetPort", service({ targetPort: 60053 }), undefined],
  ["a named targetPort of 15 characters", service({ targetPort: "scalardl-admins" }), undefined],
  ["a named targetPort of 16 characters", service({ targetPort: "scalardb-cluster" }), "spec.ports[0].targetPort"],
  ["a targetPort without a letter", service({ targetPort: "123" }), "spec.ports[0].targetPort"],
  ["a targetPort with two dashes in a row", service({ targetPort: "a--b" }), "spec.ports[0].targetPort"],
  ["a targetPort of 0", service({ targetPort: 0 }), undefined],
  ["a Service's port name of 22 characters", service({ name: "scalardl-auditor-admin" }), undefined],
  ["a Service's port name of 64 characters", service({ name: long(64) }), "spec.ports[0].name"],
  ["a Service's port of 70000", service({ port: 70_000 }), "spec.ports[0].port"],
  [
    "two ports of a Service, one without a name",
    service({}, { spec: { clusterIP: "None", ports: [{ name: "a", port: 1 }, { port: 2 }] } }),
    "spec.ports[1].name",
  ],
  [
    "two ports of a Service with one name",
    service(
      {},
      {
        spec: {
          clusterIP: "None",
          ports: [
            { name: "a", port: 1 },
            { name: "a", port: 2 },
          ],
        },
      },
    ),
    "spec.ports[1].name",
  ],
  ["a Service whose name has a dot", named(service({}), "a.b"), "metadata.name"],
  [
    "a container's port name of 15 characters",
    pod({ ports: [{ name: "scalardl-admins", containerPort: 1 }] }),
    undefined,
  ],
  [
    "a container's port name of 16 characters",
    pod({ ports: [{ name: "scalardb-cluster", containerPort: 1 }] }),
    "spec.containers[0].ports[0].name",
  ],
  [
    "a container's port of 0",
    pod({ ports: [{ name: "admin", containerPort: 0 }] }),
    "spec.containers[0].ports[0].containerPort",
  ],
  [
    "two ports of a container with one name",
    pod({
      ports: [
        { name: "a", containerPort: 1 },
        { name: "a", containerPort: 2 },
      ],
    }),
    "spec.containers[0].ports[1].name",
  ],
  ["a pod without containers", pod({}, { containers: [] }), "spec.containers"],
  ["a container whose name has a dot", pod({ name: "a.b" }), "spec.containers[0].name"],
  ["a container without an image", pod({ image: undefined }), "spec.containers[0].image"],
  ["a CronJob's name of 52 characters", named(cronJob(), long(52)), undefined],
  ["a CronJob's name of 53 characters", named(cronJob(), long(53)), "metadata.name"],
  ["a name in capitals", named(cronJob(), "Pause"), "metadata.name"],
  ["a name with two dots in a row", named(withMetadata({}), "a..b"), "metadata.name"],
  ["a Role's name with a colon", named(role(), "system:x"), undefined],
  ["a Role's name with a slash", named(role(), "a%b"), "metadata.name"],
  ["a schedule of four fields", cronJob({ spec: { schedule: "0 3 * *" } }), "spec.schedule"],
  ["a schedule with a minute of 61", cronJob({ spec: { schedule: "61 3 * * *" } }), "spec.schedule"],
  ["a schedule with its time zone inside", cronJob({ spec: { schedule: "TZ=Asia/Tokyo 0 3 * * *" } }), "spec.schedule"],
  ["a schedule with the name of a day", cronJob({ spec: { schedule: "0 3 * * MON-FRI" } }), undefined],
  ["@hourly", cronJob({ spec: { schedule: "@hourly" } }), undefined],
  ["@every", cronJob({ spec: { schedule: "@every 1h" } }), undefined],
  ["a time zone that is none", cronJob({ spec: { timeZone: "Asia/Tokio" } }), "spec.timeZone"],
  ["an abbreviation for a time zone", cronJob({ spec: { timeZone: "JST" } }), "spec.timeZone"],
  ["a time zone without its capitals", cronJob({ spec: { timeZone: "asia/tokyo" } }), "spec.timeZone"],
  ["a time zone without a folder", cronJob({ spec: { timeZone: "EST" } }), undefined],
  ["a former name of a time zone", cronJob({ spec: { timeZone: "Asia/Calcutta" } }), undefined],
  ["Sunday as 7", cronJob({ spec: { schedule: "0 3 * * 7" } }), "spec.schedule"],
  ["the time zone Local", cronJob({ spec: { timeZone: "Local" } }), "spec.timeZone"],
  ["an offset for a time zone", cronJob({ spec: { timeZone: "+09:00" } }), "spec.timeZone"],
  ["a negative deadline to start", cronJob({ spec: { startingDeadlineSeconds: -1 } }), "spec.startingDeadlineSeconds"],
  ["a negative history limit", cronJob({ spec: { failedJobsHistoryLimit: -1 } }), "spec.failedJobsHistoryLimit"],
  ["an unknown concurrency policy", cronJob({ spec: { concurrencyPolicy: "forbid" } }), "spec.concurrencyPolicy"],
  ["a negative backoff limit", cronJob({ job: { backoffLimit: -1 } }), "spec.jobTemplate.spec.backoffLimit"],
  [
    "a Job without time",
    cronJob({ job: { activeDeadlineSeconds: -1 } }),
    "spec.jobTemplate.spec.activeDeadlineSeconds",
  ],
  [
    "a Job's pod that always starts again",
    cronJob({ pod: { restartPolicy: "Always" } }),
    "spec.jobTemplate.spec.template.spec.restartPolicy",
  ],
  ["an exit code that fails the Job", cronJob({ job: onExit("FailJob", "In", [26]) }), undefined],
  [
    "an exit code that fails the Job, of a pod that starts again",
    cronJob({ job: onExit("FailJob", "In", [26]), pod: { restartPolicy: "OnFailure" } }),
    "spec.jobTemplate.spec.template.spec.restartPolicy",
  ],
  [
    "success that fails the Job",
    cronJob({ job: onExit("FailJob", "In", [0]) }),
    "spec.jobTemplate.spec.podFailurePolicy.rules[0].onExitCodes.values[0]",
  ],
  [
    "no exit code that fails the Job",
    cronJob({ job: onExit("FailJob", "In", []) }),
    "spec.jobTemplate.spec.podFailurePolicy.rules[0].onExitCodes.values",
  ],
  [
    "an exit code that does something unknown",
    cronJob({ job: onExit("Fail", "In", [26]) }),
    "spec.jobTemplate.spec.podFailurePolicy.rules[0].action",
  ],
  ["a pod without time to end", cronJob({ pod: { terminationGracePeriodSeconds: -1 } }), undefined],
  [
    "a user below 0",
    cronJob({ pod: { securityContext: { runAsUser: -1 } } }),
    "spec.jobTemplate.spec.template.spec.securityContext.runAsUser",
  ],
  [
    "an unknown seccomp profile",
    cronJob({ pod: { securityContext: { seccompProfile: { type: "Default" } } } }),
    "spec.jobTemplate.spec.template.spec.securityContext.seccompProfile.type",
  ],
  [
    "a service account's name in capitals",
    cronJob({ pod: { serviceAccountName: "Pauser" } }),
    "spec.jobTemplate.spec.template.spec.serviceAccountName",
  ],
  [
    "a priority class's name in capitals",
    cronJob({ pod: { priorityClassName: "High" } }),
    "spec.jobTemplate.spec.template.spec.priorityClassName",
  ],
  [
    "every taint tolerated, and one for a minute",
    cronJob({
      pod: {
        tolerations: [
          { operator: "Exists" },
          { key: "a.example/b", value: "", effect: "NoExecute", tolerationSeconds: 60 },
        ],
        nodeSelector: { "kubernetes.io/os": "linux", empty: "" },
        imagePullSecrets: [{ name: "registry" }],
      },
    }),
    undefined,
  ],
  [
    "a toleration without a key that compares",
    cronJob({ pod: { tolerations: [{ effect: "NoSchedule" }] } }),
    "spec.jobTemplate.spec.template.spec.tolerations[0].operator",
  ],
  [
    "a toleration of any value with a value",
    cronJob({ pod: { tolerations: [{ key: "a", operator: "Exists", value: "b" }] } }),
    "spec.jobTemplate.spec.template.spec.tolerations[0].operator",
  ],
  [
    "a toleration's key with two slashes",
    cronJob({ pod: { tolerations: [{ key: "a/b/c", operator: "Exists" }] } }),
    "spec.jobTemplate.spec.template.spec.tolerations[0].key",
  ],
  [
    "a toleration's value with a space",
    cronJob({ pod: { tolerations: [{ key: "a", value: "b c" }] } }),
    "spec.jobTemplate.spec.template.spec.tolerations[0].operator",
  ],
  [
    "a toleration's unknown effect",
    cronJob({ pod: { tolerations: [{ key: "a", effect: "Never" }] } }),
    "spec.jobTemplate.spec.template.spec.tolerations[0].effect",
  ],
  [
    "seconds of a toleration without eviction",
    cronJob({ pod: { tolerations: [{ key: "a", effect: "NoSchedule", tolerationSeconds: 5 }] } }),
    "spec.jobTemplate.spec.template.spec.tolerations[0].effect",
  ],
  [
    "a node selector's key without a name",
    cronJob({ pod: { nodeSelector: { "a.example/": "b" } } }),
    "spec.jobTemplate.spec.template.spec.nodeSelector",
  ],
  [
    "a node selector's value with a space",
    cronJob({ pod: { nodeSelector: { a: "b c" } } }),
    "spec.jobTemplate.spec.template.spec.nodeSelector",
  ],
  [
    "an environment variable with a dot and a dash",
    cronJob({ container: { env: [{ name: "a.b-c", value: "1" }] } }),
    undefined,
  ],
  [
    "an environment variable with an equals sign",
    cronJob({ container: { env: [{ name: "a=b", value: "1" }] } }),
    "spec.jobTemplate.spec.template.spec.containers[0].env[0].name",
  ],
  [
    "an environment variable with a value and a source",
    cronJob({
      container: { env: [{ name: "a", value: "1", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }] },
    }),
    "spec.jobTemplate.spec.template.spec.containers[0].env[0].valueFrom",
  ],
  [
    "a field that pods don't have",
    cronJob({ container: { env: [{ name: "a", valueFrom: { fieldRef: { fieldPath: "metadata.nam" } } }] } }),
    "spec.jobTemplate.spec.template.spec.containers[0].env[0].valueFrom.fieldRef.fieldPath",
  ],
  [
    "more memory asked for than allowed",
    cronJob({ container: { resources: { requests: { memory: "128Mi" }, limits: { memory: "96Mi" } } } }),
    "spec.jobTemplate.spec.template.spec.containers[0].resources.requests",
  ],
  [
    "negative cpu",
    cronJob({ container: { resources: { requests: { cpu: "-1" } } } }),
    "spec.jobTemplate.spec.template.spec.containers[0].resources.requests[cpu]",
  ],
  ["a mounted ConfigMap", mounted({}, { name: "v", configMap: { name: "program" } }), undefined],
  [
    "a mount of a volume that is not there",
    mounted({}, { name: "w", configMap: { name: "program" } }),
    "spec.jobTemplate.spec.template.spec.containers[0].volumeMounts[0].name",
  ],
  [
    "a volume whose name has a dot",
    mounted({ name: "v.w" }, { name: "v.w", configMap: { name: "program" } }),
    "spec.jobTemplate.spec.template.spec.volumes[0].name",
  ],
  [
    "a volume of a ConfigMap without a name",
    mounted({}, { name: "v", configMap: {} }),
    "spec.jobTemplate.spec.template.spec.volumes[0].configMap.name",
  ],
  [
    "two mounts at one path",
    cronJob({
      container: {
        volumeMounts: [
          { name: "v", mountPath: "/v" },
          { name: "v", mountPath: "/v" },
        ],
      },
      pod: { volumes: [{ name: "v", emptyDir: {} }] },
    }),
    "spec.jobTemplate.spec.template.spec.containers[0].volumeMounts[1].mountPath",
  ],
  [
    "two volumes of one name",
    cronJob({
      pod: {
        volumes: [
          { name: "v", emptyDir: {} },
          { name: "v", emptyDir: {} },
        ],
      },
    }),
    "spec.jobTemplate.spec.template.spec.volumes[1].name",
  ],
  ["a label's value of 63 characters", withMetadata({ labels: { a: long(63) } }), undefined],
  ["a label's value of 64 characters", withMetadata({ labels: { a: long(64) } }), "metadata.labels"],
  ["a label's value with a blank", withMetadata({ labels: { a: "b c" } }), "metadata.labels"],
  ["an empty label", withMetadata({ labels: { a: "" } }), undefined],
  ["a label's key with a prefix", withMetadata({ labels: { "a.b/c_d.E": "x" } }), undefined],
  ["a label's key with two slashes", withMetadata({ labels: { "a/b/c": "x" } }), "metadata.labels"],
  ["a label's key with a blank", withMetadata({ labels: { "cost center": "x" } }), "metadata.labels"],
  ["an annotation's key in capitals", withMetadata({ annotations: { "A.b/C": "x y" } }), undefined],
  ["an annotation's key with a blank", withMetadata({ annotations: { "a b": "x" } }), "metadata.annotations"],
  ["a key of a ConfigMap with a slash", { ...withMetadata({}), data: { "a/b": "1" } }, "data[a/b]"],
  ["a key of a ConfigMap that is two dots", { ...withMetadata({}), data: { "..": "1" } }, "data[..]"],
  ["a ConfigMap above 1 MiB", { ...withMetadata({}), data: { a: long(1_048_577) } }, "[]"],
  ["a rule without verbs", role({ apiGroups: [""], resources: ["pods"], verbs: [] }), "rules[0].verbs"],
  ["a rule without API groups", role({ resources: ["pods"], verbs: ["get"] }), "rules[0].apiGroups"],
  ["a rule without resources", role({ apiGroups: [""], verbs: ["get"] }), "rules[0].resources"],
  ["a binding to a role of no kind", roleBinding({ roleRef: { kind: "Rolle", name: "x" } }), "roleRef.kind"],
  ["a binding to a role without a name", roleBinding({ roleRef: { kind: "Role", name: "" } }), "roleRef.name"],
  [
    "a binding for an account without a namespace",
    roleBinding({ subjects: [{ kind: "ServiceAccount", name: "a" }] }),
    undefined,
  ],
  [
    "a binding for a subject of no kind",
    roleBinding({ subjects: [{ kind: "Account", name: "a", namespace: "scalar" }] }),
    "subjects[0].kind",
  ],
];
