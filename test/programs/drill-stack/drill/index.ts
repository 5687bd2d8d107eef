import * as pulumi from "@pulumi/pulumi";
import { ScalarRestore } from "../../../../components";

const config = new pulumi.Config();
const production = new pulumi.StackReference(config.require("production"));

const drill = new ScalarRestore("drill", {
  at: config.require("at"),
  backup: {
    databases: [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
    ],
    releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
    windows: production.requireOutput("windows"),
    pauseProblems: production.requireOutput("pauseProblems"),
    ranges: production.requireOutput("ranges"),
  },
});
export const { helmValues, nextSteps } = drill;
