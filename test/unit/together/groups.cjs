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
  "simulated-aws": ["simulator/cloud/aws"],
  "simulated-clouds": ["simulator/cloud/azure", "simulator/cloud/kubernetes"],
  simulator: ["simulator/engine", "simulator/providers"],
};

/**
 * Signs of what a file would share with others of its thread: hooks, an order of tests, the process, the SDK's mocks, and time
 * that passes while others work.
 */
const NEEDS_A_THREAD =
  /\btest\.(serial|before|after)|\bprocess\.(env|chdir|exit|on|once|stdout|stderr)\b|\bsetMocks\b|\bset(Timeout|Immediate)\b|\b(delay|sleep)\(|\btimers\/promises\b/;

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
