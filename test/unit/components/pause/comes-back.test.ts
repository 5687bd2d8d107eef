import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { PauseSchedule } from "../../../../components/pause/pause-schedule";
import { WINDOWS_KEY } from "../../../../restore-points/window";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import { KubernetesCluster, kindOf } from "../../../../simulator/cloud/kubernetes/cluster";
import { KubernetesProvider } from "../../../../simulator/providers/kubernetes/provider";
import type { PropertyMap } from "../../../../simulator/providers/provider";

const RECORD = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const WINDOW = {
  cluster: "default",
  pauseCompleted: "2026-11-22T03:00:01.000Z",
  unpauseStarted: "2026-11-22T03:00:11.000Z",
  clockOffsetMillis: 3,
  releases: [{ namespace: "scalar", name: "scalardb", product: "scalardb-cluster", pods: ["a"] }],
};

interface Declared {
  urn: string;
  type: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

/** Declares the schedule on the simulated cluster, as one that the stack does not know yet; answers what it made. */
async function declare(provider: KubernetesProvider, labels: Record<string, string>) {
  const made: Declared[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: async ({ type, name, inputs: newInputs, id }) => {
        if (!type.startsWith("kubernetes:")) return { id: name, state: newInputs };
        const urn = `urn:pulumi:test::scalar-backup::${type}::${name}`;
        if (id) {
          const found = await provider.read({ urn, type, id });
          if (!found) throw new Error(`${id} is not there`);
          return { id, state: found.outputs };
        }
        const { inputs, failures } = await provider.check({ urn, type, newInputs });
        if (failures.length > 0) throw new Error(JSON.stringify(failures));
        const { id: given, outputs } = await provider.create({ urn, type, inputs, preview: false });
        made.push({ urn, type, id: given, inputs, outputs });
        return { id: given, state: outputs };
      },
      call: ({ token }) => {
        throw new Error(`${token} is called`);
      },
    },
    "scalar-backup",
    "test",
    false,
  );
  const releases = [{ namespace: "scalar", name: "scalardb" }];
  const schedule = new PauseSchedule("pause", { schedule: "0 3 * * *", releases, labels });
  // Not `problems`: with mocks, nothing is looked up, so they stay unknown.
  const { windows, cronJobName } = schedule;
  const seen = await new Promise((resolve) => pulumi.all([windows, cronJobName]).apply(([all]) => resolve(all)));
  return { made, windows: seen };
}

for (const [how, deleted] of [
  ["kept in the cluster, as retainOnDelete has it", false],
  ["deleted with the rest", true],
] as const) {
  test.serial(`a schedule that goes and comes back finds its windows: the record is ${how}`, async (t) => {
    const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
    t.teardown(() => cluster.stop());
    cluster.createNamespace("scalar");
    pulumi.runtime.setConfig("kubernetes:kubeconfig", cluster.kubeconfig);
    const provider = new KubernetesProvider(cluster);
    await provider.configure({});

    const first = await declare(provider, { team: "payments", stage: "test" });
    t.deepEqual(first.windows, []);
    const record = cluster.store.get(RECORD, "scalar", "pause-windows");
    const data = { [WINDOWS_KEY]: JSON.stringify({ schemaVersion: 1, windows: [WINDOW] }) };
    cluster.store.update({ ...record, data }, { fieldManager: "node" });

    for (const resource of first.made.reverse()) {
      if (deleted || resource.type !== "kubernetes:core/v1:ConfigMapPatch") await provider.delete(resource);
    }
    const second = await declare(provider, { team: "ledger" });
    t.deepEqual(second.windows, [WINDOW]);
    t.deepEqual(cluster.store.get(RECORD, "scalar", "pause-windows").metadata.labels, { team: "ledger" });
  });
}
