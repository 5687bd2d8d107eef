module.exports = {
  files: ["test/**/*.test.ts"],
  extensions: { ts: "commonjs" },
  nodeArguments: ["--require=./register.cjs", "--enable-source-maps"],
  timeout: "60s",
};
