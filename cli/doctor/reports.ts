import type { PauseScheduleArgs } from "../../components/pause/args";
import { channelsOf } from "../../components/pause/notify";
import { readData } from "../../operations/kubernetes/pause-runs";
import type { ClusterReader } from "../../operations/kubernetes/reader";
import { NOTIFICATIONS_KEY, notificationProblems, readNotifications } from "../../restore-points/notifications";
import { type Finding, ok, problem, warning } from "./finding";
import { RECORD_NAME } from "./situation";

/** Whether somebody hears of a run that fails, and of runs that stop. None if the configuration has no `pause.notify`. */
export async function reportFindings(
  reader: ClusterReader,
  { notify }: PauseScheduleArgs,
  namespace: string,
): Promise<Omit<Finding, "check">[]> {
  const channels = channelsOf(notify);
  if (channels.length === 0) return [];
  const text = (await readData(reader, namespace, RECORD_NAME))[NOTIFICATIONS_KEY];
  const { notifications } = readNotifications(text);
  const problems = notificationProblems(text, channels);
  const accepted = channels.map((channel) => {
    const at = notifications[channel]?.acceptedAt;
    return `${channel} ${at === undefined ? "has not been needed yet" : `accepted one at ${at}`}`;
  });
  return [
    ...problems.map((each) =>
      problem(each, "correct it in the configuration or at the receiver; the unpauser tries again every five minutes"),
    ),
    ...(problems.length === 0 ? [ok(`reports of the pauser arrive: ${accepted.join(", ")}`)] : []),
    ...(channels.length === 1 && channels[0] === "webhook"
      ? [
          warning(
            "pause.notify has only a webhook, which says nothing when no run starts at all",
            "add pause.notify.heartbeat, or alert on silence with docs/pause-freshness.yaml",
          ),
        ]
      : []),
  ];
}
