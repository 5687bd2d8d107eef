// What really decides (the clouds' models, real providers, ScalarDB), as a judge of the program and of the simulated clouds: `npm run test:fidelity`.
module.exports = {
  ...require("./ava.config.js"),
  files: ["test-fidelity/*.test.ts", "test-fidelity/scalardb/*.test.ts"],
  timeout: "15m",
};
