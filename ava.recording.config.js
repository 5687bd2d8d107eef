// The tests that play the real program, operations and pauser on the simulated clouds, recorded for `npm run test:fidelity`.
module.exports = {
  ...require("./ava.config.js"),
  files: [
    "test-fidelity/scenes/**/*.test.ts",
    "test/program/{azure-recovery,deleted-sources,dynamodb-aurora,pause-look-up,window-backups,wrong-configuration}.test.ts",
    "test/components/databases/{aws,azure,rds/deleted}.test.ts",
    "test/components/vaults/{aws,azure,opt-in,restore-from}.test.ts",
    "test/operations/{azure-databases,dynamodb,rds}.test.ts",
    "test/pauser/window-backups.test.ts",
    "test/policies/example-stacks.test.ts",
  ],
  require: ["./test-fidelity/record.ts"],
};
