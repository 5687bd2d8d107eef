import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings";
import test, { type ExecutionContext } from "ava";
import { ScalarBackup } from "../../../../components/backup";
import type { ScalarBackupArgs } from "../../../../components/backup-args";
import { lookUpPause } from "../../../../components/pause/look-up";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import { KubernetesCluster } from "../../../../simulator/cloud/kubernetes/cluster";

/**
 * How a library's user reaches the cluster. Mocks stand for the engine: that a real one hands a provider's inputs on as
 * outputs, and leaves out what it does not know, is its own contract.
 */

class Component extends pulumi.ComponentResource {
  readonly problems: pulumi.Output<string[]>;
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("test:index:Component", name, {}, opts);
    const targets = {
      namespace: "scalar",
      name: "pause",
      recordName: "pause-windows",
      schedule: "0 3 * * *",
      releases: [{ namespace: "scalar", name: "scalardb" }],
      channels: [],
      maySuspend: false,
    };
    this.problems = lookUpPause(this, targets, opts.dependsOn);
  }
}

const messages: string[] = [];
const MISSING = /^release scalar\/scalardb has no Deployment of a Scalar product/;

/** Mocks of a run; in a preview, what is created has no id. */
async function mocked(preview: boolean, config: Record<string, string> = {}) {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: preview ? undefined : `${name}-id`, state: inputs }),
      call: ({ token }) => {
        throw new Error(`${token} is called`);
      },
    },
    "scalar-backup",
    "test",
    preview,
    "organization",
  );
  // These mocks stand for the engine of a deployment, and not for a unit test of a library's user, which looks nothing up.
  const monitor = new Proxy(pulumi.runtime.getMonitor() ?? {}, { getPrototypeOf: () => null });
  setMockOptions(monitor, "scalar-backup", "test", preview, "organization");
  for (const key of ["kubeconfig", "context", "renderYamlToDirectory"])
    pulumi.runtime.setConfig(`kubernetes:${key}`, config[key] ?? "");
  messages.length = 0;
}

test.before(() => {
  // Mocks print what is logged.
  console.error = (text: string) => void messages.push(String(text));
  console.warn = console.error;
  console.log = console.error;
});

async function clusterWithNamespace(t: ExecutionContext, namespace = "scalar") {
  const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
  t.teardown(() => cluster.stop());
  cluster.createNamespace(namespace);
  return cluster;
}

/** The problems, or why there are none to see: unknown, or a secret. */
async function seen({ problems }: Component): Promise<string[] | "unknown" | "secret"> {
  // What the SDK keeps of an output, for its own use.
  const { isKnown, isSecret } = problems as unknown as { isKnown: Promise<boolean>; isSecret: Promise<boolean> };
  if (!(await isKnown)) return "unknown";
  if (await isSecret) return "secret";
  return new Promise((resolve) => problems.apply(resolve));
}

test.serial(
  "an explicit provider's kubeconfig and context decide, and what is found by a secret is none",
  async (t) => {
    const cluster = await clusterWithNamespace(t);
    await mocked(false, { context: "not-this-one" });
    const provider = new Provider("given", { kubeconfig: pulumi.secret(cluster.kubeconfig), context: "scalar-prod" });
    const problems = await seen(new Component("a", { provider }));
    t.is(problems.length, 1);
    t.regex(problems[0] as string, MISSING);
    t.true(cluster.apiServer.requests.length > 0);
    t.false(messages.join().includes("kubernetes:context"));
  },
);

test.serial("a preview looks releases up although an explicit provider leaves inputs unset", async (t) => {
  const cluster = await clusterWithNamespace(t);
  await mocked(true);
  const provider = new Provider("given", { kubeconfig: cluster.kubeconfig });
  t.regex((await seen(new Component("a", { provider })))[0] as string, MISSING);
});

