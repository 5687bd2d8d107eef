import { CONTEXT } from "../../simulator/cloud/kubernetes/cluster";

/** The pause of every set that needs one; its hold is the default. */
const PAUSE = {
  schedule: "0 3 * * *",
  timeZone: "Asia/Tokyo",
  releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
};

/** The stack's configuration of a paused set: the cluster and the schedule. */
export const PAUSED = { "kubernetes:context": CONTEXT, "scalar-backup:pause": PAUSE };
