import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { helmValues } from "../../components/helm-values";
import { ADMIN_PORTS, APP_LABEL, HEADLESS_SUFFIX, INSTANCE_LABEL } from "../../restore-points/scalar-products";
import { SimulatedClock } from "../../simulator/cloud/clock";
import { KubernetesCluster, type KubernetesObject, kindOf } from "../../simulator/cloud/kubernetes/cluster";
import { startProcess } from "../unit/operations/switch-over/process";
import { type Chart, missingTools, type Product, rendered, unpackedCharts } from "./helm-charts";

const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
const SERVICES = kindOf({ apiVersion: "v1", kind: "Service" });

/** Releases that are called as their chart, and otherwise. */
const RELEASES = ["ledger", "auditor", "db", "scalardb-cluster", "my-scalardl-audit", "scalardl", `r${"o".repeat(29)}`];

/** Not every chart has it by default. */
const ENVOY = "envoy: { enabled: true }";

const PRESENT = ["scalar.db.contact_points=old.example.com", "# a comment: 100 %", `scalar.db.username=\${env:USER}`];
const CHANGE = { key: "scalar.db.contact_points", value: "copy.example.com" };

const missing = missingTools();
if (missing.length > 0) {
  test(`Scalar's Helm charts judge nothing: ${missing.join(", ")} not found`, (t) => t.pass());
} else {
  const { charts, remove } = unpackedCharts();
  test.after.always(remove);

  for (const chart of charts) {
    const { product, version } = chart;
    test.serial(`${product} ${version} takes the values of a recovery`, async (t) => {
      const text = `${PRESENT.join("\n")}\n`;
      const values = helmValues(product, [CHANGE], text, 0);
      const before = rendered(chart, "prod", helmValues(product, [], text, 3));
      const objects = rendered(chart, "prod", ENVOY, helmValues(product, [], text, 3), values);
      const deployment = own(objects, product);
      t.is(deployment.spec?.replicas, 0);
      t.is(replicas(own(before, product)), 3);
      // Envoy goes on: its Deployment is not the product's.
      t.true(objects.filter(({ kind }) => kind === "Deployment").length === 2);

      // What the chart installs is what a switch-over reads.
      const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
      t.teardown(() => cluster.stop());
      cluster.createNamespace("scalar");
      for (const object of objects)
        if (object.kind === "Deployment" || isConfigMapOf(object, deployment))
          cluster.store.create(withNamespace(object));
      const { pods } = await startProcess(
        { kubeconfig: cluster.kubeconfig },
        { releases: [{ namespace: "scalar", name: "prod" }], readsProperties: true },
      );
      const [carried, ...others] = await pods.carried();
      t.deepEqual(others, []);
      t.is(carried?.deployment, deployment.metadata.name);
      t.deepEqual(carried?.texts, [[`scalar.db.contact_points=${CHANGE.value}`, ...PRESENT.slice(1), ""].join("\n")]);

      // Another number of pods restarts none; other properties do.
      const after = rendered(chart, "prod", values, helmValues(product, [CHANGE], text, 3));
      t.is(replicas(own(after, product)), 3);
      t.deepEqual(own(after, product).spec?.template, deployment.spec?.template);
      t.notDeepEqual(own(before, product).spec?.template, deployment.spec?.template);
    });

    test.serial(`the objects of ${product} ${version} have the simulated ones' names`, async (t) => {
      for (const release of RELEASES) {
        const objects = rendered(chart, release, ENVOY);
        const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
        t.teardown(() => cluster.stop());
        await cluster.installRelease({
          namespace: "scalar",
          name: release,
          product,
          replicas: 0,
          envoy: 1,
          properties: "",
        });
        const names = (kind: string, all: readonly KubernetesObject[]) =>
          all
            .filter((each) => each.kind === kind)
            .map(({ metadata }) => metadata.name)
            .sort();
        t.deepEqual(names("Deployment", cluster.store.list(DEPLOYMENTS)), names("Deployment", objects), release);
        const [service] = cluster.store.list(SERVICES);
        const headless = objects.find(
          ({ kind, metadata }) => kind === "Service" && metadata.name === service?.metadata.name,
        );
        t.is(headless?.spec?.clusterIP, "None", `${service?.metadata.name}, ${names("Service", objects)}`);
        t.true(headless?.metadata.name.endsWith(HEADLESS_SUFFIX));
        t.deepEqual(portsOf(headless).sort(), portsOf(service).sort());
        t.true(portsOf(headless).includes(ADMIN_PORTS[product] ?? ""));
      }
    });
  }

  test("docs/recovery.md names the charts' Deployments and ConfigMaps", (t) => {
    const page = readFileSync(join(__dirname, "../../docs/recovery.md"), "utf8");
    const named = [...page.matchAll(/resourceNames: \[(.*)\]/g)].map(([, names = ""]) => names.split(", "));
    for (const [release, product] of [
      ["ledger", "ledger"],
      ["auditor", "auditor"],
    ] as const)
      for (const chart of charts.filter((each: Chart) => each.product === product)) {
        const deployment = own(rendered(chart, release), product).metadata.name;
        t.true(
          named.some((names) => names.includes(deployment)),
          deployment,
        );
        t.true(
          named.some((names) => names.includes(`${deployment}-properties`)),
          deployment,
        );
      }
  });
}

/** The product's own Deployment. */
function own(objects: readonly KubernetesObject[], product: Product): KubernetesObject {
  const found = objects.filter(
    ({ kind, metadata }) =>
      kind === "Deployment" && metadata.labels?.[APP_LABEL] === product && metadata.labels[INSTANCE_LABEL],
  );
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} Deployments of ${product}`);
  return found[0];
}

const replicas = ({ spec }: KubernetesObject) => spec?.replicas;

const withNamespace = (object: KubernetesObject) => ({
  ...object,
  metadata: { ...object.metadata, namespace: "scalar" },
});

const isConfigMapOf = ({ kind, metadata }: KubernetesObject, deployment: KubernetesObject) =>
  kind === "ConfigMap" && metadata.name.startsWith(deployment.metadata.name);

const portsOf = (service: KubernetesObject | undefined) =>
  ((service?.spec?.ports ?? []) as { name: string }[]).map(({ name }) => name);
