/*
 * A thread that watches how much memory a program takes: the peak, over the samples, of the resident memory of all
 * processes of its tree. The tree begins with the SDK's runner, wherever it is among this process's descendants; engines
 * and language hosts above it do not count. It reads /proc, which costs far less than `ps` does.
 */
const { readdirSync, readFileSync } = require("node:fs");
const { parentPort } = require("node:worker_threads");

const SAMPLE_MILLIS = 20;
/** Who belongs to the tree is looked up less often: that reads about every process of the machine. */
const SEARCH_MILLIS = 100;
const RUNNER = /@pulumi\/pulumi\/cmd\/run(\/index\.js)?(\0|$)/;

let runner;
let tree = [];
let peakKiB = 0;

function search() {
  const childrenOf = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    // The command's name, in brackets, may hold anything; state and parent follow it.
    const parent = Number(read(pid, "stat").split(") ").at(-1)?.split(" ")[1]);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(pid)]);
  }
  const below = (pid) => (childrenOf.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  runner = below(process.pid).find((pid) => RUNNER.test(read(pid, "cmdline")));
  tree = runner === undefined ? [] : [runner, ...below(runner)];
}

function sample() {
  const resident = tree.reduce((sum, pid) => sum + kibibytes(pid, "VmRSS"), 0);
  // What the kernel has noted of the runner itself is its peak even between two samples.
  peakKiB = Math.max(peakKiB, resident, runner === undefined ? 0 : kibibytes(runner, "VmHWM"));
}

function kibibytes(pid, key) {
  return Number(new RegExp(`^${key}:\\s*(\\d+) kB`, "m").exec(read(pid, "status"))?.[1] ?? 0);
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It has just ended.
    return "";
  }
}

setInterval(search, SEARCH_MILLIS);
setInterval(sample, SAMPLE_MILLIS);
parentPort.on("message", () => {
  parentPort.postMessage(peakKiB);
  runner = undefined;
  tree = [];
  peakKiB = 0;
});
