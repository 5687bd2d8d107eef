import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import type { PauseScheduleArgs } from "../../../../components/pause/args";
import { PauseSchedule } from "../../../../components/pause/pause-schedule";
import { TaintEffect } from "../../../../components/pod-args";
import { readEnvironment } from "../../../../pauser/settings";
import { WINDOWS_KEY } from "../../../../restore-points/window";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
const WINDOW = {
  cluster: "default",
  pauseCompleted: "2026-11-22T03:00:01.000Z",
  unpauseStarted: "2026-11-22T03:00:11.000Z",
  clockOffsetMillis: 3,
  releases: [{ namespace: "scalar", name: "scalardb", product: "scalardb-cluster", pods: ["a"] }],
};

// biome-ignore lint/suspicious/noExplicitAny: resource inputs are looked into freely
type Inputs = Record<string, any>;
const TYPES = [
  "kubernetes:batch/v1:CronJob",
  "kubernetes:coordination.k8s.io/v1:LeasePatch",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:ConfigMapPatch",
  "kubernetes:core/v1:ServiceAccount",
  "kubernetes:rbac.authorization.k8s.io/v1:Role",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
];
/** Declared only for reports whose addresses are in the args. */
const SECRET = "kubernetes:core/v1:Secret";
/** Declared only for backups in windows. */
const ON_AWS = [
  "aws:iam/role:Role",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:eks/podIdentityAssociation:PodIdentityAssociation",
];
const declared = new Map<string, Inputs>();
let recordedData: Record<string, string> | undefined;

pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs, id }) => {
      if (type.startsWith("scalar-backup:")) return { id: name, state: inputs };
      if (ON_AWS.includes(type)) {
        declared.set(`${type.split(":").pop()} ${name}`, inputs);
        return { id: name, state: { ...inputs, name, arn: `arn:aws:iam::123456789012:role/${name}` } };
      }
      if (type !== SECRET && !TYPES.includes(type)) throw new Error(`${type} is not declared by a PauseSchedule`);
      declared.set(`${type.split(":").pop()} ${name}`, inputs);
      if (name.endsWith("-recorded")) return { id: id as string, state: { data: recordedData } };
      const { namespace, name: given = `${name}-0a1b2c3d` } = inputs.metadata;
      return { id: `${namespace}/${given}`, state: { ...inputs, metadata: { ...inputs.metadata, name: given } } };
    },
    call: ({ token }) => {
      throw new Error(`${token} is called`);
    },
  },
  "scalar-backup",
  "test",
  false,
);

// Nothing is looked up where the provider only renders manifests.
pulumi.runtime.setConfig("kubernetes:renderYamlToDirectory", "rendered");

const RELEASES = [
  { namespace: "scalar", name: "scalardb" },
  { namespace: "ledgers", name: "ledger" },
  { namespace: "ledgers", name: "auditor" },
];

function value<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

/** Declares a schedule, and waits until every child has been registered. */
async function declare(args: Partial<PauseScheduleArgs> = {}, name = "pause") {
  declared.clear();
  const schedule = new PauseSchedule(name, { schedule: "0 3 * * *", releases: RELEASES, ...args });
  const windows = await value(schedule.windows);
  await value(schedule.cronJobName);
  return { schedule, windows, cronJob: declared.get(`CronJob ${name}`) as Inputs };
}

const podOf = (cronJob: Inputs) => cronJob.spec.jobTemplate.spec.template.spec;
const settingsOf = (cronJob: Inputs) => {
  const env = podOf(cronJob).containers[0].env as { name: string; value?: string }[];
  const PAUSER_SETTINGS = env.find(({ name }) => name === "PAUSER_SETTINGS")?.value;
  return readEnvironment({ PAUSER_SETTINGS, PAUSER_API_SERVER: "http://127.0.0.1:1", PAUSER_JOB_NAME: "j" }).settings;
};

test.serial("children have the names that existing stacks know", async (t) => {
  await declare();
  t.deepEqual([...declared.keys()].sort(), [
    "ConfigMap pause-pauser",
    "ConfigMap pause-recorded",
    "ConfigMapPatch pause-windows",
    "CronJob pause",
    "CronJob pause-unpauser",
    "LeasePatch pause-lease-ledgers-auditor",
    "LeasePatch pause-lease-ledgers-ledger",
    "LeasePatch pause-lease-scalar-scalardb",
    "Role pause-record",
    "Role pause-releases-ledgers",
    "Role pause-releases-scalar",
    "RoleBinding pause-record",
    "RoleBinding pause-releases-ledgers",
    "RoleBinding pause-releases-scalar",
    "ServiceAccount pause-account",
  ]);
});

