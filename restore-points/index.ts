export { checkInstant, describeProblems, type InstantCheck } from "./check";
export { formatInstant, type InstantProblem, instantMillis, parseInstant } from "./instant";
export {
  type DatabaseAtPoint,
  LISTED_POINTS,
  type RestorePoint,
  type RestorePoints,
  restorePoints,
} from "./points";
export { prune } from "./prune";
export { commonRange, type DatabaseRange, type RestorableRange, restorableRange, type UnknownRange } from "./ranges";
export { type ReadWindows, readWindowRecord, WindowRecordError, writeWindowRecord } from "./record";
export { readScalarAdminLines, withImported } from "./scalar-admin";
export type { Situation } from "./situation";
export {
  DEFAULT_CLUSTER,
  IMPORTED,
  type PausedRelease,
  type PauseWindow,
  RECORDED,
  type ReleaseName,
  releaseLabel,
  WINDOWS_KEY,
  type WindowRecord,
} from "./window";
export {
  type CommonWindow,
  type CoveredRelease,
  commonWindows,
  MARGIN_MILLIS,
  MINIMUM_WINDOW_MILLIS,
} from "./windows";
