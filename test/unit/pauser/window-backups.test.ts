import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { realPorts } from "../../../pauser/adapters";
import { bundlePauser } from "../../../pauser/bundle";
import { EXIT_CODES } from "../../../pauser/outcome";
import { run } from "../../../pauser/run";
import { windowBackups } from "../../../pauser/window-backups/backups";
import { AwsCloud, AwsError, OIDC_ISSUER } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { Cluster } from "./doubles/cluster";
import { turn } from "./doubles/turn";

const REGION = "ap-northeast-1";
const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
const TABLES = ["coordinator.state", "ledger.accounts", "scalardb.metadata"];
const DATABASE = {
  name: "ledger",
  region: REGION,
  tables: [] as string[],
  prefixes: ["ledger.", "coordinator.", "scalardb."],
  everyDays: 7,
  deleteAfter: 400,
};

/** Longer than anything else that a run waits for here. */
const MARGIN_SECONDS = 3;

/** A cluster with pods to pause, and a simulated DynamoDB with tables to back up, each with its real wire protocol. */
async function scene(t: ExecutionContext, tables = TABLES) {
  await turn(t);
  const cluster = await Cluster.start();
  t.teardown(() => cluster.stop());
  await cluster.install();
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const endpoint = await serveAws(aws);
  t.teardown(() => endpoint.close());
  const dynamodb = aws.dynamodb.region(REGION);
  const createTable = (name: string) =>
    dynamodb.createTable({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    });
  for (const name of tables) createTable(name);
  const stop = new AbortController();
  /** The runs' waits, in milliseconds. */
  const waits: number[] = [];
  /** By how much their wall clock is stepped, in the first wait for a margin. */
  const step = { millis: 0 };
  /** One run; pods are held 0.1 s, and `MARGIN_SECONDS` before and after backups. */
  const pause = (own: object = {}, env: Record<string, string> = {}, timing: object = {}) => {
    const settings = {
      namePrefix: "prod-pause",
      databases: [DATABASE],
      marginSeconds: MARGIN_SECONDS,
      requestSeconds: 20,
      ...own,
    };
    const environment = cluster.environment({ windowBackups: settings, maxClockOffsetMillis: 5000, ...timing });
    const ports = realPorts(environment);
    const { sleep } = ports.clock;
    const clock = {
      ...ports.clock,
      now: () => ports.clock.now() + (margins() > 0 ? step.millis : 0),
      sleep: (millis: number, over?: AbortSignal) => {
        waits.push(millis);
        return sleep(millis, over);
      },
    };
    const maker = windowBackups({ AWS_ENDPOINT_URL: endpoint.url, ...KEYS, ...env });
    return run(environment, stop.signal, cluster.report, maker, { ...ports, clock });
  };
  /** How often a run has waited for the margin before backups, or after them. */
  const margins = () => waits.filter((millis) => millis > MARGIN_SECONDS * 500).length;
  const backups = () =>
    dynamodb.backups.list().map(({ TableName = "", BackupName = "" }) => `${TableName} ${BackupName}`);
  return { cluster, aws, dynamodb, createTable, endpoint, pause, stop, backups, margins, step };
}

/** Asserts what must hold after every run. */
function assertSafe(t: ExecutionContext, cluster: Cluster): void {
  t.deepEqual(cluster.pausedPods, [], "pods are left paused");
  t.deepEqual(cluster.falseWindows, [], "a recorded window contradicts the pods' own logs");
  t.is(cluster.unfinished, undefined);
}

/** Asserts that the window was recorded without backups, and without waiting for them. */
function assertWindowWithout(
  t: ExecutionContext,
  cluster: Cluster,
  { end, reasons }: Awaited<ReturnType<typeof run>>,
  why: RegExp,
) {
  assertSafe(t, cluster);
  t.is(end, "backupsFailed", reasons.join("\n"));
  t.regex(reasons.join("\n"), why);
  t.is(cluster.windows.length, 1);
  t.is(cluster.windows[0]?.backups, undefined);
}

