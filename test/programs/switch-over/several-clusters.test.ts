import test from "ava";
import { COORDINATOR_TABLE } from "../../../rehearsal/scalardb/record";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../../restore-points/instant";
import { writeWindowRecord } from "../../../restore-points/record";
import { type PauseWindow, WINDOWS_KEY } from "../../../restore-points/window";
import { CONTEXT, KubernetesCluster, kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import { changes, nextMiddle, REGION, rehearsed } from "../rehearsed";
import { killedAt, switchedOver } from "./play";

const MINUTE = 60_000;
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });
const LEDGER = { namespace: "scalar", name: "ledger" };
const AUDITOR = { namespace: "audit", name: "auditor" };

test("a switch-over stops Ledger in one cluster and Auditor in another, and starts both after a kill in the middle", async (t) => {
  t.timeout(600_000);
  const { cloud, stack, up, asProcesses, goingOnFrom } = await rehearsed(t, {});
  const osaka = await KubernetesCluster.start({ clock: cloud.clock });
  t.teardown(() => osaka.stop());
  const [tables, tokyo] = [cloud.aws.dynamodb.region(REGION), cloud.kubernetes];
  const other = { kubeconfig: osaka.kubeconfig, namespace: AUDITOR.namespace, recordName: "osaka-windows" };
  stack.config["kubernetes:context"] = CONTEXT;
  stack.config["scalar-backup:databases"] = [{ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } }];
  stack.config["scalar-backup:pause"] = {
    ...{ schedule: "0 3 * * *", cluster: "tokyo", rendezvousSeconds: 60, releases: [LEDGER] },
    otherClusters: [{ cluster: "osaka", releases: [AUDITOR], kubernetes: other }],
  };
  buildDynamodb(cloud, REGION);
  tables.table(COORDINATOR_TABLE);
  await tokyo.installRelease({ ...LEDGER, product: "ledger", replicas: 3, envoy: 1 });
  await osaka.installRelease({ ...AUDITOR, product: "auditor", replicas: 2 });
  await osaka.installRelease({ namespace: "foreign", name: "foreign", product: "ledger", replicas: 1 });
  const replicas = () =>
    Object.fromEntries(
      [tokyo, osaka].flatMap(({ store }) =>
        store.list(DEPLOYMENTS).map(({ metadata, spec }) => [metadata.name, spec?.replicas] as const),
      ),
    );
  const running = replicas();
  await up();
  cloud.clock.advance(60 * MINUTE);
  tables.table("ledger.accounts").putItem("a", { balance: 5 });
  const end = nextMiddle(cloud) + 10_000;
  cloud.clock.advance(end - cloud.clock.now());
  const window = (cluster: string, release: typeof LEDGER, product: string): PauseWindow => ({
    cluster,
    pauseCompleted: formatInstant(end - 20_000, { millis: true }),
    unpauseStarted: formatInstant(end, { millis: true }),
    clockOffsetMillis: 0,
    releases: [{ ...release, product, pods: ["pod-0"] }],
  });
  const record = ({ store }: KubernetesCluster, namespace: string, name: string, windows: PauseWindow[]) => {
    const data = { [WINDOWS_KEY]: writeWindowRecord(windows) };
    const found = store.find(CONFIG_MAPS, namespace, name);
    if (found) store.update({ ...found, data });
    else store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data });
  };
  record(tokyo, LEDGER.namespace, "scalar-pause-windows", [window("tokyo", LEDGER, "ledger")]);
  record(osaka, AUDITOR.namespace, "osaka-windows", [window("osaka", AUDITOR, "auditor")]);
  cloud.clock.advance(20 * MINUTE);
  tables.table("ledger.accounts").putItem("a", { balance: 7 });
  const at = formatInstant(end - 10_000);

  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  const restored = await up();
  const { confirm } = restored.outputs.switchOver as unknown as { confirm: string };
  const restore = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
  stack.config["scalar-backup:restore"] = restore;
  const first = asProcesses();
  await killedAt(t, cloud, first, /RestoreTableFromBackup/);
  const stopped = { "ledger-scalardl-ledger": 0, "auditor-scalardl-audit-auditor": 0 };
  t.deepEqual(replicas(), { ...running, ...stopped });

  // The journal of a set over two clusters is in both; neither may be without the other.
  const journals = [tokyo, osaka].map(({ store }) =>
    store.list(CONFIG_MAPS).find(({ metadata }) => metadata.name === "scalar-switch-over"),
  );
  t.deepEqual(
    journals.map((journal) => journal?.metadata.namespace),
    [LEDGER.namespace, AUDITOR.namespace],
  );
  const processes = asProcesses(goingOnFrom(first.state).state);
  await switchedOver(t, cloud, processes);
  t.is(tables.table("ledger.accounts").items().get("a")?.balance, 5);
  t.deepEqual(replicas(), running);
  const next = goingOnFrom(processes.state);
  t.deepEqual(changes(await next.preview()), []);
});
