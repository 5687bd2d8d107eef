import test, { type ExecutionContext } from "ava";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import { KubernetesCluster } from "../../../../../simulator/cloud/kubernetes/cluster";
import { kindOf } from "../../../../../simulator/cloud/kubernetes/kinds";
import { KubernetesProvider } from "../../../../../simulator/providers/kubernetes/provider";
import { type PropertyMap, UNKNOWN } from "../../../../../simulator/providers/provider";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const CONFIG_MAP_PATCH = "kubernetes:core/v1:ConfigMapPatch";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
const ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";

/** A resource of a stack: its provider's calls in the order in which an engine makes them. */
class Resource {
  inputs: PropertyMap = {};
  outputs: PropertyMap = {};
  id = "";
  readonly urn: string;

  constructor(
    readonly provider: KubernetesProvider,
    readonly type: string,
    name: string,
  ) {
    this.urn = `urn:pulumi:test::project::${type}::${name}`;
  }

  async create(inputs: PropertyMap): Promise<this> {
    this.inputs = await this.checked(inputs);
    const { id, outputs } = await this.provider.create({ ...this.#identity, inputs: this.inputs, preview: false });
    this.id = id;
    this.outputs = outputs;
    return this;
  }

  async checked(newInputs: PropertyMap): Promise<PropertyMap> {
    const { inputs, failures } = await this.provider.check({
      ...this.#identity,
      newInputs,
      ...(this.id !== "" && { oldInputs: this.inputs }),
    });
    if (failures.length > 0)
      throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    return inputs;
  }

  async diff(inputs: PropertyMap, ignoreChanges: string[] = []) {
    return this.provider.diff({
      ...this.#identity,
      id: this.id,
      oldInputs: this.inputs,
      oldOutputs: this.outputs,
      newInputs: await this.checked(inputs),
      ignoreChanges,
    });
  }

  async update(inputs: PropertyMap): Promise<void> {
    const newInputs = await this.checked(inputs);
    const { outputs } = await this.provider.update({
      ...this.#identity,
      id: this.id,
      oldInputs: this.inputs,
      oldOutputs: this.outputs,
      newInputs,
      preview: false,
    });
    this.inputs = newInputs;
    this.outputs = outputs;
  }

  async delete(): Promise<void> {
    await this.provider.delete({ ...this.#identity, id: this.id, inputs: this.inputs, outputs: this.outputs });
  }

  async refresh(): Promise<boolean> {
    const read = await this.provider.read({
      ...this.#identity,
      id: this.id,
      inputs: this.inputs,
      outputs: this.outputs,
    });
    if (read) ({ inputs: this.inputs, outputs: this.outputs } = read);
    return read !== undefined;
  }

  get #identity() {
    return { urn: this.urn, type: this.type };
  }
}

async function start(t: ExecutionContext, config: PropertyMap = {}) {
  const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
  t.teardown(() => cluster.stop());
  cluster.createNamespace("scalar");
  const provider = new KubernetesProvider(cluster);
  await provider.configure(config);
  return { cluster, provider, resource: (type: string, name = "it") => new Resource(provider, type, name) };
}

const configMap = (fields: PropertyMap = {}, metadata: PropertyMap = {}): PropertyMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "scalar", ...metadata },
  ...fields,
});

const cronJob = (spec: PropertyMap = {}, container: PropertyMap = {}): PropertyMap => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "pause", namespace: "scalar", labels: { app: "pauser" } },
  spec: {
    schedule: "0 3 * * *",
    ...spec,
    jobTemplate: {
      spec: {
        template: {
          spec: { restartPolicy: "Never", containers: [{ name: "pauser", image: "node:24", ...container }] },
        },
      },
    },
  },
});

test("an object without a name gets one of its own, and keeps it", async (t) => {
  const { resource } = await start(t);
  const it = await resource(CONFIG_MAP, "program").create(configMap({ data: { a: "1" } }));
  t.regex(it.id, /^scalar\/program-[0-9a-f]{8}$/);
  t.like(it.inputs, { metadata: { annotations: { "pulumi.com/autonamed": "true" } } });
  t.deepEqual((await it.diff(configMap({ data: { a: "1" } }))).detailedDiff, {});
});

test("the namespace is the provider's, or Kubernetes' default", async (t) => {
  const { resource } = await start(t, { namespace: "scalar" });
  t.is((await resource(CONFIG_MAP).create({ metadata: { name: "x" } })).id, "scalar/x");
  const { resource: other } = await start(t);
  const it = await other(CONFIG_MAP).create({ metadata: { name: "x" } });
  t.is(it.id, "default/x");
  t.deepEqual((await it.diff({ metadata: { name: "x", namespace: "default" } })).detailedDiff, {});
});

