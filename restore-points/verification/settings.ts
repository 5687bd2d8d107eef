const CONSENSUS_COMMIT = "scalar.db.consensus_commit";

/** Settings of ScalarDB with which the coordinator does not show every commit. */
const HIDING = [
  {
    key: `${CONSENSUS_COMMIT}.one_phase_commit.enabled`,
    because:
      "transactions that commit in one phase leave no row in the coordinator, so comparing it does not show them",
    shownByScan: false,
  },
  {
    key: `${CONSENSUS_COMMIT}.coordinator.write_set_logging.enabled`,
    because:
      "finishTransaction can remove the rows of new commits from the coordinator, so comparing it does not show them",
    shownByScan: true,
  },
] as const;

/**
 * Why copies cannot be proven by their coordinator, as sentences; none with ScalarDB's defaults. Measured on real ScalarDB: with
 * either setting, two equal copies of the coordinator can enclose data that is inconsistent.
 *
 * @param whose the subject of the sentences: `the properties of scalar/ledger`
 * @param setting the value of one of ScalarDB's properties
 */
export function settingsProblems(
  whose: string,
  setting: (key: string) => string | undefined,
  scanned: boolean,
): string[] {
  return HIDING.flatMap(({ key, because, shownByScan }) => {
    // As Java's Boolean.parseBoolean.
    const isSet = setting(key)?.trim().toLowerCase() === "true";
    return isSet && !(scanned && shownByScan) ? [`${whose} have ${key}=true: ${because}`] : [];
  });
}
