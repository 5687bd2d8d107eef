import { resourcePolicy, setAt } from "../resource-policy";
import { stringAt, UNKNOWN } from "../values";
import { isCronJob, pauseJobOf } from "./pause-job";

export const pauseForbidsConcurrency = resourcePolicy({
  name: "pause-forbids-concurrency",
  description:
    "Checks whether runs of a CronJob that pauses Scalar's pods never overlap: one run would unpause pods that another one holds.",
  looksAt: "kubernetes.batch.v1.CronJob that pauses",
  severity: "critical",
  settings: {},
  appliesTo: isCronJob,
  problems({ props }) {
    const policy = stringAt(props, "spec.concurrencyPolicy");
    if (policy === "Forbid" || policy === UNKNOWN || pauseJobOf(props) === undefined) return [];
    return [`concurrencyPolicy is ${policy ?? "Allow by default"}: set spec.concurrencyPolicy to "Forbid"`];
  },
  fix(props) {
    setAt(props, "spec.concurrencyPolicy", "Forbid");
  },
});
