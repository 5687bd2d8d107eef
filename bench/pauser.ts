/**
 * What the pauser costs: how long pods are paused beyond the slowest drain and the hold, its memory, its bundle's size.
 * By the pods' own logs, with 60 pods of 3 releases on loopback, and the pauser in a process of its own as it ships. Then the
 * same for the program that makes backups, of 100 tables in the simulated DynamoDB: its memory, and its bundle's size.
 *
 *     npm run bench:pauser -- [runs] [the Node.js that the pauser runs on]
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundlePauser } from "../pauser/bundle";
import { AwsCloud } from "../simulator/cloud/aws/aws";
import { serveAws } from "../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../simulator/cloud/clock";
import { Cluster } from "../test/unit/pauser/doubles/cluster";

const PODS_PER_RELEASE = 20;
const SLOWEST_DRAIN_MILLIS = 200;
const HOLD_SECONDS = 1;
const REGION = "ap-northeast-1";
const TABLES = 100;
const LIMITS = { downtimeMillis: 250, memoryMiB: 96, bundleKiB: 512 };

type Variables = Record<string, string>;

interface Figures {
  downtimeMillis: number;
  memoryMiB: number;
}

async function measure(
  node: string,
  program: string,
  backups?: { settings: object; env: Variables },
): Promise<Figures> {
  const cluster = await Cluster.start();
  try {
    await cluster.install({
      namespace: "scalar",
      name: "scalardb",
      product: "scalardb-cluster",
      pods: PODS_PER_RELEASE,
    });
    await cluster.install({ namespace: "ledgers", name: "ledger", product: "ledger", pods: PODS_PER_RELEASE });
    await cluster.install({ namespace: "auditors", name: "auditor", product: "auditor", pods: PODS_PER_RELEASE });
    const pods = [...cluster.pods.values()];
    for (const pod of pods) pod.faults = { drainMillis: SLOWEST_DRAIN_MILLIS * Math.random() };
    const slowestDrain = Math.max(...pods.map(({ faults }) => faults.drainMillis ?? 0));

    const settings = { holdSeconds: HOLD_SECONDS, maxDrainSeconds: 5, apiDeadlineSeconds: 10, ...backups?.settings };
    const env = cluster.processEnvironment(settings, backups?.env);
    const child = spawn(node, [program], { env, stdio: ["ignore", "ignore", "inherit"] });
    let memoryKiB = 0;
    const sampling = setInterval(async () => {
      memoryKiB = Math.max(memoryKiB, await residentKiB(child.pid as number));
    }, 200);
    const code = await new Promise((resolve) => child.on("exit", resolve));
    clearInterval(sampling);
    if (code !== 0 || cluster.falseWindows.length > 0) throw new Error(`the pauser ended with ${code}`);

    const pausedAt = pods.map(({ log }) => log.find(({ paused }) => paused)?.at as number);
    const unpausedAt = pods.map(({ log }) => log.at(-1)?.at as number);
    // The first pod is paused as soon as it has drained: the slowest drain counts from when Pause was asked for.
    const paused = Math.max(...unpausedAt) - Math.min(...pausedAt);
    const shortestDrain = Math.min(...pods.map(({ faults }) => faults.drainMillis ?? 0));
    return {
      downtimeMillis: paused - (slowestDrain - shortestDrain) - HOLD_SECONDS * 1000,
      memoryMiB: memoryKiB / 1024,
    };
  } finally {
    await cluster.stop();
  }
}

/** The pauser that makes backups, with tables to make them of. */
async function measureBackups(node: string, program: string): Promise<Figures> {
  const aws = new AwsCloud(new SimulatedClock(), 1);
  for (let table = 0; table < TABLES; table++)
    aws.dynamodb.region(REGION).createTable({
      TableName: `ledger.t${table}`,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    });
  const endpoint = await serveAws(aws);
  try {
    const database = {
      name: "ledger",
      region: REGION,
      tables: [],
      prefixes: ["ledger."],
      everyDays: 7,
      deleteAfter: 400,
    };
    const windowBackups = { namePrefix: "bench", databases: [database], marginSeconds: HOLD_SECONDS };
    const env = { AWS_ENDPOINT_URL: endpoint.url, AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" };
    const figures = await measure(node, program, { settings: { windowBackups }, env });
    const made = aws.dynamodb.region(REGION).backups.list().length;
    if (made !== TABLES) throw new Error(`${made} backups were made of ${TABLES} tables`);
    return figures;
  } finally {
    await endpoint.close();
  }
}

/** The most that it has held so far. Where there is no /proc, `ps` is asked what it holds now, which disturbs the measurement. */
async function residentKiB(pid: number): Promise<number> {
  try {
    if (process.platform !== "linux")
      return Number((await promisify(execFile)("ps", ["-o", "rss=", "-p", `${pid}`])).stdout);
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    // It has just ended.
    return 0;
  }
}

async function main(runs: number, node: string): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), "pauser-bench-"));
  try {
    const started = performance.now();
    const bundle = bundlePauser();
    const bundled = performance.now() - started;
    const program = join(directory, "pauser.cjs");
    writeFileSync(program, bundle);
    const figures: Figures[] = [];
    for (let run = 0; run < runs; run++) figures.push(await measure(node, program));
    const worst = (key: keyof Figures) => Math.max(...figures.map((figure) => figure[key]));
    const downtimes = figures.map(({ downtimeMillis }) => downtimeMillis).sort((a, b) => a - b);
    const median = downtimes[Math.floor(runs / 2)] as number;
    const withBackups = bundlePauser("pauser-with-window-backups");
    writeFileSync(program, withBackups);
    const { memoryMiB: memoryWithBackups } = await measureBackups(node, program);
    const { stdout: version } = await promisify(execFile)(node, ["--version"]);
    const bundleKiB = Buffer.byteLength(bundle) / 1024;
    const lines: [what: string, value: number, limit: number, unit: string][] = [
      ["paused beyond slowest drain and hold", worst("downtimeMillis"), LIMITS.downtimeMillis, "ms"],
      ["memory", worst("memoryMiB"), LIMITS.memoryMiB, "MiB"],
      ["bundle", bundleKiB, LIMITS.bundleKiB, "KiB"],
      [`memory, with backups of ${TABLES} tables`, memoryWithBackups, LIMITS.memoryMiB, "MiB"],
      ["bundle, with backups", Buffer.byteLength(withBackups) / 1024, LIMITS.bundleKiB, "KiB"],
    ];
    console.log(
      `3 releases, ${3 * PODS_PER_RELEASE} pods, Node ${version.trim()}, load ${loadavg()[0]?.toFixed(1)}, worst of ${runs} runs:`,
    );
    for (const [what, value, limit, unit] of lines) {
      console.log(`${what.padEnd(40)} ${value.toFixed(0).padStart(5)} ${unit.padEnd(4)} (limit ${limit})`);
    }
    console.log(`${"median of the first".padEnd(40)} ${median.toFixed(0).padStart(5)} ms`);
    console.log(`${"bundling takes".padEnd(40)} ${bundled.toFixed(0).padStart(5)} ms`);
    return lines.every(([, value, limit]) => value < limit);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

main(Number(process.argv[2] ?? 5), process.argv[3] ?? process.execPath).then((within) => process.exit(within ? 0 : 1));
