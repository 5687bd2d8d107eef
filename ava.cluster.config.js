// `npm run test:cluster`: against a real Kubernetes control plane, which is built from its sources the first time.
module.exports = {
  files: ["test-cluster/**/*.test.ts"],
  extensions: { ts: "commonjs" },
  // No test may read a cluster of the user's; simulated ones have a kubeconfig of their own.
  environmentVariables: { KUBECONFIG: "/no-kubeconfig-in-tests" },
  nodeArguments: ["--require=./register.cjs", "--enable-source-maps"],
  timeout: "20m",
  // One control plane at a time, and one build of it.
  concurrency: 1,
  verbose: true,
};
