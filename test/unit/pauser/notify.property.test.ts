import test from "ava";
import fc from "fast-check";
import { endOfRun, endOfUnpauser, notify } from "../../../pauser/notify/notifier";
import type { WebAnswer } from "../../../pauser/ports";
import { readNotifications } from "../../../restore-points/notifications";
import type { VirtualProcess } from "./virtual/process";
import { elapse, sceneOf } from "./virtual/scene";

const ENV = {
  PAUSER_WEBHOOK_URL: "https://webhook.example/x",
  PAUSER_HEARTBEAT_URL: "https://heartbeat.example/x",
  PAUSER_PUSHGATEWAY_URL: "https://pushgateway.example",
};
const SETTINGS = {
  notify: {
    stack: "prod",
    schedule: "scalar-pause",
    channels: { webhook: "a test", heartbeat: "a test", pushgateway: "a test" },
    when: "failure",
  },
};
const JOB = { PAUSER_JOB_NAME: "scalar-pause-29400000", PAUSER_POD_NAME: "try", PAUSER_POD_NAMESPACE: "scalar" };

const accepted: WebAnswer = { status: 200, text: "ok" };
const answers = fc.constantFrom<{ millis: number; answer: WebAnswer | Error }>(
  { millis: 20, answer: accepted },
  { millis: 4000, answer: accepted },
  { millis: 3_600_000, answer: accepted },
  { millis: 5, answer: { status: 500, text: "" } },
  { millis: 5, answer: { status: 404, text: "" } },
  { millis: 5, answer: new Error("connect ECONNREFUSED") },
);

test("whatever a server does and whenever the run is killed: no report while pods are paused, and each end is reported", async (t) => {
  const reported = { killed: 0, late: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        webhook: answers,
        heartbeat: answers,
        pushgateway: answers,
        refuses: fc.boolean(),
        killedAfter: fc.option(fc.integer({ min: 0, max: 45_000 })),
      }),
      async ({ refuses, killedAfter, ...channels }) => {
        const { cluster, pods } = sceneOf();
        const [pod] = pods;
        if (pod && refuses) pod.faults.refusePause = true;
        const asked: { host: string; paused: string[]; body?: string | undefined }[] = [];
        let healed = false;
        const newProcess = () => {
          const made = cluster.newProcess();
          made.answers = ({ url, body }) => {
            asked.push({ host: url.host, paused: cluster.pausedPods, body });
            const [name = ""] = url.host.split(".");
            return healed ? { millis: 20, answer: accepted } : channels[name as keyof typeof channels];
          };
          return made;
        };
        const report = (process: VirtualProcess, ended: Parameters<typeof notify>[1]) =>
          notify(cluster.environment(SETTINGS, JOB), ended, { ports: process.ports, report: cluster.report, env: ENV });

        const process = newProcess();
        cluster.putPauserPod("try", "Running");
        if (killedAfter !== null) cluster.time.after(killedAfter, () => process.kill());
        const whole = cluster
          .run(SETTINGS, { process, env: JOB })
          .then((outcome) => report(process, endOfRun(outcome)));
        await cluster.time.until(Promise.race([whole, process.killed]));
        cluster.putPauserPod("try", "Failed");
        const byRun = asked.length;

        healed = true;
        for (let round = 0; round < 3; round++) {
          await elapse(cluster, 300_000);
          const unpauser = newProcess();
          const outcome = await cluster.time.until(cluster.unpauser(SETTINGS, unpauser));
          await cluster.time.until(report(unpauser, endOfUnpauser(outcome)));
        }
        const texts = asked.filter(({ host }) => host === "webhook.example").map(({ body }) => body ?? "");
        const beats = asked.filter(({ host }) => host === "heartbeat.example").length;
        const { lastRun } = cluster;
        const { notifications } = readNotifications(cluster.recorded("notifications.json"));
        if (process.dead) reported.killed += 1;
        if (asked.length > byRun + 3) reported.late += 1;
        const wrong = [
          ...asked.filter(({ paused }) => paused.length > 0).map(({ host }) => `${host} was called during the pause`),
          ...cluster.pausedPods.map((name) => `${name} is still paused`),
          ...cluster.falseWindows,
          ...(lastRun?.end === "recorded" && beats === 0 ? ["no call of the heartbeat"] : []),
          ...(lastRun !== undefined &&
          lastRun.end !== "recorded" &&
          !texts.some((text) => text.includes(`\\"${lastRun.end}\\"`))
            ? [`no message of ${lastRun.end}`]
            : []),
          ...Object.values(notifications).flatMap(({ failing }) =>
            failing ? [`still failing: ${failing.problem}`] : [],
          ),
        ];
        if (wrong.length > 0) throw new Error(wrong.join("; "));
      },
    ),
    { numRuns: 150 },
  );
  t.true(reported.killed > 20 && reported.late > 20, JSON.stringify(reported));
});
