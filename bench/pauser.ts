/**
 * What the pauser costs: how long pods are paused beyond the slowest drain and the hold, its memory, its bundle's size.
 * By the pods' own logs, with 60 pods of 3 releases on loopback, and the pauser in a process of its own as it ships.
 *
 *     npm run bench:pauser -- [runs] [the Node.js that the pauser runs on]
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundlePauser } from "../pauser/bundle";
import { Cluster } from "../test/pauser/doubles/cluster";

const PODS_PER_RELEASE = 20;
const SLOWEST_DRAIN_MILLIS = 200;
const HOLD_SECONDS = 1;
const LIMITS = { downtimeMillis: 250, memoryMiB: 96, bundleKiB: 512 };

interface Figures {
  downtimeMillis: number;
  memoryMiB: number;
}

async function measure(node: string, program: string): Promise<Figures> {
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

    const env = cluster.processEnvironment({ holdSeconds: HOLD_SECONDS, maxDrainSeconds: 5, apiDeadlineSeconds: 10 });
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
    const { stdout: version } = await promisify(execFile)(node, ["--version"]);
    const bundleKiB = Buffer.byteLength(bundle) / 1024;
    const lines: [what: string, value: number, limit: number, unit: string][] = [
      ["paused beyond slowest drain and hold", worst("downtimeMillis"), LIMITS.downtimeMillis, "ms"],
      ["memory", worst("memoryMiB"), LIMITS.memoryMiB, "MiB"],
      ["bundle", bundleKiB, LIMITS.bundleKiB, "KiB"],
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