test("all tables are backed up while all pods are paused, from the margin before to the margin after", async (t) => {
  const { cluster, dynamodb, pause, backups, createTable, margins } = await scene(t, [
    ...TABLES,
    "ledger.accounts-20261122t030012z",
    "other.table",
  ]);
  let requests = 0;
  dynamodb.beforeBackup = () => {
    requests += 1;
    t.is(cluster.pausedPods.length, 3, "a request while a pod is not paused");
  };
  // Created by a pod that is not paused yet, after the run's look-up.
  const pods = [...cluster.pods.values()];
  const made = setInterval(() => {
    if (pods.some(({ calls }) => calls.includes("Pause"))) {
      clearInterval(made);
      createTable("ledger.late");
    }
  }, 1);
  const { end, window } = await pause();
  clearInterval(made);
  t.is(end, "recorded");
  assertSafe(t, cluster);
  t.is(requests, 4);
  const recorded = cluster.windows[0]?.backups;
  t.deepEqual(recorded, window?.backups);
  t.like(recorded, { databases: [{ name: "ledger", region: REGION, tables: 4, deleteAfter: 400 }] });
  const began = window?.pauseCompleted.replaceAll(/[-:.]/g, "").toLowerCase();
  t.deepEqual(
    backups().sort(),
    [...TABLES, "ledger.late"].sort().map((table) => `${table} prod-pause-${began}`),
  );
  const at = (text: string | undefined) => Date.parse(text as string);
  t.true(at(recorded?.requested) - at(window?.pauseCompleted) >= MARGIN_SECONDS * 1000);
  t.true(at(window?.unpauseStarted) - at(recorded?.accepted) >= MARGIN_SECONDS * 1000);
  t.is(margins(), 2);
});

test("a clock that is set back before the requests shortens no margin in the record", async (t) => {
  const { cluster, pause, step } = await scene(t);
  step.millis = -200;
  const { end, window } = await pause();
  t.is(end, "recorded");
  assertSafe(t, cluster);
  const { requested, accepted } = window?.backups ?? {};
  const at = (text: string | undefined) => Date.parse(text as string);
  t.true(at(requested) - at(window?.pauseCompleted) >= MARGIN_SECONDS * 1000);
  // The window's end is by the clock that was set back.
  t.true(at(window?.unpauseStarted) - at(accepted) >= MARGIN_SECONDS * 1000 + step.millis);
});

test("accepted backups do not count if, by the clocks' difference, they may not belong to the window", async (t) => {
  const { cluster, pause, backups } = await scene(t);
  // Of the margin's 3 s, 1 s has to be left: the usual one has 2 s besides the minute.
  cluster.api.skewMillis = 2500;
  const outcome = await pause();
  assertWindowWithout(
    t,
    cluster,
    outcome,
    /backups \(prod-pause-\S+\) do not count.*the clocks may differ by 2\d{3} ms/,
  );
  t.is(backups().length, TABLES.length);
});

test("a window gets backups only when the last ones are old enough; each database counts separately", async (t) => {
  const { cluster, pause, backups } = await scene(t);
  await pause();
  t.is((await pause()).end, "recorded");
  t.is(backups().length, TABLES.length, "none are due");
  const [first, second] = cluster.windows;
  t.truthy(first?.backups);
  t.is(second?.backups, undefined);
  const another = { ...DATABASE, name: "auditor", prefixes: [], tables: ["scalardb.metadata"] };
  await pause({ databases: [DATABASE, another] });
  t.deepEqual(
    cluster.windows[2]?.backups?.databases.map(({ name, tables }) => `${name} ${tables}`),
    ["auditor 1"],
  );
  await pause({ databases: [{ ...DATABASE, everyDays: 1 }] });
  t.is(cluster.windows[3]?.backups, undefined, "not due within a day");
  assertSafe(t, cluster);
});

test("backups of many tables are requested at the rate that DynamoDB accepts", async (t) => {
  const many = Array.from({ length: 70 }, (_, index) => `ledger.t${index}`);
  const { cluster, pause, backups } = await scene(t, many);
  t.is((await pause()).end, "recorded");
  t.is(backups().length, 70);
  t.is(new Set(backups()).size, 70);
  assertSafe(t, cluster);
});

test("transient errors are retried: a table that is being created, and throttling", async (t) => {
  const { cluster, dynamodb, pause } = await scene(t);
  const refusals = ["TableInUseException", "LimitExceededException", "ThrottlingException", "InternalServerError"];
  dynamodb.beforeBackup = () => {
    const code = refusals.pop();
    if (code) throw new AwsError(code, "not now", code === "InternalServerError" ? 500 : 400);
  };
  t.is((await pause()).end, "recorded");
  t.is(cluster.windows[0]?.backups?.databases[0]?.tables, 3);
  assertSafe(t, cluster);
});