test("verdicts: what replaces, what is changed in place, what is no change", async (t) => {
  const { resource } = await start(t);
  const program = await resource(CONFIG_MAP, "program").create(configMap({ data: { a: "1" } }));
  t.deepEqual(await program.diff(configMap({ data: { a: "2" } })), {
    detailedDiff: { "data.a": "update-replace" },
    deleteBeforeReplace: false,
  });
  t.deepEqual((await program.diff(configMap({ data: { a: "1", "b.c": "2" } }))).detailedDiff, {
    'data["b.c"]': "add-replace",
  });
  t.deepEqual((await program.diff(configMap())).detailedDiff, { data: "delete-replace" });
  t.deepEqual((await program.diff(configMap({ data: { a: "2" } }), ["data"])).detailedDiff, {});
  t.deepEqual((await program.diff(configMap({ data: { a: "1" } }, { labels: { x: "y" } }))).detailedDiff, {
    "metadata.labels": "add",
  });

  const named = await resource(CONFIG_MAP, "named").create(configMap({ data: { a: "1" } }, { name: "named" }));
  t.deepEqual(await named.diff(configMap({ data: { a: "2" } }, { name: "named" })), {
    detailedDiff: { "data.a": "update-replace" },
    deleteBeforeReplace: true,
  });
  t.deepEqual(await named.diff(configMap({ data: { a: "1" } }, { name: "renamed" })), {
    detailedDiff: { "metadata.name": "update-replace" },
    deleteBeforeReplace: false,
  });
  t.deepEqual(await named.diff(configMap({ data: { a: "1" } }, { name: "named", namespace: "default" })), {
    detailedDiff: { "metadata.namespace": "update-replace" },
    deleteBeforeReplace: false,
  });

  const schedule = await resource(CRON_JOB).create(cronJob());
  t.deepEqual((await schedule.diff(cronJob())).detailedDiff, {}, "the server's defaults are no difference");
  t.deepEqual(await schedule.diff(cronJob({ schedule: "0 4 * * *", suspend: true }, { image: "node:22" })), {
    detailedDiff: {
      "spec.schedule": "update",
      "spec.suspend": "add",
      "spec.jobTemplate.spec.template.spec.containers[0].image": "update",
    },
    deleteBeforeReplace: false,
  });

  const role = {
    metadata: { name: "r", namespace: "scalar" },
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
  };
  const pods = await resource(ROLE).create(role);
  t.deepEqual(
    (await pods.diff({ ...role, rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }] }))
      .detailedDiff,
    { "rules[0].verbs[1]": "add" },
  );
  const binding = {
    metadata: { name: "r", namespace: "scalar" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" },
    subjects: [{ kind: "ServiceAccount", name: "a", namespace: "scalar" }],
  };
  const bound = await resource(ROLE_BINDING).create(binding);
  t.deepEqual(await bound.diff({ ...binding, roleRef: { ...binding.roleRef, name: "other" } }), {
    detailedDiff: { "roleRef.name": "update-replace" },
    deleteBeforeReplace: true,
  });
  t.deepEqual((await bound.diff({ ...binding, subjects: [] })).detailedDiff, { subjects: "delete" });
});

test("ConfigMaps change in place where the provider's settings allow it", async (t) => {
  const { resource } = await start(t, { enableConfigMapMutable: "true" });
  const it = await resource(CONFIG_MAP).create(configMap({ data: { a: "1" } }));
  t.deepEqual((await it.diff(configMap({ data: { a: "2" } }))).detailedDiff, { "data.a": "update" });
  await it.update(configMap({ data: { a: "2" } }));
  t.like(it.outputs, { data: { a: "2" } });
});

test("an unknown value is a change in a preview, and nothing is asked of the cluster", async (t) => {
  const { resource, provider } = await start(t);
  const it = await resource(CRON_JOB).create(cronJob());
  t.deepEqual((await it.diff(cronJob({}, { image: UNKNOWN }))).detailedDiff, {
    "spec.jobTemplate.spec.template.spec.containers[0].image": "update",
  });
  const map = await resource(CONFIG_MAP, "map").create(configMap({ data: { a: "1", b: "2" } }));
  t.deepEqual((await map.diff(configMap({ data: UNKNOWN }))).detailedDiff, {
    "data.a": "delete-replace",
    "data.b": "delete-replace",
  });
  const inputs = await resource(CONFIG_MAP, "new").checked(configMap({ data: { a: UNKNOWN } }));
  const created = await provider.create({ urn: "u::new", type: CONFIG_MAP, inputs, preview: true });
  t.is(created.id, "");
  t.like(created.outputs, { data: { a: UNKNOWN } });
});

