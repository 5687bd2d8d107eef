// One configuration for every suite of `test/`: `ava` runs test/unit, `ava test/engine` that suite, and a file's path the
// file with its suite's settings.
const { execFileSync } = require("node:child_process");
const { availableParallelism } = require("node:os");
const { relative, resolve, sep } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { filesOf, GROUPS } = require("./test/unit/together/groups.cjs");

// A thread for each file lives for seconds: optimizing what it runs takes longer than it saves, but for the hottest loops.
// V8 prints an error for a flag that it does not know, and since Node.js 22 it does not know this one.
const flags = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
if (/^\s*--interrupt-budget\s/m.test(flags)) setFlagsFromString("--interrupt-budget=1000000");

// What takes longest, or waits for clocks, starts first; otherwise one core waits for the other at the end.
const LONGEST_FIRST = [
  "programs/vaults/limits",
  "programs/verification",
  "programs/interrupted",
  "programs/window-backups",
  "programs/databases",
  "programs/switch-over",
  "unit/cli/doctor",
  "unit/together/switch-over-in-turn",
  "unit/together/operations-in-turn",
  "unit/config",
  "unit/components/pause/look-up",
  "unit/pauser",
];
const rank = (file) => {
  const place = LONGEST_FIRST.findIndex((start) => file.includes(`/test/${start}`));
  return place < 0 ? LONGEST_FIRST.length : place;
};
const sortTestFiles = (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1);

const SUITES = {
  unit: { files: unitFiles(), timeout: "60s", sortTestFiles },
  /** Plays the whole program on the simulated clouds and the embedded engine, and starts processes that load the whole SDK. */
  programs: { files: ["test/programs/**/*.test.ts"], timeout: "60s", sortTestFiles },
  /** Needs a Pulumi CLI. */
  engine: { files: ["test/engine/**/*.test.ts"], timeout: "10m" },
  /** Packs the npm package and uses it as its users do; one file at a time, because the first one packs it for all. */
  package: { files: ["test/package/**/*.test.ts"], timeout: "10m", concurrency: 1 },
  /** Needs Go: a real Kubernetes control plane, one at a time, built from its sources the first time. */
  cluster: { files: ["test/cluster/**/*.test.ts"], timeout: "20m", concurrency: 1, verbose: true },
  /** What really decides (the clouds' models, real providers, ScalarDB) judges the program and the simulated clouds. */
  fidelity: { files: ["test/fidelity/*.test.ts", "test/fidelity/scalardb/*.test.ts"], timeout: "15m" },
  /** Needs Java and Maven: real ScalarDB makes histories, whose cuts the rule for restores judges. */
  scalardb: { files: ["test/scalardb/*.test.ts"], timeout: "20m", concurrency: 1, verbose: true },
  /** Plays schedules of failures around the pauser, one for each seed; all cores work for one test. */
  seeds: { files: ["test/seeds/*.test.ts"], timeout: "60m", concurrency: 1, verbose: true },
  /** The tests that play the real program, operations and pauser on the simulated clouds, recorded for the judges. */
  recording: {
    files: [
      "test/fidelity/scenes/**/*.test.ts",
      "test/programs/{azure-recovery,deleted-sources,dynamodb-aurora,example-stacks,multi-az-clusters,namespace-prefix,pause-look-up,switch-over,window-backups,wrong-configuration}.test.ts",
      "test/programs/databases/{aws,azure}.test.ts",
      "test/programs/vaults/{aws,azure,opt-in,restore-from}.test.ts",
      "test/unit/components/databases/rds/deleted.test.ts",
      "test/unit/operations/{azure-databases,dynamodb,rds}.test.ts",
      "test/programs/switch-over/{azure,killed,vault-copies}.test.ts",
      "test/unit/operations/switch-over/{abort,dynamodb,obstacles,rds}.test.ts",
      "test/unit/pauser/window-backups.test.ts",
      "test/unit/simulator/cloud/aws/{dynamodb-recreated,rds-neighbours,rds-rename}.test.ts",
    ],
    timeout: "60s",
    require: ["./test/fidelity/record.ts"],
  },
};

/** The whole suite runs many files together; those that the command names run by themselves. */
function unitFiles() {
  const all = "test/unit/**/*.test.ts";
  const named = process.argv.slice(2).some((argument) => argument.includes("test/") || argument.endsWith(".test.ts"));
  if (named) return [all];
  return [all, ...Object.keys(GROUPS).flatMap((group) => filesOf(group).map((file) => `!test/unit/${file}`))];
}

/** `SUITE`, or else the suite of the first path under `test/` among the command's arguments. */
function suiteName() {
  if (process.env.SUITE) return process.env.SUITE;
  const suites = process.argv.slice(2).map((argument) => {
    const [test, suite] = relative(__dirname, resolve(argument)).split(sep);
    return test === "test" ? suite : undefined;
  });
  return suites.find((suite) => suite in SUITES) ?? "unit";
}

const name = suiteName();
if (!(name in SUITES))
  throw new Error(`SUITE: "${name}" is no suite: expected one of ${Object.keys(SUITES).join(", ")}`);

module.exports = {
  extensions: { ts: "commonjs" },
  environmentVariables: {
    // No test may read a cluster of the user's; simulated ones have a kubeconfig of their own.
    KUBECONFIG: "/no-kubeconfig-in-tests",
    // The program does not mute AWS's warning on Node.js 20; tests compare what processes print on each version.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  },
  nodeArguments: ["--require=./register/index.cjs", "--enable-source-maps"],
  // One more than there are cores: some tests wait for clocks.
  concurrency: availableParallelism() + 1,
  ...SUITES[name],
};