test.serial("the look-up uses a parent's provider, also one given by `providers`", async (t) => {
  const cluster = await clusterWithNamespace(t);
  await mocked(false);
  const kubernetes = new Provider("given", { kubeconfig: cluster.kubeconfig });
  const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers: { kubernetes } });
  t.regex((await seen(new Component("a", { parent })))[0] as string, MISSING);
});

test.serial("warns about an explicit provider that pins no cluster, as if there were none", async (t) => {
  const cluster = await clusterWithNamespace(t);
  await mocked(false);
  const before = process.env.KUBECONFIG;
  process.env.KUBECONFIG = cluster.kubeconfig;
  t.teardown(() => {
    process.env.KUBECONFIG = before;
  });
  await seen(new Component("a", { provider: new Provider("given", {}) }));
  t.regex(messages.join("\n"), /pin the cluster: pulumi config set kubernetes:context scalar-prod/);
});

test.serial("nothing is looked up in a preview while the cluster is yet to be created", async (t) => {
  await mocked(true);
  const created = new Namespace("created-with-the-cluster", {});
  const provider = new Provider("given", { kubeconfig: created.id });
  t.is(await seen(new Component("a", { provider })), "unknown");
  t.deepEqual(messages, []);
});

test.serial(
  "a namespace that the same program creates is exempt in the preview, and looked up once it exists",
  async (t) => {
    const cluster = await clusterWithNamespace(t, "other");
    await mocked(true, { kubeconfig: cluster.kubeconfig });
    const namespace = () => new Namespace("scalar", { metadata: { name: "scalar" } });
    t.is(await seen(new Component("a", { dependsOn: namespace() })), "unknown");
    t.is(cluster.apiServer.requests.length, 0);

    cluster.createNamespace("scalar");
    await mocked(false, { kubeconfig: cluster.kubeconfig });
    t.regex((await seen(new Component("a", { dependsOn: [namespace()] })))[0] as string, MISSING);
  },
);

test.serial("the look-up waits for what a ScalarBackup depends on", async (t) => {
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  Object.assign(process.env, { ...cloud.environment(), KUBECONFIG: process.env.KUBECONFIG });
  const cluster = await clusterWithNamespace(t, "other");
  await mocked(true, { kubeconfig: cluster.kubeconfig });
  const scalar = new Namespace("scalar", { metadata: { name: "scalar" } });
  new ScalarBackup(
    "backup",
    {
      databases: [
        { name: "a", dynamodb: { create: { region: "eu-west-1", tables: { "coordinator.state": { hashKey: "k" } } } } },
      ] as unknown as ScalarBackupArgs["databases"],
      pause: { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb" }] },
    },
    { dependsOn: scalar },
  );
  // Begun after it, this one waits for answers over the network: the other would have asked by then.
  const second = await clusterWithNamespace(t);
  const provider = new Provider("second", { kubeconfig: second.kubeconfig });
  t.regex((await seen(new Component("a", { provider })))[0] as string, MISSING);
  t.is(cluster.apiServer.requests.length, 0);
  // Otherwise its look-ups try for half a minute to reach a cloud that has stopped.
  await pulumi.runtime.disconnect();
});

test.serial("without a kubeconfig, warns that no cluster is pinned and that nothing is looked up", async (t) => {
  await mocked(false);
  t.deepEqual(await seen(new Component("a", {})), []);
  t.regex(messages.join("\n"), /pin the cluster: pulumi config set kubernetes:context <context>/);
  t.regex(messages.join("\n"), /were not looked up: there is no kubeconfig/);
});

test.serial("a provider that writes manifests talks to no cluster, and neither does the look-up", async (t) => {
  const cluster = await clusterWithNamespace(t, "other");
  await mocked(false, { kubeconfig: cluster.kubeconfig, renderYamlToDirectory: "rendered" });
  t.deepEqual(await seen(new Component("a", {})), []);
  t.is(cluster.apiServer.requests.length, 0);
});
