// The simulated providers against the real one: `npm run test:fidelity`.
module.exports = {
  ...require("./ava.config.js"),
  files: ["test-fidelity/**/*.test.ts"],
  timeout: "15m",
};
