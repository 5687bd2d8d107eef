import { suspendedProblem } from "../../restore-points/rules/pausing";
import { resourcePolicy, setAt } from "../resource-policy";
import { booleanAt } from "../values";
import { isCronJob, pauseJobOf } from "./pause-job";

export const pauseNotSuspended = resourcePolicy({
  name: "pause-not-suspended",
  description:
    "Checks whether a CronJob that pauses Scalar's pods is not suspended: otherwise there are no new restore points.",
  looksAt: "kubernetes.batch.v1.CronJob that pauses",
  severity: "high",
  settings: {},
  appliesTo: isCronJob,
  problems({ props }) {
    if (booleanAt(props, "spec.suspend") !== true || pauseJobOf(props) === undefined) return [];
    return [suspendedProblem("spec.suspend")];
  },
  fix(props) {
    setAt(props, "spec.suspend", false);
  },
});
