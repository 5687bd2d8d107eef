// The tests that need a Pulumi CLI: `npm run test:engine`.
module.exports = {
  ...require("./ava.config.js"),
  files: ["test-engine/**/*.test.ts"],
  timeout: "10m",
};
