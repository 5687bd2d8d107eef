// As many resources as the program that is measured declares, in JavaScript, of one type that is imported without its SDK's index:
// no program on this SDK that declares them costs less.
const { Config } = require("@pulumi/pulumi");
const { Table } = require("@pulumi/aws/dynamodb/table");

const count = new Config().requireNumber("resources");
for (let index = 0; index < count; index++) {
  new Table(`t${index}`, {
    name: `ledger.t${index}`,
    billingMode: "PAY_PER_REQUEST",
    hashKey: "concatenatedPartitionKey",
    rangeKey: "concatenatedClusteringKey",
    attributes: [
      { name: "concatenatedPartitionKey", type: "B" },
      { name: "concatenatedClusteringKey", type: "B" },
    ],
    serverSideEncryption: { enabled: true },
    pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
  });
}
