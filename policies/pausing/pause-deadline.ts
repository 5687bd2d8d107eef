import { resourcePolicy, setAt } from "../resource-policy";
import { numberAt, plainValue, UNKNOWN, type Value } from "../values";
import { isCronJob, pauseJobOf } from "./pause-job";

interface Settings {
  slackSeconds: number;
}

const DEADLINE_PATH = "spec.jobTemplate.spec.activeDeadlineSeconds";

export const pauseDeadline = resourcePolicy<Settings>({
  name: "pause-deadline",
  description:
    "Checks whether the Job that pauses Scalar's pods has more time than draining and holding them may take.",
  looksAt: "kubernetes.batch.v1.CronJob that pauses",
  severity: "high",
  settings: {
    slackSeconds: {
      type: "integer",
      minimum: 1,
      default: 30,
      description: "Seconds beyond drain and hold, for starting the pod and for unpausing.",
    },
  },
  appliesTo: isCronJob,
  problems({ props }, { slackSeconds }) {
    const least = leastDeadline(props, slackSeconds);
    const deadline = numberAt(props, DEADLINE_PATH);
    // Without a deadline, a hanging run blocks all later ones, because runs must not overlap.
    if (least === undefined || deadline === UNKNOWN || (deadline !== undefined && deadline >= least)) return [];
    return [
      `the Job's deadline is ${deadline === undefined ? "not set" : `${deadline} s`}, and a run may take ${least - slackSeconds} s to drain and hold: set ${DEADLINE_PATH} to ${least} or more`,
    ];
  },
  fix(props, { slackSeconds }) {
    const least = leastDeadline(plainValue(props), slackSeconds);
    setAt(props, DEADLINE_PATH, least);
  },
});

function leastDeadline(cronJob: Value, slackSeconds: number): number | undefined {
  const pause = pauseJobOf(cronJob)?.longestPauseSeconds;
  return pause === undefined ? undefined : pause + slackSeconds;
}
