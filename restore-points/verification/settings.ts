const CONSENSUS_COMMIT = "scalar.db.consensus_commit";

/** Settings of ScalarDB with which the coordinator does not show every commit. */
const HIDING = [
  {
    key: `${CONSENSUS_COMMIT}.one_phase_commit.enabled`,
    because: "a transaction that writes to one partition then leaves no row in the coordinator",
    shownByScan: false,
  },
  {
    key: `${CONSENSUS_COMMIT}.coordinator.write_set_logging.enabled`,
    because:
      "finishTransaction can then remove the rows of new commits; set restore.verify.scan to check the records, too",
    shownByScan: true,
  },
] as const;

/**
 * Why the copies of a release's databases cannot be proven by their coordinator, as sentences; none if ScalarDB's defaults hold.
 * Measured on real ScalarDB: with either setting, two equal copies of the coordinator enclose data that is inconsistent.
 *
 * @param release its label, for the messages
 * @param setting the value of one of ScalarDB's properties
 */
export function settingsProblems(
  release: string,
  setting: (key: string) => string | undefined,
  scanned: boolean,
): string[] {
  return HIDING.flatMap(({ key, because, shownByScan }) => {
    // As Java's Boolean.parseBoolean.
    const isSet = setting(key)?.trim().toLowerCase() === "true";
    return isSet && !(scanned && shownByScan) ? [`${release}: ${key} is true: ${because}`] : [];
  });
}
