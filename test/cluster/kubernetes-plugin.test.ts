import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { PROGRAM, providersOf } from "../../rehearsal/engines";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { WINDOWS_KEY } from "../../restore-points/window";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { CONTEXT, kindOf } from "../../simulator/cloud/kubernetes/cluster";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import { findPulumi } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import type { Stack, StackResult } from "../../simulator/engine/stack";
import type { PropertyMap } from "../../simulator/providers/provider";
import { sdkVersion } from "../../simulator/providers/sdk-version";
import { findPlugin, howToGetPlugin } from "../engine/provider-plugin";
import { errors, REGION, recordWindow } from "../programs/rehearsed";
import { controlPlaneBinaries, goIsThere } from "./binaries";
import { ControlPlane } from "./control-plane";
import { kubeconfigOf } from "./kubeconfig";

/**
 * The unchanged program on the real Pulumi engine with the real Kubernetes provider, against a real API server; and the
 * same on the embedded engine with the simulated provider and cluster: each step does the same, resource by resource.
 * AWS is simulated on both sides. That pods run is not tested here.
 */

const NAMESPACE = "scalar";
const RELEASE = { name: "scalardb-cluster", product: "scalardb-cluster" } as const;
const CRON_JOB = { apiVersion: "batch/v1", kind: "CronJob" };
const CRON_JOBS = kindOf(CRON_JOB);
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const version = sdkVersion("kubernetes");

const plugin = findPlugin("kubernetes");

const missing = [
  ...(goIsThere() ? [] : ["Go, of which the control plane is built"]),
  ...(findPulumi() ? [] : ["a Pulumi CLI"]),
  ...(plugin ? [] : [`pulumi-resource-kubernetes (${howToGetPlugin("kubernetes")})`]),
];

let plane: ControlPlane;

if (missing.length > 0)
  test.skip(`the real Kubernetes provider is not tried: on this machine there is not ${missing.join(", nor ")}`, () => {});