test.serial("the pauser understands the settings it is given, with the defaults", async (t) => {
  const { cronJob } = await declare();
  t.like(settingsOf(cronJob), {
    cluster: "default",
    record: { namespace: "scalar", name: "pause-windows" },
    releases: RELEASES,
    holdSeconds: 10,
    maxDrainSeconds: 30,
    retentionDays: 35,
  });
});

test.serial("the pauser gets the user's settings, outputs of other resources included", async (t) => {
  const tls = { caCertificate: pulumi.output(CERTIFICATE), overrideAuthority: "scalardb.example" };
  const { cronJob } = await declare({
    releases: [{ namespace: "scalar", name: "scalardb", tls }],
    namespace: "backup",
    holdSeconds: 20,
    maxDrainSeconds: 60,
    rendezvousSeconds: 120,
    cluster: "tokyo",
    retentionDays: 7,
    timeZone: "Asia/Tokyo",
    suspend: true,
    image: "registry.example/node:22",
    priorityClassName: "high",
  });
  t.like(settingsOf(cronJob), {
    cluster: "tokyo",
    record: { namespace: "backup", name: "pause-windows" },
    releases: [{ tls: { caCertificate: CERTIFICATE, overrideAuthority: "scalardb.example" } }],
    holdSeconds: 20,
    maxDrainSeconds: 60,
    rendezvousSeconds: 120,
    retentionDays: 7,
  });
  t.like(cronJob.spec, { timeZone: "Asia/Tokyo", suspend: true, schedule: "0 3 * * *" });
  t.is(podOf(cronJob).containers[0].image, "registry.example/node:22");
  t.is(podOf(cronJob).priorityClassName, "high");
  t.is(cronJob.metadata.namespace, "backup");
});

test.serial("the pods get what the cluster asks for, and keep what the program needs", async (t) => {
  const tolerations = [{ key: "dedicated", value: "scalar", effect: TaintEffect.NoSchedule }];
  const { cronJob } = await declare({
    labels: { team: "payments" },
    pod: {
      labels: { "sidecar.istio.io/inject": "false", team: "others" },
      annotations: { "linkerd.io/inject": "disabled", "karpenter.sh/do-not-disrupt": "false" },
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations,
      imagePullSecrets: ["registry-credentials"],
    },
  });
  for (const each of [cronJob, declared.get("CronJob pause-unpauser") as Inputs]) {
    const { metadata, spec } = each.spec.jobTemplate.spec.template;
    t.deepEqual(metadata.labels, { "sidecar.istio.io/inject": "false", team: "payments" });
    t.is(metadata.annotations["linkerd.io/inject"], "disabled");
    t.like(spec, {
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations,
      imagePullSecrets: [{ name: "registry-credentials" }],
    });
  }
  t.is(cronJob.spec.jobTemplate.spec.template.metadata.annotations["karpenter.sh/do-not-disrupt"], "true");
});

test.serial("runs never overlap, and a killed run is tried again in time", async (t) => {
  const { cronJob } = await declare({ holdSeconds: 600, maxDrainSeconds: 600 });
  const { concurrencyPolicy, jobTemplate, suspend } = cronJob.spec;
  t.is(concurrencyPolicy, "Forbid");
  t.is(suspend, undefined, "a declared false would be a conflict with a switch-over that suspends the schedule");
  const { backoffLimit, activeDeadlineSeconds, template } = jobTemplate.spec;
  t.true(backoffLimit >= 1);
  t.true(activeDeadlineSeconds > (backoffLimit + 1) * (600 + 600));
  t.is(template.spec.restartPolicy, "Never");
  t.true(
    template.spec.terminationGracePeriodSeconds > 600,
    "a Pause under way is waited for before its pod is unpaused",
  );
});

