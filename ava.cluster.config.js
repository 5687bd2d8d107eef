// `npm run test:cluster`: against a real Kubernetes control plane, which is built from its sources the first time.
module.exports = {
  files: ["test-cluster/**/*.test.ts"],
  extensions: { ts: "commonjs" },
  nodeArguments: ["--require=./register.cjs", "--enable-source-maps"],
  timeout: "20m",
  verbose: true,
};