else {
  test.before(async (t) => {
    t.timeout(20 * 60_000);
    plane = await ControlPlane.start(controlPlaneBinaries((line) => process.stderr.write(`${line}\n`)));
    const { api } = plane;
    await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
    const labels = { "app.kubernetes.io/instance": RELEASE.name, "app.kubernetes.io/app": RELEASE.product };
    const pod = { metadata: { labels }, spec: { containers: [{ name: RELEASE.product, image: "scalar" }] } };
    const metadata = { namespace: NAMESPACE, name: RELEASE.name, labels };
    await api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 1, selector: { matchLabels: labels }, template: pod },
    });
    await api.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, name: `${RELEASE.name}-headless` },
      spec: { clusterIP: "None", ports: [{ name: "scalardb-cluster", port: 60053 }] },
    });
  });

  test.after.always(() => plane?.stop());

  test.serial("the real provider does what the simulated one does, from the first preview to destroy", async (t) => {
    t.timeout(15 * 60_000);
    const sides = await startSides(t);
    const both = (run: Run) => compared(t, sides, run);
    sides.configure({});
    await both("preview");
    await both("up");
    t.deepEqual(changed(await both("preview")), []);
    t.deepEqual(changed(await both("refresh")), []);

    sides.configure({ holdSeconds: 30, schedule: "30 4 * * *" }, { team: "two" });
    await both("preview");
    await both("up");
    t.deepEqual(changed(await both("preview")), []);

    sides.configure({ notify: { heartbeat: { url: "https://heartbeat.example.com/scalar" } } });
    await both("up");
    sides.configure({ suspend: true });
    await both("up");
    t.deepEqual(changed(await both("refresh")), []);
    t.deepEqual(changed(await both("preview")), []);

    const at = await sides.recordWindow();
    sides.configure({}, {}, { restore: { at } });
    await both("up");
    t.deepEqual(changed(await both("preview")), []);
    sides.configure({});
    await both("up");

    await sides.unprotect();
    await both("destroy");
    for (const [apiVersion, kind] of [
      ["batch/v1", "CronJob"],
      ["v1", "Secret"],
      ["rbac.authorization.k8s.io/v1", "Role"],
    ] as const)
      t.deepEqual(
        (await plane.api.list(apiVersion, kind, NAMESPACE)).map(({ metadata }) => metadata.name),
        [],
        kind,
      );
  });

  test.serial("what others have changed or deleted is found, kept and repaired alike by both providers", async (t) => {
    t.timeout(15 * 60_000);
    const sides = await startSides(t);
    const both = (run: Run) => compared(t, sides, run);
    sides.configure({});
    await both("up");

    // As a switch-over does.
    await sides.patch("scalar-pause", { spec: { suspend: true } }, "scalar-backup-switch-over");
    t.deepEqual(changed(await both("preview")), []);
    await both("refresh");
    t.deepEqual(changed(await both("preview")), []);
    t.deepEqual(await sides.suspended(), [true, true]);
    sides.configure({ suspend: true });
    await both("up");
    sides.configure({});
    const { diagnostics } = await both("up");
    // The other manager has it suspended still: nothing is taken back from it, and each run says so.
    t.deepEqual(await sides.suspended(), [true, true]);
    t.true(diagnostics.some(({ message }) => /is suspended .*scalar-backup-switch-over/.test(message)));
    await sides.patch("scalar-pause", { spec: { suspend: false } }, "kubectl-patch");
    t.deepEqual(changed(await both("preview")), []);

    await sides.patch("scalar-pause", { spec: { schedule: "15 5 * * *" } }, "kubectl-edit");
    t.deepEqual(changed(await both("preview")), []);
    t.deepEqual(
      changed(await both("refresh")).map(({ name }) => name),
      ["scalar-pause"],
    );
    await refused(t, sides, "preview", 'conflict with "kubectl-edit" using batch/v1: .spec.schedule');
    // An update takes over what kubectl has set; its preview does not.
    await both("up");
    t.deepEqual(changed(await both("preview")), []);
    t.deepEqual(await sides.of("schedule"), ["0 3 * * *", "0 3 * * *"]);

    await sides.patch("scalar-pause", { spec: { suspend: true } }, "kubectl-patch");
    t.deepEqual(changed(await both("preview")), []);
    sides.configure({ holdSeconds: 30 });
    await both("up");
    t.deepEqual(await sides.suspended(), [false, false], "an update takes over that kubectl has suspended it, too");
    sides.configure({});
    await both("up");

    await sides.patch("scalar-pause", { spec: { schedule: "15 5 * * *" } }, "somebody-else");
    await both("refresh");
    for (const run of ["preview", "up", "preview", "up"] as const)
      await refused(t, sides, run, 'conflict with "somebody-else" using batch/v1: .spec.schedule');
    await sides.patch("scalar-pause", { spec: { schedule: "0 3 * * *" } }, "somebody-else");
    await both("up");
    t.deepEqual(changed(await both("preview")), []);

    await sides.remove("scalar-pause-unpauser");
    await both("preview");
    await both("refresh");
    await both("up");
    t.deepEqual(changed(await both("preview")), []);

    await sides.unprotect();
    await both("destroy");
  });
}

type Run = "preview" | "up" | "refresh" | "destroy";

interface Side {
  cloud: SimulatedCloud;
  stack: Stack & { config: Record<string, unknown>; unprotect(): Promise<void> | void };
}

