module.exports = {
  files: ["test/**/*.test.ts"],
  extensions: { ts: "commonjs" },
  nodeArguments: ["--import=tsx"],
  timeout: "60s",
};
