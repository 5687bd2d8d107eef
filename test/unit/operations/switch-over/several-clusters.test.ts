import test from "ava";
import { connect } from "../../../../operations/kubernetes/connection";
import { selectCluster } from "../../../../operations/kubernetes/kubeconfig";
import { podsOf } from "../../../../operations/switch-over/pods";
import { INSTANT, RELEASES, SCHEDULE, type Scene, scene } from "./scene";

const [ledger, auditor] = [RELEASES.slice(0, 1), RELEASES.slice(1)];

/** Ledger in one cluster and Auditor in another one. The clock is the second one's. */
async function twoClusters(t: Parameters<typeof scene>[0], refuses: (path: string) => boolean = () => false) {
  const [east, west] = [await scene(t), await scene(t)];
  const of = (cluster: string, { cluster: { kubeconfig } }: Scene, releases: typeof RELEASES) => ({
    cluster,
    access: { kubeconfig },
    releases,
    schedule: SCHEDULE,
  });
  const clusters = [of("east", east, ledger), of("west", west, auditor), of("spare", west, [])];
  const pods = await podsOf(clusters, {
    connect:
      ({ access, cluster }) =>
      async () => {
        const connection = await connect(selectCluster(access, {}), {});
        return {
          ...connection,
          async send(request, limit) {
            if (cluster === "west" && refuses(`${request.method} ${request.path}`))
              return { status: 403, text: '{"message":"no"}' };
            return connection.send(request, limit);
          },
        };
      },
  });
  return { east, west, pods };
}

test.serial("each cluster has a journal of its own counts, and notes are in the first one's", async (t) => {
  const { east, west, pods } = await twoClusters(t);
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  t.deepEqual(JSON.parse(east.journal()?.replicas ?? ""), { "scalar/ledger-scalardl-ledger": 3 });
  t.deepEqual(JSON.parse(west.journal()?.replicas ?? ""), { "scalar/auditor-scalardl-audit-auditor": 2 });
  t.like(west.replicas(), { "auditor-scalardl-audit-auditor": 0, "ledger-scalardl-ledger": 3 });
  await pods.note({ table: "settings" });
  t.deepEqual(
    [east, west].map((scene) => JSON.parse(scene.journal()?.notes ?? "")),
    [{ table: "settings" }, {}],
  );
  t.deepEqual(await pods.journal(), { instant: INSTANT, state: "stopped", notes: { table: "settings" } });
  await pods.start(say);
  t.like(await pods.journal(), { state: "started" });
  t.like(west.replicas(), { "auditor-scalardl-audit-auditor": 2 });
  await pods.unlock();
  for (const line of ['cluster "east": all pods are available', 'cluster "west": all pods are available'])
    t.true(said.includes(line));
});

test.serial("no pod is stopped in any cluster until all have recorded their counts", async (t) => {
  const { east, west, pods } = await twoClusters(t, (request) =>
    request.startsWith("POST /api/v1/namespaces/scalar/configmaps"),
  );
  const say = () => {};
  await pods.lock(say);
  await t.throwsAsync(pods.stop(INSTANT, say), { message: /refuses: no$/ });
  await pods.unlock();
  t.is(east.replicas()["ledger-scalardl-ledger"], 3);
  t.is(west.journal(), undefined);
});

test.serial("the cluster that is behind decides what the journal says", async (t) => {
  let refused = true;
  const { east, west, pods } = await twoClusters(
    t,
    (request) => refused && request.includes("deployments/auditor-scalardl-audit-auditor/scale"),
  );
  const say = () => {};
  refused = false;
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  refused = true;
  await t.throwsAsync(pods.start(say), { message: /refuses: no$/ });
  t.is(east.journal()?.state, "started", "the others go on to the end");
  t.is(west.journal()?.state, "starting");
  t.like(await pods.journal(), { state: "starting" });
  refused = false;
  await pods.start(say);
  t.like(await pods.journal(), { state: "started" });
  await pods.unlock();
});

test.serial("locks of the other clusters are released when one cannot be acquired", async (t) => {
  const { east, west, pods } = await twoClusters(t, (request) => request.startsWith("PUT /apis/coordination"));
  await t.throwsAsync(
    pods.lock(() => {}),
    { message: /refuses: no$/ },
  );
  t.deepEqual([east.holder("ledger"), west.holder("auditor")], ["", ""]);
});

test.serial("problems of all clusters are listed, each with its cluster", async (t) => {
  const { west, pods } = await twoClusters(t);
  west.cluster.apiServer.goAway();
  const problems = await pods.problems(INSTANT);
  t.is(problems.length, 1);
  t.regex(problems[0] ?? "", /^cluster "west" cannot be read: /);
});

test("a set without releases has no pods and needs no cluster", async (t) => {
  const pods = await podsOf([]);
  const say = (line: string) => t.fail(line);
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  await pods.note({ table: "settings" });
  t.deepEqual([await pods.problems(INSTANT), await pods.present(), await pods.journal()], [[], [], undefined]);
  await pods.start(say);
  await pods.unlock();
});