test.serial(
  "only a schedule that is to be suspended declares it, and overrides what else has resumed it",
  async (t) => {
    const annotations = { "pulumi.com/patchForce": "true" };
    for (const suspend of [true, pulumi.output(true)]) {
      const { cronJob } = await declare({ suspend });
      t.like(cronJob, { metadata: { annotations }, spec: { suspend: true } });
    }
    for (const suspend of [false, pulumi.output(false)]) {
      const { cronJob } = await declare({ suspend });
      t.is(cronJob.spec.suspend, undefined);
      t.deepEqual(cronJob.metadata.annotations ?? {}, {});
    }
  },
);

test.serial(
  "what a killed run leaves paused is looked for every five minutes, also while the schedule is suspended",
  async (t) => {
    await declare({ suspend: true });
    const { spec, metadata } = declared.get("CronJob pause-unpauser") as Inputs;
    t.deepEqual(metadata, { name: "pause-unpauser", namespace: "scalar", labels: {} });
    t.like(spec, { schedule: "*/5 * * * *", suspend: false, concurrencyPolicy: "Forbid" });
    const [container] = podOf({ spec }).containers;
    t.deepEqual(
      container.env.find(({ name }: { name: string }) => name === "PAUSER_TASK"),
      { name: "PAUSER_TASK", value: "unpause" },
    );
    t.deepEqual(settingsOf({ spec }), settingsOf(declared.get("CronJob pause") as Inputs));
    const long = "a".repeat(52);
    await declare({}, long);
    t.is((declared.get(`CronJob ${long}-unpauser`) as Inputs).metadata.name, `${"a".repeat(43)}-unpauser`);
  },
);

test.serial("the pod is hardened", async (t) => {
  const pod = podOf((await declare()).cronJob);
  t.like(pod.securityContext, { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } });
  t.deepEqual(pod.containers[0].securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  t.is(pod.containers[0].resources.limits.cpu, undefined);
});

test.serial("the program that is mounted is the one that is run", async (t) => {
  const pod = podOf((await declare()).cronJob);
  const program = declared.get("ConfigMap pause-pauser") as Inputs;
  t.is(program.metadata.name, undefined, "a new version must be able to exist next to the old");
  t.is(pod.volumes[0].configMap.name, "pause-pauser-0a1b2c3d");
  const [key] = Object.keys(program.data);
  t.deepEqual(pod.containers[0].command, ["node", `${pod.containers[0].volumeMounts[0].mountPath}/${key}`]);
  t.true(Buffer.byteLength(program.data[key as string]) < 512 * 1024);
});

test.serial("the pauser's account has in each namespace only the permissions that it uses", async (t) => {
  await declare({ namespace: "backup" });
  t.deepEqual((declared.get("Role pause-record") as Inputs).rules, [
    { apiGroups: [""], resources: ["configmaps"], resourceNames: ["pause-windows"], verbs: ["get", "update"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
  ]);
  t.deepEqual((declared.get("Role pause-releases-ledgers") as Inputs).rules, [
    { apiGroups: [""], resources: ["pods", "services"], verbs: ["list"] },
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] },
    {
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      resourceNames: ["scalar-backup-ledger", "scalar-backup-auditor"],
      verbs: ["get", "update"],
    },
  ]);
  const binding = declared.get("RoleBinding pause-releases-ledgers") as Inputs;
  t.is(binding.metadata.namespace, "ledgers");
  t.is(binding.roleRef.name, "pause-releases-ledgers-0a1b2c3d");
  t.deepEqual(binding.subjects, [{ kind: "ServiceAccount", name: "pause-account-0a1b2c3d", namespace: "backup" }]);
});

test.serial("windows are read back from the record", async (t) => {
  recordedData = undefined;
  t.deepEqual((await declare()).windows, []);
  recordedData = { [WINDOWS_KEY]: JSON.stringify({ schemaVersion: 1, windows: [WINDOW] }) };
  t.deepEqual((await declare()).windows, [WINDOW]);
  recordedData = undefined;
});

test.serial("the record is declared without data, which only the pauser writes", async (t) => {
  const { schedule } = await declare();
  t.deepEqual(Object.keys(declared.get("ConfigMapPatch pause-windows") as Inputs).sort(), [
    "apiVersion",
    "kind",
    "metadata",
  ]);
  t.is(await value(schedule.recordName), "scalar/pause-windows");
});

