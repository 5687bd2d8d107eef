import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "ava";
import { notifySchema } from "../../components/pause/notify-args";
import { NOTIFY_VARIABLES } from "../../pauser/notify/settings";
import { Api, collection, type KubernetesObject, Refusal } from "./api";
import { controlPlaneBinaries, goIsThere } from "./binaries";
import { ControlPlane, until } from "./control-plane";
import { declaredBy } from "./declared";
import { Node } from "./node";

/**
 * What `pause.notify` takes from Secrets of the user's own, on a real API server with the real controller of Jobs. No kubelet can be had
 * here: `Node` takes its place, and resolves the variables as the kubelet's source does.
 */

const NAMESPACE = "scalar";
const NAME = "notified";
const SECRET = { name: "alerts", key: "slack" };
const MISSING = { name: "alerts", key: "healthchecks" };
const POLICY = { "pod-security.kubernetes.io/enforce": "restricted" };

let plane: ControlPlane;
let node: Node;
let objects: KubernetesObject[];
let cronJob: KubernetesObject;
const posted: string[] = [];
const webhook = createServer((request, response) => {
  request.setEncoding("utf8").on("data", (text: string) => posted.push(text));
  request.on("end", () => response.end("ok"));
});

const clusterTest = goIsThere() ? test.serial : test.serial.skip;

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  await new Promise<void>((resolve) => webhook.listen(0, "127.0.0.1", resolve));
  plane = await ControlPlane.start(controlPlaneBinaries((line) => process.stderr.write(`${line}\n`)));
  const { api } = plane;
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels: POLICY } });
  const { port } = webhook.address() as AddressInfo;
  await api.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: NAMESPACE, name: SECRET.name },
    stringData: { [SECRET.key]: `http://127.0.0.1:${port}/secret-path` },
  });
  objects = await declaredBy(NAME, {
    schedule: "0 3 * * *",
    suspend: true,
    releases: [{ namespace: NAMESPACE, name: "absent" }],
    notify: { webhook: { secretKeyRef: SECRET, when: "always" }, heartbeat: { secretKeyRef: MISSING } },
  });
});

test.after.always(async () => {
  webhook.close();
  try {
    await node?.stop();
  } finally {
    await plane?.stop();
  }
});

/** Refuses what a kubectl would only warn of: fields that the API server does not know, or knows twice. */
const strictly = (object: KubernetesObject, more = "") =>
  plane.api.request("POST", `${collection(object)}?fieldValidation=Strict${more}`, object);

const variablesOf = (pod: KubernetesObject["spec"]) =>
  pod.containers[0].env.filter(({ name }: { name: string }) => Object.values<string>(NOTIFY_VARIABLES).includes(name));

const EXPECTED = [
  { name: NOTIFY_VARIABLES.webhook, valueFrom: { secretKeyRef: { ...SECRET, optional: true } } },
  { name: NOTIFY_VARIABLES.heartbeat, valueFrom: { secretKeyRef: { ...MISSING, optional: true } } },
];

clusterTest(
  "the API server takes the CronJob with references to keys of Secrets, and keeps them as they are",
  async (t) => {
    t.deepEqual(
      objects.filter(({ kind }) => kind === "Secret"),
      [],
      "what is in Secrets of the user's is in none of the stack's",
    );
    for (const object of objects) {
      const patch = (object.metadata.annotations as Record<string, string> | undefined)?.[
        "pulumi.com/patchFieldManager"
      ];
      if (patch === undefined) await strictly(object);
      else await plane.api.apply(object, patch);
    }
    cronJob = await plane.api.get("batch/v1", "CronJob", NAMESPACE, NAME);
    t.deepEqual(variablesOf(cronJob.spec.jobTemplate.spec.template.spec), EXPECTED);
  },
);

clusterTest(
  "names of Secrets and keys that the API server refuses are refused before an up, and no others",
  async (t) => {
    const accepts = async (reference: { name: string; key: string }) => {
      const changed = structuredClone(cronJob);
      changed.metadata = { namespace: NAMESPACE, name: "dry" };
      variablesOf(changed.spec.jobTemplate.spec.template.spec)[0].valueFrom.secretKeyRef = reference;
      try {
        await strictly(changed, "&dryRun=All");
        return true;
      } catch (error) {
        if (error instanceof Refusal && error.code === 422) return false;
        throw error;
      }
    };
    const long = "a".repeat(253);
    const names = ["alerts", "a.b-c", "a..b", "a.-b", "-a", "a-", ".a", "A", "a_b", "0", long, `${long}a`];
    const keys = ["slack", "a.b", "A_b-c", ".", "..", "...", "..a", ".a", "a..", "a b", "a/b", long, `${long}a`];
    const references = [...names.map((name) => ({ ...SECRET, name })), ...keys.map((key) => ({ ...SECRET, key }))];
    for (const reference of references)
      t.is(
        notifySchema.safeParse({ webhook: { secretKeyRef: reference } }).success,
        await accepts(reference),
        JSON.stringify(reference).slice(0, 60),
      );
  },
);

clusterTest(
  "with a stand-in for the kubelet, the pod gets the URL, the API server's objects do not, and a missing key is reported",
  async (t) => {
    t.timeout(5 * 60_000);
    node = new Node(plane.api, NAMESPACE);
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { namespace: NAMESPACE, name: "by-hand" } };
    await plane.api.create({ ...job, spec: cronJob.spec.jobTemplate.spec });
    await until("the webhook's call", () => posted.length > 0, 120);
    t.regex(posted.join(""), /"text":/);
    t.regex(posted.join(""), /key healthchecks of Secret scalar\/alerts.* is missing or empty/);
    const [pod] = await plane.api.list("v1", "Pod", NAMESPACE, "batch.kubernetes.io/job-name=by-hand");
    t.deepEqual(pod && variablesOf(pod.spec), EXPECTED);
    for (const [version, kind] of [
      ["v1", "Pod"],
      ["v1", "ConfigMap"],
      ["batch/v1", "CronJob"],
      ["batch/v1", "Job"],
    ] as const)
      t.notRegex(JSON.stringify(await plane.api.list(version, kind, NAMESPACE)), /secret-path/, kind);
  },
);

clusterTest("the pauser's account may not read the Secret: only the kubelet does", async (t) => {
  const account = cronJob.spec.jobTemplate.spec.template.spec.serviceAccountName;
  const own = new Api(plane.api.url, plane.api.ca, await plane.api.tokenOf(NAMESPACE, account));
  const refusal = await t.throwsAsync(own.get("v1", "Secret", NAMESPACE, SECRET.name), { instanceOf: Refusal });
  t.is(refusal.code, 403);
  own.close();
});
