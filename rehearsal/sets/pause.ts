/** The pause of every set that needs one; held as short as is allowed with some room, so that a rehearsal is short too. */
export const PAUSE = {
  schedule: "0 3 * * *",
  timeZone: "Asia/Tokyo",
  holdSeconds: 6,
  releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
};