test.serial("every object gets the tags as labels", async (t) => {
  await declare({ labels: { team: pulumi.output("data"), "cost center": "a:b" } });
  for (const [name, inputs] of declared) {
    // Leases are the same object for every stack that pauses the release.
    if (!name.endsWith("-recorded") && !name.startsWith("LeasePatch"))
      t.deepEqual(inputs.metadata.labels, { team: "data", cost_center: "a_b" }, name);
  }
});

test.serial("reports all problems at once, each with its property", async (t) => {
  const error = t.throws(
    () =>
      new PauseSchedule("pause", {
        schedule: "at night",
        timeZone: "Tokyo",
        releases: [
          { namespace: "scalar", name: "scalardb" },
          { namespace: "scalar", name: "scalardb" },
        ],
        holdSeconds: 4,
      }),
  ) as pulumi.InputPropertiesError;
  t.deepEqual(error.errors?.map(({ propertyPath }) => propertyPath).sort(), [
    "holdSeconds",
    "releases[1]",
    "schedule",
    "timeZone",
  ]);
});

const TABLES = { database: "ledger", region: "ap-northeast-1", prefixes: ["ledger."], deleteAfter: 400 };

test.serial(
  "backups in windows: the program that makes them, a role for its pods, and no second try for their sake",
  async (t) => {
    const { cronJob } = await declare({
      windowBackups: [TABLES],
      aws: { eksCluster: "payments", region: "us-west-2" },
    });
    const { windowBackups } = settingsOf(cronJob);
    t.deepEqual(windowBackups, {
      namePrefix: "scalar-backup-test-pause",
      databases: [
        { name: "ledger", region: "ap-northeast-1", tables: [], prefixes: ["ledger."], everyDays: 7, deleteAfter: 400 },
      ],
      marginSeconds: 62,
      requestSeconds: 30,
    });
    const { podFailurePolicy, activeDeadlineSeconds } = cronJob.spec.jobTemplate.spec;
    t.deepEqual(podFailurePolicy.rules, [{ action: "FailJob", onExitCodes: { operator: "In", values: [26] } }]);
    t.true(activeDeadlineSeconds > 4 * (2 * 62 + 30), "every try may hold for backups");
    t.regex(declared.get("ConfigMap pause-pauser")?.data["pauser.cjs"], /AWS4-HMAC-SHA256/);
    const { serviceAccount, ...association } = declared.get("PodIdentityAssociation pause-role") as Inputs;
    t.like(association, { clusterName: "payments", namespace: "scalar", region: "us-west-2" });
    t.is(serviceAccount, podOf(cronJob).serviceAccountName);
    t.is(declared.get("ServiceAccount pause-account")?.metadata.annotations, undefined);
  },
);

test.serial(
  "backups in windows with a role of the user's own: the ServiceAccount names it, and none is declared",
  async (t) => {
    const roleArn = "arn:aws:iam::123456789012:role/pauser";
    await declare({ windowBackups: [TABLES], aws: { roleArn } });
    t.deepEqual(declared.get("ServiceAccount pause-account")?.metadata.annotations, {
      "eks.amazonaws.com/role-arn": roleArn,
    });
    t.deepEqual(
      [...declared.keys()].filter((key) => /^(Role\w* pause-role|PodIdentity)/.test(key)),
      [],
    );
  },
);

interface Variable {
  name: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional: boolean } };
}

const secretVariables = (cronJob: Inputs) =>
  Object.fromEntries(
    (podOf(cronJob).containers[0].env as Variable[]).flatMap(({ name, valueFrom }) =>
      valueFrom?.secretKeyRef ? [[name, valueFrom.secretKeyRef]] : [],
    ),
  );

const WEBHOOK = "https://hooks.slack.com/services/T0/B0/sEcReT";

