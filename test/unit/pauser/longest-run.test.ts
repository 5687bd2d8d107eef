import test from "ava";
import { longestPauseSeconds, longestRunSeconds, longestUnpauserSeconds } from "../../../pauser/longest-run";
import { LONGEST_RUN_MILLIS, UNFINISHED_KEY } from "../../../pauser/note";
import { BOUNDS, type Settings } from "../../../pauser/settings";
import type { VirtualCluster } from "./virtual/cluster";
import { Refusal, type VirtualPod } from "./virtual/pod";
import { assertSafe, sceneOf } from "./virtual/scene";

const API_SECONDS = 20;

const settingsOf = (cluster: VirtualCluster, settings: object = {}): Settings =>
  cluster.environment({ apiDeadlineSeconds: API_SECONDS, ...settings }).settings;

/**
 * Lets the API server answer each step of a run at the step's deadline, and no sooner. A step is a read with its repetitions, several
 * that are sent at once, or a read and the write that follows it.
 * @returns the steps, each by its first request
 */
function lateAnswers(
  { api, time }: VirtualCluster,
  isBusy: () => boolean,
  refuses: (path: string) => boolean,
): string[] {
  const steps: string[] = [];
  let began: number | undefined;
  let read = "";
  api.fault = (method, path) => {
    // What is asked while pods are held or unpaused has no deadline of its own.
    if (isBusy()) return "drop";
    const late = began !== undefined && time.now >= began + API_SECONDS * 1000;
    if (method === "PUT" && path === read) return refuses(path) ? 422 : undefined;
    if (began === undefined || time.now > began + API_SECONDS * 1000 + 1) {
      began = time.now;
      steps.push(path);
      return "drop";
    }
    if (!late) return "drop";
    read = path;
    return undefined;
  };
  return steps;
}

/** Refuses to unpause pods for so long. @returns whether one is being unpaused */
function stubborn(
  cluster: VirtualCluster,
  pods: VirtualPod[],
  millis: number,
  unpaused: (pod: VirtualPod) => void,
): () => boolean {
  const since = new Map<VirtualPod, number>();
  for (const pod of pods) {
    const unpause = pod.unpause.bind(pod);
    pod.unpause = (by) => {
      const begun = since.get(pod) ?? cluster.time.now;
      since.set(pod, begun);
      if (cluster.time.now < begun + millis) throw new Refusal("failed to unpause");
      since.delete(pod);
      unpause(by);
      unpaused(pod);
    };
  }
  return () => since.size > 0;
}

test("a run whose every step takes as long as it may ends within the longest run, which counts no step too many", async (t) => {
  const { cluster, pods } = sceneOf({ pods: 2 });
  const settings = settingsOf(cluster);
  let latePauses = 0;
  const unpausing = stubborn(cluster, pods, settings.unpauseDeadlineSeconds * 1000 - 5000, (pod) => {
    // A Pause of the killed run was on its way for long.
    if (latePauses++ < pods.length) cluster.time.after(30_000, () => pod.forcePauseWithoutDrain());
  });
  for (const pod of pods) {
    pod.faults = { drainMillis: settings.maxDrainSeconds * 1000 - 500 };
    pod.forcePauseWithoutDrain();
  }
  // Of a run whose node's clock is ahead; its list of pods has a pod that cannot be read.
  const [first, second] = [...cluster.pods.keys()].map((name) => name.split("/")[1]);
  const noted = (name = "", port: unknown = 60053) => {
    const { metadata, status } = cluster.api.get("pods", "scalar", name);
    return {
      ...{ namespace: "scalar", release: "scalardb", name, uid: metadata.uid },
      address: status.podIP,
      port,
      restarts: 0,
    };
  };
  const startedAt = new Date(cluster.time.now + 240_000).toISOString();
  const endsBy = new Date(cluster.time.now + 600_000).toISOString();
  cluster.putPauserPod("killed", "Failed");
  cluster.tamper({
    [UNFINISHED_KEY]: JSON.stringify({
      ...{ schemaVersion: 1, run: "killed", pod: { namespace: "scalar", name: "killed" }, startedAt, endsBy },
      pods: [noted(first), noted(second, "admin")],
    }),
  });
  const said = (text: string) => cluster.logs.some((line) => line.includes(text));
  const isHolding = () => said("all paused") && !said("unpaused; pods were paused");
  let refused = 0;
  const steps = lateAnswers(
    cluster,
    () => unpausing() || isHolding(),
    (path) => path.includes("configmaps") && said("unpaused; pods were paused") && ++refused === 1,
  );
  const began = cluster.time.now;
  cluster.putPauserPod("pauser", "Running");
  const env = { PAUSER_POD_NAME: "pauser", PAUSER_POD_NAMESPACE: "scalar", PAUSER_JOB_NAME: "nightly-29400001" };
  const { end, reasons } = await cluster.time.until(cluster.run({ apiDeadlineSeconds: API_SECONDS }, { env }));
  const took = (cluster.time.now - began) / 1000;
  const longest = longestRunSeconds(settings);
  t.log(`${Math.round(took)} s of ${longest} s`);
  assertSafe(t, cluster);
  t.is(end, "notRecorded", reasons.join("\n"));
  t.true(took <= longest && took > 0.8 * longest, `${took} s of ${longest} s`);
  // The last one is the outcome's, whose deadline does not depend on the settings.
  const counted = longestRunSeconds({ ...settings, apiDeadlineSeconds: API_SECONDS + 1 }) - longest;
  t.is(steps.length - 1, counted, steps.join("\n"));
});

test("no settings let a run take longer than a note is believed", (t) => {
  const { cluster } = sceneOf();
  const most = Object.fromEntries(Object.entries(BOUNDS).map(([key, { max }]) => [key, max]));
  const backups = { namePrefix: "pauser", databases: [], marginSeconds: 600, requestSeconds: 300 };
  const settings = { ...settingsOf(cluster), ...most, alignToMinute: true, windowBackups: backups };
  for (const seconds of [longestPauseSeconds(settings), longestUnpauserSeconds(settings)])
    t.true(seconds * 1000 <= LONGEST_RUN_MILLIS, `${seconds} s`);
});

test("a run that waits, or makes backups, or reports, takes longer by that", (t) => {
  const settings = settingsOf(sceneOf().cluster);
  const longer = (change: Partial<Settings>) =>
    longestRunSeconds({ ...settings, ...change }) - longestRunSeconds(settings);
  t.is(longer({ alignToMinute: true }), 60 + 5, "up to a whole minute, after the pods are reached");
  t.is(
    longer({ rendezvousSeconds: 60 }),
    60 + settings.maxDrainSeconds,
    "held until the pods of other clusters have drained",
  );
  const windowBackups = { namePrefix: "pauser", databases: [], marginSeconds: 62, requestSeconds: 30 };
  t.is(longer({ windowBackups }), 2 * API_SECONDS + 62 + 30 + 62);
  const notify = { stack: "prod", schedule: "pause", channels: {}, when: "always" } as const;
  t.is(longer({ notify }), 30);
});