const REFUSED: [what: string, code: string, why: RegExp][] = [
  [
    "a table that is being created for too long",
    "TableInUseException",
    /table ledger.accounts: .*; the table is being created or deleted: the next run/,
  ],
  ["permanent throttling", "LimitExceededException", /table ledger.accounts: .*; too many requests at that time/],
  ["a deleted table", "TableNotFoundException", /table ledger.accounts: .*; it was deleted during the run/],
  ["a table that is too new", "ContinuousBackupsUnavailableException", /ledger.accounts: .*cannot back it up yet/],
];
for (const [what, code, why] of REFUSED)
  test(`a refused backup leaves the window without backups: ${what}`, async (t) => {
    const { cluster, dynamodb, pause } = await scene(t);
    dynamodb.beforeBackup = (table) => {
      if (table === "ledger.accounts") throw new AwsError(code, "no");
    };
    const outcome = await pause({ requestSeconds: 5 });
    assertWindowWithout(t, cluster, outcome, why);
    t.regex(outcome.reasons.join(), /the other backups of that name \(prod-pause-\d{8}t\d{9}z\) do not count/);
  });

test("a run whose backups were refused and whose window was, too, does not end as if there were a window", async (t) => {
  const { cluster, dynamodb, pause } = await scene(t);
  dynamodb.beforeBackup = () => {
    throw new AwsError("AccessDeniedException", "no");
  };
  const pods = [...cluster.pods.values()];
  cluster.api.fault = (method, path) =>
    method === "PUT" && path.includes("configmaps") && pods.every(({ calls }) => calls.includes("Unpause"))
      ? 422
      : undefined;
  const { end, reasons } = await pause({ requestSeconds: 5 });
  t.is(end, "notRecorded");
  t.regex(reasons.join(), /the record could not be written: .*422/);
  t.deepEqual(cluster.windows, []);
  t.deepEqual(cluster.pausedPods, []);
});

test("with a role that may only list tables, the window is recorded, and the message says how to fix the role", async (t) => {
  const { cluster, aws, endpoint, pause, margins } = await scene(t);
  const { pod } = identity(t, aws, endpoint.url, ["dynamodb:ListTables"]);
  const outcome = await pause({}, pod);
  assertWindowWithout(
    t,
    cluster,
    outcome,
    /is not authorized to perform: dynamodb:CreateBackup on resource: .*; allow it to the role of the pauser's ServiceAccount/,
  );
  t.is(margins(), 1, "the run does not wait for the margin after the backups");
});

