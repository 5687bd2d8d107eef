// Which files of test/unit run together, in one thread. A thread costs 0.25 s of CPU before its first test, mostly for AVA's
// own modules, and loads again what the files of a room have in common.
const { readdirSync, readFileSync } = require("node:fs");
const { join, sep } = require("node:path");

const UNIT = join(__dirname, "..");

/** The folders of test/unit in each group; about as much work in each. A file of this folder runs each group. */
const GROUPS = {
  components: ["components", "plugin"],
  policies: ["policies", "checks", "rehearsal"],
  "restore-points": ["restore-points"],
  "simulated-clouds": ["simulator/cloud"],
  simulator: ["simulator/engine", "simulator/providers"],
};

/**
 * Signs of what a file would share with others of its thread: hooks, an order of tests, the process, the SDK's mocks, and time:
 * the clouds' clocks run in real time, so a request that waits for other tests' work may find another state.
 */
const NEEDS_A_THREAD = new RegExp(
  [
    String.raw`\btest\.(serial|before|after)`,
    String.raw`\bprocess\.(env|chdir|exit|on|once|stdout|stderr)\b`,
    String.raw`\bsetMocks\b`,
    String.raw`\bset(Timeout|Immediate)\b|\b(delay|sleep)\(|\btimers/promises\b`,
    String.raw`\b(serveAws|serveAzure|SimulatedCloud|startCluster|KubernetesCluster|createServer|fetch)\b|@aws-sdk/client`,
  ].join("|"),
);

/** The paths of a group's files within test/unit, with slashes. */
function filesOf(group) {
  return GROUPS[group]
    .flatMap((folder) =>
      readdirSync(join(UNIT, folder), { recursive: true }).map((name) => `${folder}/${name.replaceAll(sep, "/")}`),
    )
    .filter((file) => file.endsWith(".test.ts") && !NEEDS_A_THREAD.test(readFileSync(join(UNIT, file), "utf8")))
    .sort();
}

module.exports = { UNIT, GROUPS, filesOf };