test("a preview creates nothing and shows what would be, but no status", async (t) => {
  const { cluster, provider, resource } = await start(t);
  const inputs = await resource(CRON_JOB).checked(cronJob());
  const { id, outputs } = await provider.create({ urn: "u::it", type: CRON_JOB, inputs, preview: true });
  t.is(id, "");
  t.like(outputs, { metadata: { name: "pause" }, spec: { concurrencyPolicy: "Allow" } });
  t.false("status" in outputs);
  t.is(cluster.store.list(kindOf({ apiVersion: "batch/v1", kind: "CronJob" })).length, 0);
});

test("what others wrote stays, is read, and is no difference", async (t) => {
  const { cluster, provider, resource } = await start(t);
  const it = await resource(CONFIG_MAP).create(configMap({}, { name: "windows" }));
  const kind = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
  const live = cluster.store.get(kind, "scalar", "windows");
  cluster.store.update({ ...live, data: { "windows.json": "[]" } }, { fieldManager: "pauser" });

  const read = await provider.read({ urn: "u::r", type: CONFIG_MAP, id: "scalar/windows" });
  t.like(read?.outputs, { data: { "windows.json": "[]" } });
  t.deepEqual(
    read?.inputs,
    configMap({ data: { "windows.json": "[]" } }, { name: "windows" }),
    "as an import takes it",
  );

  t.true(await it.refresh());
  t.deepEqual((await it.diff(configMap({}, { name: "windows" }))).detailedDiff, {});
  await it.update(configMap({}, { name: "windows", labels: { app: "x" } }));
  t.like(it.outputs, { data: { "windows.json": "[]" }, metadata: { labels: { app: "x" } } });
  await it.update(configMap({}, { name: "windows" }));
  t.like(it.outputs, { data: { "windows.json": "[]" } });
  t.is((it.outputs.metadata as PropertyMap).labels, undefined, "what was left out is gone");
});

test("a refresh sees drift in the provider's own fields, which an update fixes unless another manager owns the field", async (t) => {
  const { cluster, resource } = await start(t);
  const kind = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
  const it = await resource(CRON_JOB).create(cronJob({ suspend: false }));
  await it.update(cronJob({ suspend: false, timeZone: "Asia/Tokyo" }));
  cluster.store.mergePatch(kind, "scalar", "pause", { spec: { suspend: true } }, { fieldManager: "argocd" });
  t.deepEqual((await it.diff(cronJob({ suspend: false, timeZone: "Asia/Tokyo" }))).detailedDiff, {});
  await it.refresh();
  t.deepEqual((await it.diff(cronJob({ suspend: false, timeZone: "Asia/Tokyo" }))).detailedDiff, {
    "spec.suspend": "update",
  });
  await t.throwsAsync(it.update(cronJob({ suspend: false, timeZone: "Asia/Tokyo" })), {
    message: /server-side apply field conflict detected[\s\S]*conflict with "argocd" using batch\/v1: \.spec\.suspend/,
  });
  const forced = cronJob({ suspend: false, timeZone: "Asia/Tokyo" });
  (forced.metadata as PropertyMap).annotations = { "pulumi.com/patchForce": "true" };
  await it.update(forced);
  t.like(cluster.store.get(kind, "scalar", "pause"), { spec: { suspend: false } });

  cluster.store.mergePatch(kind, "scalar", "pause", { spec: { suspend: true } }, { fieldManager: "kubectl-edit" });
  await it.update(cronJob({ timeZone: "Asia/Tokyo" }));
  t.is(cluster.store.get(kind, "scalar", "pause").spec?.suspend ?? false, false, "what kubectl has set is taken over");
});

test("an existing object is not adopted, unless the provider's settings say so", async (t) => {
  const { cluster, provider, resource } = await start(t);
  cluster.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "windows", namespace: "scalar" },
    data: { a: "1" },
  });
  const it = resource(CONFIG_MAP);
  await t.throwsAsync(it.create(configMap({}, { name: "windows" })), {
    message:
      /was not successfully created by the Kubernetes API server: configmaps "windows" already exists[\s\S]*upsertExistingObjects/,
  });
  const inputs = await it.checked(configMap({}, { name: "windows" }));
  t.is(
    (await provider.create({ urn: it.urn, type: CONFIG_MAP, inputs, preview: true })).id,
    "",
    "a preview does not know",
  );
  await provider.configure({ upsertExistingObjects: true });
  t.like((await it.create(configMap({}, { name: "windows" }))).outputs, { data: { a: "1" } });
});

