import test from "ava";
import type { SimulatedRelease } from "../../../../simulator/cloud/kubernetes/cluster";
import { DEPLOYMENTS, INSTANT, PODS, recorded, type Scene, scaleBy, scene, wholeNight } from "./scene";

const COUNTS = { "scalar/ledger-scalardl-ledger": 3, "scalar/auditor-scalardl-audit-auditor": 2 };

const releaseOf = ({ cluster }: Scene, name: string): SimulatedRelease => {
  const found = cluster.releases.find((release) => release.name === name);
  if (found === undefined) throw new Error(`no release ${name}`);
  return found;
};

test.serial("each step says which release and how many pods, and Envoy and other releases keep theirs", async (t) => {
  const night = await scene(t);
  const { pods, say, said } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  t.deepEqual(night.replicas(), {
    "auditor-scalardl-audit-auditor": 0,
    "ledger-scalardl-envoy": 2,
    "ledger-scalardl-ledger": 0,
    "other-scalardl-ledger": 1,
  });
  t.true(night.suspended());
  t.deepEqual(await pods.journal(), { instant: INSTANT, state: "stopped", notes: {} });
  t.deepEqual(await pods.present(), []);
  await pods.start(say);
  const text = said.join("\n");
  for (const line of [
    /^pause schedule scalar\/pause: suspended$/m,
    /^release scalar\/ledger: Deployment ledger-scalardl-ledger scaled from 3 to 0$/m,
    /^cluster "default": no pod is left; looking once more, \d+ s$/m,
    /^cluster "default": all pods are stopped, \d+ s$/m,
    /^release scalar\/auditor: Deployment auditor-scalardl-audit-auditor scaled from 0 to 2$/m,
    /^cluster "default": .*scalar\/ledger: \d of 3 pods available.*, 0 s$/m,
    /^pause schedule scalar\/pause: resumed$/m,
    /^cluster "default": all pods are available$/m,
  ])
    t.regex(text, line);
  await pods.unlock();
});

test.serial("a Deployment that is scaled between the record and its stop returns to the newer count", async (t) => {
  const night = await scene(t);
  let scaled = false;
  night.cluster.apiServer.beforeRequest = (method, path) => {
    if (scaled || method !== "PATCH" || !path.endsWith("ledger-scalardl-ledger/scale")) return;
    scaled = true;
    t.deepEqual(recorded(night), COUNTS, "the record comes first");
    scaleBy(night, "kube-controller-manager", "ledger-scalardl-ledger", 5);
  };
  await wholeNight(await night.process());
  t.true(scaled);
  t.deepEqual(recorded(night), { ...COUNTS, "scalar/ledger-scalardl-ledger": 5 });
  t.is(night.replicas()["ledger-scalardl-ledger"], 5);
});

test.serial("a Deployment that Helm scales out again is stopped again, and its first count stays", async (t) => {
  const night = await scene(t);
  let looks = 0;
  night.cluster.apiServer.beforeRequest = (method, path) => {
    if (method !== "GET" || !path.endsWith("/pods")) return;
    looks += 1;
    if (looks === 2) scaleBy(night, "helm", "ledger-scalardl-ledger", 1);
  };
  const { pods, say, said } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  t.regex(said.join("\n"), /Deployment ledger-scalardl-ledger was scaled out to 1 again by helm; scaled to 0 again/);
  t.deepEqual(night.cluster.pods("scalar", "ledger"), []);
  t.deepEqual(recorded(night), COUNTS);
  await pods.unlock();
});

test.serial("a rerun stops what was scaled out since, and keeps the first counts", async (t) => {
  const night = await scene(t);
  const first = await night.process();
  await first.pods.lock(first.say);
  await first.pods.stop(INSTANT, first.say);
  await first.pods.unlock();
  scaleBy(night, "helm", "ledger-scalardl-ledger", 1);
  await wholeNight(await night.process());
  t.is(night.replicas()["ledger-scalardl-ledger"], 3);
});

test.serial("something that scales out again and again is named, and nothing is reported as stopped", async (t) => {
  const night = await scene(t);
  night.cluster.apiServer.beforeRequest = (method, path) => {
    if (method === "GET" && path.endsWith("/pods"))
      scaleBy(night, "argocd-controller", "auditor-scalardl-audit-auditor", 2);
  };
  const { pods, say } = await night.process();
  await pods.lock(say);
  await t.throwsAsync(pods.stop(INSTANT, say), {
    message:
      'Deployment scalar/auditor-scalardl-audit-auditor in cluster "default" was scaled out again 5 times, the last time to 2 by argocd-controller: pods would not stay stopped, so nothing is closed. Suspend what scales it, then run this again',
  });
  await pods.unlock();
});

test.serial("a pod that is being deleted on a lost node is present, until its node has ended it", async (t) => {
  const night = await scene(t);
  const release = releaseOf(night, "ledger");
  const [pod] = release.pods;
  const name = pod?.name ?? "";
  release.loseNode(name);
  const first = await night.process({ limitMillis: 60_000 });
  await first.pods.lock(first.say);
  const error = await t.throwsAsync(first.pods.stop(INSTANT, first.say));
  t.true(
    error?.message.startsWith(
      `cluster "default": 1 pod still exists after 1 min: scalar/${name} (Terminating). A pod that exists may write, so nothing is closed.`,
    ),
    error?.message,
  );
  t.regex(error?.message ?? "", /never delete the pod by force/);
  t.true(pod?.up, "it runs on");
  t.deepEqual(await first.pods.present(), [`default: scalar/${name} (Terminating)`]);
  t.regex(
    first.said.join("\n"),
    /cluster "default": 1 pod left \(scalar\/ledger 1\), 30 s/,
    "it says so each half minute",
  );
  await first.pods.unlock();
  release.nodesReturn();
  await wholeNight(await night.process());
  t.is(night.replicas()["ledger-scalardl-ledger"], 3);
});

