import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parseCron } from "../../restore-points/rules/cron";
import { timeZoneProblem } from "../../restore-points/rules/time-zone";
import { WINDOWS_KEY } from "../../restore-points/window";
import { VERDICTS } from "../unit/simulator/cloud/kubernetes/verdicts";
import { type KubernetesObject, Refusal } from "./api";
import { controlPlaneBinaries, goIsThere } from "./binaries";
import { ControlPlane, until } from "./control-plane";
import { declaredBy, put } from "./declared";

const NAMESPACE = "scalar";

let plane: ControlPlane;

const clusterTest = goIsThere() ? test.serial : test.serial.skip;

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  plane = await ControlPlane.start(controlPlaneBinaries((line) => process.stderr.write(`${line}\n`)));
  await plane.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  // Pods are refused for another reason before it is there.
  await until("the default account", () =>
    plane.api.get("v1", "ServiceAccount", NAMESPACE, "default").catch(() => undefined),
  );
});

test.after.always(() => plane?.stop());

clusterTest("what the simulated API server accepts and refuses, the real one does too", async (t) => {
  for (const [what, manifest, field] of VERDICTS) {
    const refusal = await plane.api.create(manifest as KubernetesObject, { dryRun: true }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (field === undefined) t.is(refusal, undefined, what);
    else if (refusal instanceof Refusal) {
      t.is(refusal.code, 422, `${what}: ${refusal.message}`);
      t.true(
        refusal.status.details?.causes?.some((cause) => cause.field === field),
        `${what}: ${refusal.message}`,
      );
    } else t.fail(`${what}: ${refusal ?? "accepted"}`);
  }
});

/** What the API server says of CronJobs that differ in one field, several at a time. */
async function refused(field: "schedule" | "timeZone", values: string[]): Promise<string[]> {
  const spec = {
    schedule: "0 3 * * *",
    jobTemplate: {
      spec: {
        template: { spec: { restartPolicy: "Never", containers: [{ name: "pauser", image: "node:24-alpine" }] } },
      },
    },
  };
  const left = values.map((value, index) => ({ value, index }));
  const found: boolean[] = [];
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { value, index } = next;
      const manifest = {
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: { name: "asked", namespace: NAMESPACE },
        spec: { ...spec, [field]: value },
      };
      const error = await plane.api.create(manifest as KubernetesObject, { dryRun: true }).then(
        () => undefined,
        (refusal: unknown) => refusal,
      );
      if (error !== undefined && !(error instanceof Refusal && error.code === 422)) throw error;
      found[index] = error !== undefined;
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return values.filter((_, index) => found[index]);
}

clusterTest("schedules and time zones are refused just when the real API server refuses them", async (t) => {
  t.timeout(5 * 60_000);
  const rules = join(__dirname, "../unit/restore-points/rules/kubernetes");
  const schedules = (JSON.parse(readFileSync(join(rules, "schedules.json"), "utf8")) as { spec: string }[])
    .map(({ spec }) => spec)
    // The API server says of an empty one that it is missing, and of the field that it is required.
    .filter((spec) => spec.trim() !== "");
  t.deepEqual(
    await refused("schedule", schedules),
    schedules.filter((schedule) => "problem" in parseCron(schedule)),
  );
  const listed = readFileSync(join(__dirname, "../../restore-points/rules/time-zones.txt"), "utf8").trim().split("\n");
  const zones = [...listed, "JST", "PST", "asia/tokyo", "Tokyo", "Asia/Tokio", "+09:00", "Local", "local", "est"];
  t.deepEqual(
    await refused("timeZone", zones),
    zones.filter((zone) => timeZoneProblem(zone) !== undefined),
  );
});

clusterTest("a schedule that goes and comes back finds its windows", async (t) => {
  const { api } = plane;
  const declared = (labels: Record<string, string>) =>
    declaredBy("comes-back", {
      schedule: "0 3 * * *",
      releases: [{ namespace: NAMESPACE, name: "scalardb" }],
      labels,
    });
  const record = () => api.get("v1", "ConfigMap", NAMESPACE, "comes-back-windows");
  const first = await declared({ team: "payments", stage: "test" });
  await put(api, first);
  t.is((await record()).data, undefined);
  // As the pauser writes it.
  await api.replace({ ...(await record()), data: { [WINDOWS_KEY]: "windows" } });
  for (const object of first) if (object.metadata.name !== "comes-back-windows") await api.delete(object);
  await until("the CronJob's end", () =>
    api.get("batch/v1", "CronJob", NAMESPACE, "comes-back").then(
      () => false,
      () => true,
    ),
  );

  await put(api, await declared({ team: "ledger" }));
  t.deepEqual((await record()).data, { [WINDOWS_KEY]: "windows" });
  t.deepEqual((await record()).metadata.labels, { team: "ledger" });
});
