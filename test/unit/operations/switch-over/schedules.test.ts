import test from "ava";
import { CRON_JOBS, cronJob, INSTANT, RELEASES, SCHEDULE, scene } from "./scene";

const UNPAUSER = { namespace: "scalar", name: "pause-unpauser" };

test.serial("without a name, the CronJobs that pause these releases are found by their settings", async (t) => {
  const night = await scene(t);
  const { store } = night.cluster;
  const unpauser = cronJob(UNPAUSER, RELEASES);
  const [container] = JSON.parse(JSON.stringify(unpauser)).spec.jobTemplate.spec.template.spec.containers;
  container.env.push({ name: "PAUSER_TASK", value: "unpause" });
  const template = { spec: { restartPolicy: "Never", containers: [container] } };
  store.create({ ...unpauser, spec: { schedule: "*/5 * * * *", jobTemplate: { spec: { template } } } });
  store.create(cronJob({ namespace: "scalar", name: "second-stack" }, RELEASES.slice(0, 1)));
  store.create(cronJob({ namespace: "scalar", name: "of-others" }, [{ namespace: "scalar", name: "other" }]));
  store.create(cronJob({ namespace: "default", name: "elsewhere" }, RELEASES));
  const { pods, say } = await night.process({ schedule: undefined });
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  const suspended = () =>
    store.list(CRON_JOBS).flatMap(({ metadata, spec }) => (spec?.suspend === true ? [metadata.name] : []));
  t.deepEqual(suspended(), ["pause", "second-stack"]);
  await pods.start(say);
  t.deepEqual(suspended(), []);
  await pods.unlock();
});

test.serial("a schedule that was suspended before stays suspended", async (t) => {
  const night = await scene(t);
  night.cluster.store.mergePatch(CRON_JOBS, "scalar", "pause", { spec: { suspend: true } });
  const { pods, say, said } = await night.process();
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  await pods.stop(INSTANT, say);
  await pods.start(say);
  t.true(night.suspended());
  t.false(said.some((line) => line.includes("resumed")));
  await pods.unlock();
});

test.serial("a schedule that does not exist, or no longer, is left out", async (t) => {
  const night = await scene(t);
  night.cluster.store.create(cronJob({ namespace: "scalar", name: "removed" }, RELEASES));
  const { pods, say, said } = await night.process({ schedule: { namespace: "scalar", name: "removed" } });
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  night.cluster.store.delete(CRON_JOBS, "scalar", "removed");
  await pods.start(say);
  t.true(said.includes("the pause schedule scalar/removed does not exist any more"));
  t.false(night.suspended(), "the other one is not touched");
  await pods.unlock();

  const other = await scene(t);
  const process = await other.process({ schedule: { namespace: "scalar", name: "never-was" } });
  await process.pods.lock(process.say);
  await process.pods.stop(INSTANT, process.say);
  await process.pods.unlock();
  t.is(other.journal()?.schedules, "[]");
});

test.serial("a schedule that somebody resumes during the switch-over is suspended again by the next run", async (t) => {
  const night = await scene(t);
  const { pods, say } = await night.process({ schedule: SCHEDULE });
  await pods.lock(say);
  await pods.stop(INSTANT, say);
  night.cluster.store.mergePatch(CRON_JOBS, "scalar", "pause", { spec: { suspend: false } });
  await pods.stop(INSTANT, say);
  t.true(night.suspended());
  await pods.start(say);
  t.false(night.suspended());
  await pods.unlock();
});
