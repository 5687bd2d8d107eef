import { CONTEXT } from "../../simulator/cloud/kubernetes/cluster";

/** The pause of every set that needs one; held as short as is allowed with some room, so that a rehearsal is short too. */
const PAUSE = {
  schedule: "0 3 * * *",
  timeZone: "Asia/Tokyo",
  holdSeconds: 6,
  releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
};

/** The stack's configuration of a set that is paused: which cluster, and when. */
export const PAUSED = { "kubernetes:context": CONTEXT, "scalar-backup:pause": PAUSE };