test.serial("addresses of reports are in a Secret, and nowhere else", async (t) => {
  const notify = {
    webhook: { url: pulumi.output(WEBHOOK) },
    otlp: { endpoint: "http://otel:4318", headers: { "api-key": pulumi.secret("a=b,c") } },
    caCertificate: pulumi.output(CERTIFICATE),
  };
  const { cronJob } = await declare({ notify });
  const secret = declared.get("Secret pause-notify") as Inputs;
  t.is(secret.metadata.name, undefined, "a new version must be able to exist next to the old");
  const texts = Object.fromEntries(
    // A secret, as the SDK sends it to the engine.
    Object.entries(secret.data.value).map(([key, text]) => [key, Buffer.from(String(text), "base64").toString()]),
  );
  t.deepEqual(texts, {
    PAUSER_WEBHOOK_URL: WEBHOOK,
    PAUSER_OTLP_ENDPOINT: "http://otel:4318",
    PAUSER_OTLP_HEADERS: "api-key=a%3Db%2Cc",
  });
  for (const job of [cronJob, declared.get("CronJob pause-unpauser") as Inputs]) {
    t.notRegex(JSON.stringify(job), /sEcReT|otel:4318|a%3Db/);
    // A pod whose Secret is gone must pause all the same.
    for (const [variable, reference] of Object.entries(secretVariables(job)))
      t.deepEqual(reference, { name: "pause-notify-0a1b2c3d", key: variable, optional: true });
    t.is(Object.keys(secretVariables(job)).length, 3);
    t.deepEqual(settingsOf(job).notify, {
      stack: "test",
      schedule: "pause",
      channels: { webhook: "pause.notify.webhook.url", otlp: "pause.notify.otlp.endpoint" },
      when: "failure",
      caCertificate: CERTIFICATE,
    });
  }
});

test.serial("addresses in Secrets of the user's own: none is declared", async (t) => {
  const { cronJob } = await declare({
    namespace: "backup",
    notify: {
      webhook: { secretKeyRef: { name: "alerts", key: "slack" }, when: "always" },
      heartbeat: { secretKeyRef: { name: "alerts", key: "ping" } },
      pushgateway: { secretKeyRef: { name: "push", key: "url" } },
    },
  });
  t.false(declared.has("Secret pause-notify"));
  t.deepEqual(secretVariables(cronJob), {
    PAUSER_WEBHOOK_URL: { name: "alerts", key: "slack", optional: true },
    PAUSER_HEARTBEAT_URL: { name: "alerts", key: "ping", optional: true },
    PAUSER_PUSHGATEWAY_URL: { name: "push", key: "url", optional: true },
  });
  const { notify } = settingsOf(cronJob);
  t.is(notify?.when, "always");
  t.is(notify?.channels.heartbeat, "the key ping of Secret backup/alerts (pause.notify.heartbeat.secretKeyRef)");
});

test.serial("every try, and every pod that is stopped, has time for its reports", async (t) => {
  const limits = async (args: Partial<PauseScheduleArgs>) => {
    const { cronJob } = await declare(args);
    const spec = cronJob.spec.jobTemplate.spec;
    const unpauser = (declared.get("CronJob pause-unpauser") as Inputs).spec.jobTemplate.spec;
    return {
      job: spec.activeDeadlineSeconds,
      unpauser: unpauser.activeDeadlineSeconds,
      grace: spec.template.spec.terminationGracePeriodSeconds,
    };
  };
  const without = await limits({});
  const reporting = await limits({ notify: { webhook: { url: WEBHOOK } } });
  t.deepEqual(reporting, { job: without.job + 4 * 30, unpauser: without.unpauser + 30, grace: without.grace + 30 });
});

test.serial(
  "without reports, the CronJobs are what existing stacks have, whatever transactions releases run",
  async (t) => {
    const { cronJob } = await declare({ releases: RELEASES.map((each) => ({ ...each, transactions: false })) });
    t.deepEqual(
      podOf(cronJob).containers[0].env.map(({ name }: Variable) => name),
      [
        "PAUSER_SETTINGS",
        "PAUSER_POD_NAME",
        "PAUSER_POD_NAMESPACE",
        "PAUSER_POD_UID",
        "PAUSER_JOB_NAME",
        "PAUSER_JOB_UID",
      ],
    );
    t.is(
      podOf(cronJob).containers[0].env[0].value,
      '{"cluster":"default","record":{"namespace":"scalar","name":"pause-windows"},"releases":[{"namespace":"scalar","name":"scalardb"},{"namespace":"ledgers","name":"ledger"},{"namespace":"ledgers","name":"auditor"}],"holdSeconds":10,"maxDrainSeconds":30,"minWindowSeconds":5,"unpauseDeadlineSeconds":60,"apiDeadlineSeconds":30,"maxClockOffsetMillis":1000,"maxBlindMillis":1000,"retentionDays":35,"rendezvousSeconds":0,"alignToMinute":true}',
    );
  },
);
