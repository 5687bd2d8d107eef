/** The program of README's section "As a library", with the outputs that a drill in a stack of its own reads. */
import { ScalarBackup } from "../../../../components";

const backup = new ScalarBackup("scalar", {
  databases: [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  pause: {
    schedule: "0 3 * * *",
    timeZone: "Asia/Tokyo",
    releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
  },
});
export const restorePoints = backup.restorePoints;
export const { windows, pauseProblems, ranges } = backup.set;