async function startSides(t: ExecutionContext) {
  const [one, other] = [await SimulatedCloud.start({ seed: 1 }), await SimulatedCloud.start({ seed: 1 })];
  for (const cloud of [one, other]) {
    t.teardown(() => cloud.stop());
    buildDynamodb(cloud, REGION);
    await cloud.kubernetes.installRelease({ namespace: NAMESPACE, ...RELEASE, replicas: 1 });
  }
  const kubeconfig = join(plane.directory, "program-kubeconfig");
  writeFileSync(kubeconfig, kubeconfigOf(plane.api, { token: plane.api.token }, CONTEXT), { mode: 0o600 });
  const real = new PulumiStack({
    program: PROGRAM,
    environment: () => ({ ...one.environment(), KUBECONFIG: kubeconfig }),
    providers: providersOf(one).filter(({ name }) => name !== "kubernetes"),
    plugins: [{ name: "kubernetes", version, file: plugin as string }],
  });
  t.teardown(() => real.close());
  const simulated = new EmbeddedStack({
    program: PROGRAM,
    environment: () => other.environment(),
    providers: providersOf(other),
  });
  const sides: Side[] = [
    { cloud: one, stack: real },
    { cloud: other, stack: simulated },
  ];
  return {
    real,
    simulated,
    sides,
    configure(pause: object, tags: Record<string, string> = {}, more: { restore?: object } = {}) {
      for (const { stack } of sides)
        stack.config = {
          "aws:region": REGION,
          "kubernetes:context": CONTEXT,
          "scalar-backup:databases": [{ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } }],
          "scalar-backup:tags": { team: "one", ...tags },
          "scalar-backup:pause": {
            schedule: "0 3 * * *",
            releases: [{ namespace: NAMESPACE, name: RELEASE.name }],
            ...pause,
          },
          ...(more.restore && { "scalar-backup:restore": more.restore }),
        };
    },
    /** A window in both clusters' records, a while ago; answers its restore point. */
    async recordWindow(): Promise<string> {
      for (const { cloud } of sides) cloud.clock.advance(600_000);
      const end = Math.floor(Math.min(...sides.map(({ cloud }) => cloud.clock.now())) / 1000) * 1000;
      const at = recordWindow(other, NAMESPACE, [RELEASE.name], 20, end);
      const [record] = other.kubernetes.store
        .list(CONFIG_MAPS, NAMESPACE)
        .filter(({ metadata }) => metadata.name.includes("windows"));
      const data = (record?.data ?? {}) as Record<string, string>;
      const { metadata } = await plane.api.get("v1", "ConfigMap", NAMESPACE, record?.metadata.name as string);
      // As the pauser does, which has the rights of its own Role.
      await plane.api.patch(
        { apiVersion: "v1", kind: "ConfigMap", metadata },
        { data: { [WINDOWS_KEY]: data[WINDOWS_KEY] } },
      );
      for (const { cloud } of sides) cloud.clock.advance(1_200_000);
      return at;
    },
    /** Changes a CronJob in both clusters, as somebody else does. */
    async patch(name: string, fields: PropertyMap, fieldManager: string): Promise<void> {
      await plane.api.patch({ ...CRON_JOB, metadata: { namespace: NAMESPACE, name } }, fields, fieldManager);
      other.kubernetes.store.mergePatch(CRON_JOBS, NAMESPACE, name, fields, { fieldManager });
    },
    async remove(name: string): Promise<void> {
      await plane.api.delete({ ...CRON_JOB, metadata: { namespace: NAMESPACE, name } });
      other.kubernetes.store.delete(CRON_JOBS, NAMESPACE, name);
    },
    /** A field of the pause schedule: in the real cluster, in the simulated one. */
    async of(field: string): Promise<unknown[]> {
      const { spec } = await plane.api.get("batch/v1", "CronJob", NAMESPACE, "scalar-pause");
      // Cast: a CronJob has one.
      const simulatedSpec = other.kubernetes.store.get(CRON_JOBS, NAMESPACE, "scalar-pause").spec as PropertyMap;
      return [spec[field], simulatedSpec[field]];
    },
    async suspended(): Promise<boolean[]> {
      return (await this.of("suspend")).map((suspend) => suspend === true);
    },
    async unprotect() {
      for (const { stack } of sides) await stack.unprotect();
    },
  };
}

/** What a run changes, or finds changed. */
const changed = ({ operations }: StackResult) =>
  operations.filter(({ kind, changed: properties }) =>
    kind === "refresh" ? properties.length > 0 : kind !== "same" && kind !== "read",
  );

async function compared(
  t: ExecutionContext,
  { real, simulated, sides }: Awaited<ReturnType<typeof startSides>>,
  run: Run,
): Promise<StackResult> {
  const results = [await real[run](), await simulated[run]()] as const;
  for (const [index, result] of results.entries())
    if (run === "up" || run === "destroy") sides[index]?.cloud.clock.advance(result.simulatedMillis);
  t.deepEqual(results.map(errors), ["", ""], `${run} with the real provider, and with the simulated one`);
  const [done, expected] = results.map(({ operations }) =>
    operations
      .map(({ urn, kind, changed: properties }) => ({ urn, kind, changed: properties }))
      .toSorted((a, b) => (`${a.urn} ${a.kind}` < `${b.urn} ${b.kind}` ? -1 : 1)),
  );
  t.deepEqual(done, expected, `the providers differ in this ${run}`);
  return results[0];
}

/** Both providers refuse it for the same reason. */
async function refused(
  t: ExecutionContext,
  { real, simulated }: Awaited<ReturnType<typeof startSides>>,
  run: Run,
  why: string,
): Promise<void> {
  for (const [whose, stack] of Object.entries({ real, simulated })) {
    const result = await stack[run]();
    t.false(result.succeeded, `this ${run} with the ${whose} provider is not refused`);
    t.true(
      errors(result).includes(`failed to fully initialize or become live: server-side apply field conflict`),
      errors(result),
    );
    t.true(errors(result).includes(why), errors(result));
  }
}
