import { counted } from "../../restore-points/counted";
import { formatInstant } from "../../restore-points/instant";
import { CHANNELS } from "../../restore-points/notifications";
import { type EndedRun, exitCodeOf, type Facts, hasSucceeded, middleOf, newestWindow } from "./facts";

/** Slack cuts long texts off; it recommends at most 4000 characters. https://docs.slack.dev/reference/methods/chat.postMessage#truncating */
const MAX_CHARACTERS = 3500;
const MAX_REASONS = 5;
const MAX_REASON_CHARACTERS = 400;

interface Ending {
  title: string;
  /** What to do. */
  action: string;
}

const RETRIED =
  "Kubernetes tries a failed run again, up to three times; a success after this failure is reported, too.";

/** Each end as a person wants to read it in the night. */
const ENDINGS: Record<EndedRun["end"], Ending> = {
  recorded: { title: "a pause window was recorded", action: "Nothing has to be done." },
  void: {
    title: "no pause window was recorded",
    action: `All pods are unpaused. ${RETRIED} If no success follows, correct what the reasons name, and start a run by hand.`,
  },
  failedToPause: {
    title: "pods could not be paused, and no pause window was recorded",
    action: `All pods are unpaused again. ${RETRIED} If no success follows, check the pods that the reasons name; if one does not drain in time, raise pause.maxDrainSeconds or pause when there is less traffic.`,
  },
  failedToUnpause: {
    title: "PODS MAY STILL BE PAUSED",
    action:
      "Act now: a paused pod serves no requests. Run the command that the reasons give for each pod: the new pod starts unpaused. The next try and the unpauser, every five minutes, try as well.",
  },
  notRecorded: {
    title: "the record of pause windows cannot be read or written",
    action: `All pods are unpaused. ${RETRIED} Check the Kubernetes API server, and whether the ConfigMap exists; "pulumi up" creates it. The Job's log has a window that was valid and could not be recorded.`,
  },
  busy: {
    title: "another run was working on the releases, so no pause window was recorded",
    action: `Nothing was changed. ${RETRIED} If it happens again, let schedules for one release run at different times.`,
  },
  backupsFailed: {
    title: "a pause window was recorded, but without the backups that were due",
    action:
      "The window can be restored to by point-in-time recovery. Correct what the reasons name: the next run makes the backups.",
  },
  broken: {
    title: "the pauser failed by an internal error, and no pause window was recorded",
    action: `All pods are unpaused. ${RETRIED} Report the error with the Job's log to the maintainers.`,
  },
};

/** A message about a run, in the format of Slack's incoming webhooks, which Mattermost, Rocket.Chat and Discord's `/slack` accept, too. */
export function webhookBody(facts: Facts, run: EndedRun): string {
  return JSON.stringify({ text: messageText(facts, run) });
}

export function messageText(facts: Facts, run: EndedRun): string {
  const { stack, schedule, cluster, namespace } = facts.source;
  const { title, action } = ENDINGS[run.end];
  const passed = hasSucceeded(run);
  const recovered = passed && facts.notifications.webhook?.alarm !== undefined;
  const symbol = passed ? ":white_check_mark:" : run.end === "failedToUnpause" ? ":rotating_light:" : ":warning:";
  const head = `${symbol} *${escaped(schedule)} (stack ${escaped(stack)}, cluster ${escaped(cluster)}): ${recovered ? "recovered: " : ""}${title}*`;
  const tail = [
    windowLine(facts),
    ...(passed ? [] : [action]),
    ...otherChannels(facts),
    ...(passed ? [] : [`Log: \`kubectl --namespace ${namespace} logs job/${escaped(run.job)}\``]),
    ...(passed ? [] : [`Everything at once: \`npx scalar-backup doctor Pulumi.${escaped(stack)}.yaml\``]),
  ];
  const ended = `Job ${namespace}/${escaped(run.job)} ended at ${seconds(run.endedAt)} with "${run.end}" (exit code ${exitCodeOf(run)}).`;
  const room = MAX_CHARACTERS - [head, ended, ...tail].join("\n").length;
  return [head, ended, ...reasonLines(run.reasons, room), ...tail].join("\n");
}

function reasonLines(reasons: readonly string[], room: number): string[] {
  const lines: string[] = [];
  let left = room;
  for (const reason of reasons.slice(0, MAX_REASONS)) {
    const line = `• ${escaped(shortened(reason))}`;
    left -= line.length + 1;
    // Room for the line that counts the others.
    if (left < 60) break;
    lines.push(line);
  }
  const omitted = reasons.length - lines.length;
  if (omitted > 0) lines.push(`• and ${counted(omitted, "more reason")} in the log`);
  return lines;
}

/** The stack of an internal error is for the log; of a pod that may be paused, the fix at the end is needed. */
function shortened(reason: string): string {
  const line = reason.split("\n")[0] ?? "";
  const fix = line.indexOf("; fix it with: ");
  if (line.length <= MAX_REASON_CHARACTERS) return line;
  const end = fix < 0 ? "" : line.slice(fix);
  return `${line.slice(0, MAX_REASON_CHARACTERS - Math.min(end.length, MAX_REASON_CHARACTERS))}...${end}`;
}

function windowLine({ windows, now }: Facts): string {
  if (windows === undefined) return "The recorded windows could not be read.";
  const newest = newestWindow(windows);
  if (newest === undefined)
    return "No pause window is recorded: there is no instant to which all databases can be restored.";
  const middle = middleOf(newest);
  return `Newest pause window: ${formatInstant(middle)}, ${ageText(now - middle)} ago, ${Math.round((Date.parse(newest.unpauseStarted) - Date.parse(newest.pauseCompleted)) / 1000)} s long.`;
}

/** A channel that fails cannot report itself. */
function otherChannels({ notifications }: Facts): string[] {
  return CHANNELS.filter((channel) => channel !== "webhook").flatMap((channel) => {
    const failing = notifications[channel]?.failing;
    return failing === undefined
      ? []
      : [
          `:warning: pause.notify.${channel} accepts no reports since ${seconds(failing.since)}: ${escaped(failing.problem)}`,
        ];
  });
}

/** `25 h`, `3 days`. */
function ageText(millis: number): string {
  const minutes = Math.max(0, Math.floor(millis / 60_000));
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours > 0 ? `${hours} h` : `${minutes} min`;
}

const seconds = (instant: string): string => instant.replace(/\.\d+Z$/, "Z");

/**
 * A pod's error message must not mention a whole channel, or a person. Slack reads `<!channel>` as a mention, and escapes these three
 * characters: https://docs.slack.dev/messaging/formatting-message-text#escaping. Mattermost and Discord read a plain `@channel`,
 * `@here` or `@everyone`, and have no escape for it: a space without a width ends the name before it begins.
 */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("@", "@\u200b");
}