test("an object that is gone is gone: read finds nothing, delete is content", async (t) => {
  const { cluster, resource } = await start(t);
  const it = await resource(CONFIG_MAP).create(configMap({}, { name: "windows" }));
  await it.delete();
  t.is(cluster.store.find(kindOf({ apiVersion: "v1", kind: "ConfigMap" }), "scalar", "windows"), undefined);
  t.false(await it.refresh());
  await t.notThrowsAsync(it.delete());
});

test("a patch makes what is not there, takes up what is, and leaves it behind without its own fields", async (t) => {
  const { cluster, resource } = await start(t);
  const kind = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
  const live = () => cluster.store.get(kind, "scalar", "windows");
  const metadata = (labels: PropertyMap): PropertyMap => ({
    name: "windows",
    annotations: { "pulumi.com/patchFieldManager": "record" },
    labels,
  });
  const first = await resource(CONFIG_MAP_PATCH).create(configMap({}, metadata({ team: "a", old: "1" })));
  t.is(first.id, "scalar/windows");
  cluster.store.update({ ...live(), data: { "windows.json": "[]" } }, { fieldManager: "pauser" });
  await first.refresh();
  t.deepEqual((await first.diff(configMap({}, metadata({ team: "a", old: "1" })))).detailedDiff, {});
  t.deepEqual(
    (await first.diff(configMap({ data: { x: "1" } }, metadata({ team: "a", old: "1" })))).detailedDiff,
    { data: "add" },
    "but for its identity a patch is changed in place",
  );
  t.deepEqual((await first.diff(configMap({}, { ...metadata({}), namespace: "default" }))).detailedDiff, {
    "metadata.labels": "delete",
    "metadata.namespace": "update-replace",
  });

  // Forgotten without being deleted, as with retainOnDelete, and declared again.
  const second = await resource(CONFIG_MAP_PATCH).create(configMap({}, metadata({ team: "b" })));
  t.like(live(), { data: { "windows.json": "[]" }, metadata: { labels: { team: "b" } } });
  t.is(live().metadata.labels?.old, undefined, "what the same manager had set before and no longer does is gone");

  await second.delete();
  t.deepEqual(live().data, { "windows.json": "[]" });
  t.is(live().metadata.labels, undefined);

  const other = resource(CONFIG_MAP_PATCH, "other");
  cluster.store.mergePatch(kind, "scalar", "windows", { metadata: { labels: { team: "x" } } }, { fieldManager: "sre" });
  await t.throwsAsync(other.create(configMap({}, metadata({ team: "c" }))), {
    message: /had an apply conflict: .*conflict with "sre" using v1: \.metadata\.labels\.team/,
  });
  await t.throwsAsync(other.checked(configMap({})), { message: /require the `\.metadata\.name` field to be set/ });
});

test("unknown types, fields, settings and functions are refused by name", async (t) => {
  const { provider, resource } = await start(t);
  await t.throwsAsync(resource("kubernetes:apps/v1:DaemonSet").checked({}), {
    message: /DaemonSet is not simulated; known are/,
  });
  await t.throwsAsync(resource(CRON_JOB).checked(cronJob({ timezone: "UTC" })), {
    message: /^spec\.timezone: unknown field/,
  });
  await t.throwsAsync(resource(CRON_JOB).checked(cronJob({ suspend: "no" })), {
    message: 'spec.suspend: expected a boolean, got "no"',
  });
  await t.throwsAsync(resource(ROLE_BINDING).checked({ metadata: {} }), { message: /^roleRef: Required value/ });
  await t.throwsAsync(provider.configure({ renderYamlToDirectory: "x" }), {
    message: /renderYamlToDirectory is not simulated/,
  });
  await t.throwsAsync(provider.invoke("kubernetes:kustomize:directory"), { message: /is not simulated/ });
});

test("what the API server refuses fails the create with its words", async (t) => {
  const { resource } = await start(t);
  await t.throwsAsync(resource(CRON_JOB).create(cronJob({ concurrencyPolicy: "forbid" })), {
    message: /CronJob.batch "pause" is invalid: spec.concurrencyPolicy: Unsupported value: "forbid"/,
  });
  await t.throwsAsync(resource(CONFIG_MAP).create(configMap({}, { namespace: "nowhere" })), {
    message: /namespaces "nowhere" not found/,
  });
});
