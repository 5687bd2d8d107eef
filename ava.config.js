const { execFileSync } = require("node:child_process");
const { availableParallelism } = require("node:os");
const { setFlagsFromString } = require("node:v8");

// A thread for each file lives for seconds: optimizing what it runs takes longer than it saves, but for the hottest loops.
// V8 prints an error for a flag that it does not know, and since Node.js 22 it does not know this one.
const flags = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
if (/^\s*--interrupt-budget\s/m.test(flags)) setFlagsFromString("--interrupt-budget=1000000");

// What plays whole programs, or waits for clocks: begun last, it would keep one core waiting for the other.
const LONGEST_FIRST = ["components/databases", "components/vaults", "program", "policies/example-stacks", "pauser"];
const rank = (file) => {
  const place = LONGEST_FIRST.findIndex((room) => file.includes(`/test/${room}`));
  return place < 0 ? LONGEST_FIRST.length : place;
};

module.exports = {
  files: ["test/**/*.test.ts"],
  extensions: { ts: "commonjs" },
  // No test may read a cluster of the user's; simulated ones have a kubeconfig of their own.
  environmentVariables: { KUBECONFIG: "/no-kubeconfig-in-tests" },
  nodeArguments: ["--require=./register.cjs", "--enable-source-maps"],
  // One more than there are cores: some tests wait for clocks.
  concurrency: availableParallelism() + 1,
  timeout: "60s",
  sortTestFiles: (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
};