test.serial("a pod whose containers have all ended is not present; one with a phase alone is", async (t) => {
  const night = await scene(t);
  const { pods } = await night.process();
  const [one, two, three] = releaseOf(night, "ledger").pods.map(({ name }) => name);
  const ended = [{ name: "ledger", state: { terminated: { exitCode: 137 } } }];
  const running = [{ name: "ledger", state: { running: {} } }];
  night.cluster.store.setStatus(PODS, "scalar", one ?? "", { phase: "Failed", containerStatuses: ended });
  night.cluster.store.setStatus(PODS, "scalar", two ?? "", { phase: "Failed" });
  night.cluster.store.setStatus(PODS, "scalar", three ?? "", { phase: "Succeeded", containerStatuses: running });
  const present = (await pods.present()).filter((pod) => pod.includes("ledger-scalardl-ledger"));
  t.deepEqual(
    present,
    [two, three].map((pod, index) => `default: scalar/${pod} (${["Failed", "Succeeded"][index]})`),
  );
});

test.serial("an autoscaler's number after the scale-out is left alone, and 0 is not", async (t) => {
  const night = await scene(t);
  const { pods, say, said } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  releaseOf(night, "auditor").hasRoom = false;
  let looks = 0;
  night.cluster.apiServer.beforeRequest = (method, path) => {
    if (method !== "GET" || !path.endsWith("/pods")) return;
    looks += 1;
    if (looks === 1) scaleBy(night, "kube-controller-manager", "ledger-scalardl-ledger", 4);
    if (looks === 2) scaleBy(night, "keda", "auditor-scalardl-audit-auditor", 0);
    if (looks === 4) releaseOf(night, "auditor").hasRoom = true;
    if (looks === 4) void releaseOf(night, "auditor").reconcile();
  };
  await pods.start(say);
  t.like(night.replicas(), { "ledger-scalardl-ledger": 4, "auditor-scalardl-audit-auditor": 2 });
  t.regex(
    said.join("\n"),
    /Deployment auditor-scalardl-audit-auditor was scaled to 0 again by keda; scaled to 2 again/,
  );
  await pods.unlock();
});

test.serial(
  "a scale-out without available pods fails by name, keeps the schedule suspended, and continues",
  async (t) => {
    const night = await scene(t);
    const { pods, say } = await night.process({ limitMillis: 60_000 });
    await pods.lock(say);
    await pods.stop(INSTANT, say);
    releaseOf(night, "auditor").hasRoom = false;
    await t.throwsAsync(pods.start(say), {
      message:
        /^cluster "default": after 1 min, scalar\/auditor: 0 of 2 pods available; pods: .*The databases are switched over: correct what keeps the pods from starting, then run this again/,
    });
    t.true(night.suspended());
    t.like(await pods.journal(), { state: "starting" });
    await pods.unlock();
    releaseOf(night, "auditor").hasRoom = true;
    await releaseOf(night, "auditor").reconcile();
    await wholeNight(await night.process());
    t.false(night.suspended());
    t.like(night.journal(), { state: "started" });
  },
);

test.serial("a Deployment that is changed right before its scale-out is scaled out all the same", async (t) => {
  const night = await scene(t);
  const { pods, say, requests } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  let changed = false;
  night.cluster.apiServer.beforeRequest = (method, path) => {
    if (changed || method !== "PATCH" || !path.endsWith("ledger-scalardl-ledger/scale")) return;
    changed = true;
    const metadata = { annotations: { "example.com/owner": "ledger-team" } };
    night.cluster.store.mergePatch(DEPLOYMENTS, "scalar", "ledger-scalardl-ledger", { metadata });
  };
  const before = requests.length;
  await pods.start(say);
  t.is(requests.slice(before).filter((request) => request.endsWith("ledger-scalardl-ledger/scale")).length, 2);
  t.is(night.replicas()["ledger-scalardl-ledger"], 3);
  await pods.unlock();
});

test.serial("a recorded Deployment that does not exist any more is named after the others are started", async (t) => {
  const night = await scene(t);
  const { pods, say } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  night.cluster.store.delete(DEPLOYMENTS, "scalar", "auditor-scalardl-audit-auditor");
  await t.throwsAsync(pods.start(say), {
    message:
      'cluster "default": Deployment scalar/auditor-scalardl-audit-auditor of scalar/auditor does not exist any more: install the release again (helm upgrade --install), then run this again. ConfigMap scalar/scalar-switch-over has the former counts',
  });
  t.is(night.replicas()["ledger-scalardl-ledger"], 3);
  t.like(await pods.journal(), { state: "starting" });
  await pods.unlock();
});

test.serial("nothing is changed without the locks", async (t) => {
  const night = await scene(t);
  const { pods, say, requests } = await night.process();
  await t.throwsAsync(pods.stop(INSTANT, say), { message: /Leases are not held/ });
  await t.throwsAsync(pods.note({}), { message: /Leases are not held/ });
  t.deepEqual(
    requests.filter((request) => !request.startsWith("GET ")),
    [],
  );
});
