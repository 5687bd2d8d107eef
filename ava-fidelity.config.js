/** `npm run test:fidelity`: the simulated provider against the real one. Not a part of `npm test`. */
module.exports = {
  files: ["test-fidelity/**/*.test.ts"],
  extensions: { ts: "commonjs" },
  nodeArguments: ["--require=./register.cjs", "--enable-source-maps"],
  timeout: "15m",
};
