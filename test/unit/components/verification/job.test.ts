import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { type PodArgs, TolerationOperator } from "../../../../components/pod-args";
import { declareCheckJob } from "../../../../components/verification/check-job";
import { jobName } from "../../../../components/verification/job-name";
import { declareScanJob } from "../../../../components/verification/scan-job";

// biome-ignore lint/suspicious/noExplicitAny: resource inputs are looked into freely
type Inputs = Record<string, any>;
const declared = new Map<string, Inputs>();

pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      // The SDK wraps the whole of a secret, as a provider gets it.
      const isSecret = inputs.spec?.[pulumi.runtime.specialSigKey] === pulumi.runtime.specialSecretSig;
      declared.set(`${type.split(":").pop()} ${name}`, {
        ...inputs,
        ...(inputs.spec && { spec: isSecret ? inputs.spec.value : inputs.spec, isSecret }),
      });
      return { id: name, state: inputs };
    },
    call: ({ token }) => {
      throw new Error(`${token} is called`);
    },
  },
  "scalar-backup",
  "test",
  false,
);

const SCAN = { namespace: "scalar", schemaLoaderImage: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0" };

/** Declares a scan, a repair and a check, and waits until they are registered. */
async function declareAll(name = "restore", pod?: PodArgs): Promise<Inputs[]> {
  declared.clear();
  const copies = {
    name,
    instant: "2026-11-22T03:00:12Z",
    properties: pulumi.secret("scalar.db.password=SECRET"),
    after: pulumi.output(null),
    parent: new pulumi.ComponentResource("test:index:Parent", "parent"),
  };
  const jobs = [
    declareScanJob(copies, { ...SCAN, ...(pod && { pod }) }, "scan", 0),
    declareScanJob(copies, SCAN, "repair", 0),
    declareCheckJob(copies, {
      namespace: "scalar",
      image: "registry.example.com/check:1",
      env: { TOKEN: "t0k3n", SCALAR_DB_PROPERTIES: "/elsewhere" },
      ...(pod && { pod }),
    }),
  ];
  await Promise.all(jobs.map((job) => new Promise((resolve) => job.urn.apply(resolve))));
  return ["scan", "repair", "check"].map((task) => declared.get(`Job ${name}-${task}`) as Inputs);
}

test.serial("the pod of each Job is hardened, its init containers too", async (t) => {
  for (const { spec } of await declareAll()) {
    const pod = spec.template.spec;
    t.like(pod, { automountServiceAccountToken: false, enableServiceLinks: false, restartPolicy: "Never" });
    t.like(pod.securityContext, { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } });
    for (const key of ["hostNetwork", "hostPID", "hostIPC", "serviceAccountName"]) t.is(pod[key], undefined, key);
    const containers: Inputs[] = [...(pod.initContainers ?? []), ...pod.containers];
    for (const container of containers) {
      t.deepEqual(
        container.securityContext,
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        container.name,
      );
      t.truthy(container.resources.limits.memory, container.name);
    }
    // Only in the Secret: an account that may read Jobs does not see it.
    t.false(JSON.stringify(spec).includes("SECRET"));
    for (const volume of pod.volumes) t.deepEqual(Object.keys(volume).includes("hostPath"), false);
    const [{ volumeMounts }] = pod.containers;
    const writable = volumeMounts.filter(({ readOnly }: Inputs) => !readOnly).map(({ mountPath }: Inputs) => mountPath);
    t.deepEqual(writable, ["/tmp"]);
  }
});

test.serial("the pods of Jobs get what the cluster asks for, and keep the program's labels", async (t) => {
  const pod: PodArgs = {
    labels: { "sidecar.istio.io/inject": "false", "app.kubernetes.io/instance": "mine" },
    annotations: { "linkerd.io/inject": "disabled" },
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ operator: TolerationOperator.Exists }],
    imagePullSecrets: ["registry-credentials"],
  };
  const [scan, , check] = await declareAll("restore", pod);
  for (const job of [scan, check]) {
    const { metadata, spec } = job?.spec.template ?? {};
    t.is(metadata.labels["sidecar.istio.io/inject"], "false");
    t.is(metadata.labels["app.kubernetes.io/instance"], "restore");
    t.deepEqual(metadata.annotations, { "linkerd.io/inject": "disabled" });
    t.like(spec, {
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [{ operator: "Exists" }],
      imagePullSecrets: [{ name: "registry-credentials" }],
    });
  }
});

test.serial("names and labels of Jobs have at most 63 characters; those that had less stay", async (t) => {
  const [short] = await declareAll();
  t.is(short?.metadata.name, "restore-scan-20261122t030012z");
  const release = `restore-${"a-rather-long-namespace".repeat(2)}-ledger`;
  for (const { metadata, spec } of await declareAll(release)) {
    t.true(metadata.name.length <= 63, metadata.name);
    for (const label of Object.values<string>(spec.template.metadata.labels)) t.true(label.length <= 63, label);
    t.is(declared.get(`Secret ${release}-scan-properties`)?.metadata.name.length <= 253, true);
  }
});

test("a name that is cut stays a name, and names that differ at their ends stay different", (t) => {
  const [one, other] = ["ledger", "auditor"].map((end) => jobName(`restore-${"x".repeat(60)}-${end}`));
  t.not(one, other);
  t.is(one?.length, 63);
  t.is(jobName("y".repeat(63)), "y".repeat(63));
  // Cut behind a dash.
  t.regex(jobName(`${"z".repeat(53)}-${"z".repeat(20)}`), /^z{53}-[0-9a-f]{8}$/);
});

test.serial("what holds variables of a check is a secret in the state", async (t) => {
  const [scan, , check] = await declareAll();
  t.true(check?.isSecret);
  t.false(scan?.isSecret);
  t.deepEqual(check?.spec.template.spec.containers[0].env, [
    { name: "TOKEN", value: "t0k3n" },
    { name: "SCALAR_DB_PROPERTIES", value: "/copies/database.properties" },
  ]);
});