const UNPREPARED: [what: string, own: object, env: Record<string, string>, why: RegExp][] = [
  ["no credentials", {}, { AWS_ACCESS_KEY_ID: "" }, /this pod has no AWS credentials.*eks-pod-identity-agent/],
  [
    "a missing table",
    { databases: [{ ...DATABASE, tables: ["ledger.gone"] }] },
    {},
    /database ledger: there is no table ledger.gone in ap-northeast-1/,
  ],
  ["no tables", { databases: [{ ...DATABASE, prefixes: ["none."] }] }, {}, /there is no table of it/],
  [
    "too many tables for the time limit",
    { databases: [DATABASE], requestSeconds: 1 },
    {},
    /take 2 s, and may take at most 1 s/,
  ],
  ["DynamoDB out of reach", {}, { AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, /does not answer: .*network policies/],
  [
    "a token that must not be sent",
    {},
    { AWS_ACCESS_KEY_ID: "", AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.com/" },
    /example.com\/ is neither https nor an address of this node/,
  ],
  [
    "a role that STS refuses",
    {},
    {
      AWS_ACCESS_KEY_ID: "",
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/none",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/dev/null",
    },
    /STS does not allow this pod to assume .*InvalidIdentityToken/,
  ],
];
for (const [what, own, env, why] of UNPREPARED)
  test(`a problem with backups before the pause does not affect the window: ${what}`, async (t) => {
    const many = Array.from({ length: 60 }, (_, index) => `ledger.t${index}`);
    const { cluster, pause, backups, margins } = await scene(t, what.startsWith("too many tables") ? many : TABLES);
    const outcome = await pause(own, env, what.endsWith("out of reach") ? { apiDeadlineSeconds: 1 } : {});
    assertWindowWithout(t, cluster, outcome, why);
    t.deepEqual(backups(), []);
    t.is(margins(), 0, "held like any other window");
  });

test("hanging requests are aborted in time, and do not count", async (t) => {
  const { cluster, endpoint, pause } = await scene(t);
  const url = await proxy(t, endpoint.url, "CreateBackup");
  const outcome = await pause({ requestSeconds: 1 }, { AWS_ENDPOINT_URL: url });
  assertWindowWithout(t, cluster, outcome, /table \S+: not accepted within 1 s: /);
});

test("a signal during the requests unpauses the pods at once, and leaves no window", async (t) => {
  const { cluster, endpoint, pause, stop } = await scene(t);
  const url = await proxy(t, endpoint.url, "CreateBackup", () => stop.abort("SIGTERM"));
  // Longer than the test may take.
  const { end, reasons } = await pause({ requestSeconds: 300 }, { AWS_ENDPOINT_URL: url });
  t.is(end, "void");
  t.regex(reasons.join(), /stopped by SIGTERM/);
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
});

test("backups of a void window are in no record", async (t) => {
  const { cluster, dynamodb, pause } = await scene(t);
  dynamodb.beforeBackup = () => {
    const pod = [...cluster.pods.keys()][0]?.split("/") as [string, string];
    cluster.changePod(...pod, (object) => {
      object.status.containerStatuses = [{ restartCount: 1 }];
    });
  };
  t.is((await pause()).end, "void");
  t.deepEqual(cluster.windows, []);
  assertSafe(t, cluster);
});

for (const way of ["EKS Pod Identity", "IAM roles for service accounts"] as const)
  test(`the production bundle makes backups with credentials from ${way}`, async (t) => {
    const { cluster, aws, endpoint } = await scene(t);
    const { pod, serviceAccount, directory } = identity(t, aws, endpoint.url, [
      "dynamodb:ListTables",
      "dynamodb:CreateBackup",
    ]);
    writeFileSync(join(directory, "pauser.cjs"), bundlePauser("pauser-with-window-backups"));
    const windowBackups = { namePrefix: "prod-pause", databases: [DATABASE], marginSeconds: 0.1 };
    const env = {
      ...cluster.processEnvironment({ windowBackups, maxClockOffsetMillis: 5000 }),
      AWS_ENDPOINT_URL: endpoint.url,
      ...(way === "EKS Pod Identity" ? pod : serviceAccount),
    };
    const child = spawn(process.execPath, [join(directory, "pauser.cjs")], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (text) => {
      said += text;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    t.is(code, EXIT_CODES.recorded, said);
    t.regex(said, /Z backups of 3 tables are accepted: prod-pause-/);
    t.is(cluster.windows[0]?.backups?.databases[0]?.tables, 3);
    assertSafe(t, cluster);
  });

test("the program without backups refuses settings with windowBackups, and contains no code for them", async (t) => {
  const { cluster } = await scene(t);
  const directory = mkdtempSync(join(tmpdir(), "pauser-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const program = bundlePauser();
  writeFileSync(join(directory, "pauser.cjs"), program);
  t.false(program.includes("AWS4-HMAC-SHA256"));
  const windowBackups = { namePrefix: "prod-pause", databases: [DATABASE] };
  const env = cluster.processEnvironment({ windowBackups });
  const child = spawn(process.execPath, [join(directory, "pauser.cjs")], { env, stdio: "ignore" });
  t.is(await new Promise((resolve) => child.on("close", resolve)), EXIT_CODES.badSettings);
});

/** A role for pods that allows these actions, and the environment of a pod with that role, for both ways. */
function identity(t: ExecutionContext, aws: AwsCloud, url: string, actions: string[]) {
  const directory = mkdtempSync(join(tmpdir(), "identity-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const token = join(directory, "token");
  writeFileSync(token, "a-token\n");
  aws.sessions.accountOf = (given) => (given === "a-token" ? { namespace: "scalar", name: "pauser" } : undefined);
  const provider = `arn:aws:iam::123456789012:oidc-provider/${OIDC_ISSUER}`;
  const condition = { [`${OIDC_ISSUER}:sub`]: "system:serviceaccount:scalar:pauser" };
  const role = aws.iam.createRole({
    name: "pauser",
    assumeRolePolicy: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
        {
          Effect: "Allow",
          Principal: { Federated: provider },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: { StringEquals: condition },
        },
      ],
    }),
  });
  const policy = { Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] };
  aws.iam.putRolePolicy("pauser", "backups", JSON.stringify(policy));
  const eks = aws.eks.region(REGION);
  eks.createCluster("payments");
  const account = { clusterName: "payments", namespace: "scalar", serviceAccount: "pauser" };
  eks.createPodIdentityAssociation({ ...account, roleArn: role.arn, tags: {} });
  return {
    directory,
    pod: {
      AWS_ACCESS_KEY_ID: "",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    },
    serviceAccount: { AWS_ACCESS_KEY_ID: "", AWS_ROLE_ARN: role.arn, AWS_WEB_IDENTITY_TOKEN_FILE: token },
  };
}

/** Forwards requests, but never answers those of one action. */
async function proxy(t: ExecutionContext, to: string, action: string, onHang: () => void = () => {}) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { "x-amz-target": target = "", "content-type": type = "", authorization = "" } = request.headers;
    if (String(target).endsWith(`.${action}`)) return onHang();
    const headers = { "x-amz-target": String(target), "content-type": type, authorization };
    const answer = await fetch(to, { method: "POST", headers, body: Buffer.concat(chunks) });
    response.writeHead(answer.status, { "content-type": type });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
