import type { Channel, ChannelState } from "../../restore-points/notifications";
import { ClockOffset } from "../clock";
import { KubernetesClient } from "../kubernetes";
import type { Outcome } from "../outcome";
import type { Clock, Ports } from "../ports";
import { RunRecord } from "../record";
import type { Report } from "../report";
import type { Environment } from "../settings";
import { Deadline, instant } from "../time";
import type { UnpauserOutcome } from "../unpauser";
import { dueOf, notifiedState } from "./due";
import type { EndedRun, Facts } from "./facts";
import { requestTo } from "./requests";
import { send } from "./send";
import { HURRIED_NOTIFY_SECONDS, NOTIFY_SECONDS, type NotifySettings } from "./settings";
import { type BadTarget, readTargets, type Target } from "./targets";

/** How a process of the pauser has ended. */
export type Ended = Pick<EndedRun, "end" | "reasons" | "times">;

/** What is reported of a run; nothing of wrong settings, which have no channels. */
export function endOfRun({ end, reasons, times }: Outcome): Ended | undefined {
  return end === "badSettings" ? undefined : { end, reasons, ...(times && { times }) };
}

/** Of the unpauser, what it has done is reported. A record that it cannot read says nothing about a run: the next run reports that. */
export function endOfUnpauser({ end, reasons }: UnpauserOutcome): Ended | undefined {
  if (end === "unpaused") return { end: "void", reasons };
  return end === "failedToUnpause" || end === "broken" ? { end, reasons } : undefined;
}

/**
 * The unpauser leaves a run that has just ended to that run itself; one that has ended long ago is no news.
 */
const PENDING_MILLIS = { from: 2 * 60_000, to: 24 * 3_600_000 };

/** When metrics are accepted again and again, the record says so once in this time: it may be large. */
const NOTED_MILLIS = 6 * 3_600_000;

/**
 * Reports how a run ended, and what the record says, to the channels of `pause.notify`. Called after pods are unpaused and the window is
 * recorded; it never throws, and ends within `NOTIFY_SECONDS`. What it could not deliver, the unpauser delivers later.
 * @param ended how this process ended; undefined if it is the unpauser, and had nothing to do.
 */
export async function notify(
  environment: Environment,
  ended: Ended | undefined,
  { ports, report, env }: { ports: Ports; report: Report; env: Record<string, string | undefined> },
): Promise<void> {
  const { notify: settings } = environment.settings;
  if (settings === undefined) return;
  try {
    await new Notifier(environment, settings, ports, report).reportAll(readTargets(settings, env), ended);
  } catch (error) {
    report.log(`reports could not be sent: ${error instanceof Error ? error.stack : error}`);
  }
}

class Notifier {
  private readonly clock: Clock;
  private readonly record: RunRecord;

  constructor(
    private readonly environment: Environment,
    private readonly settings: NotifySettings,
    private readonly ports: Ports,
    private readonly report: Report,
  ) {
    this.clock = ports.clock;
    this.record = new RunRecord(
      new KubernetesClient(ports.api, ports.clock, new ClockOffset()),
      ports.clock,
      environment.settings,
    );
  }

  async reportAll(targets: (Target | BadTarget)[], ended: Ended | undefined): Promise<void> {
    const seconds = ended?.end === "failedToUnpause" ? HURRIED_NOTIFY_SECONDS : NOTIFY_SECONDS;
    const deadline = new Deadline(this.clock, seconds.read * 1000);
    const read = await within(this.clock, seconds.read, this.record.reportable(deadline));
    if (read === undefined && ended === undefined) {
      this.report.log("the record could not be read, so nothing is reported");
      return;
    }
    const now = this.clock.now();
    const run = ended === undefined ? pending(read?.lastRun, now) : this.ownRun(ended, read?.lastRun);
    const { namespace } = this.environment.settings.record;
    const facts: Facts = {
      source: { ...this.settings, cluster: this.environment.settings.cluster, namespace },
      now,
      // Metrics are about the newest run, whether or not a channel still needs a report of it.
      run: run ?? read?.lastRun,
      windows: read?.windows,
      notifications: read?.notifications ?? {},
    };
    const notifications = { ...facts.notifications };
    const step = async (channels: typeof targets) => {
      const known = { ...facts, notifications: { ...notifications } };
      await Promise.all(
        channels.map(async (target) => {
          notifications[target.channel] = await this.reportTo(target, known, run, seconds.send);
        }),
      );
    };
    const hurried = seconds === HURRIED_NOTIFY_SECONDS;
    const last = targets.filter(({ channel }) => channel === "webhook" && !hurried);
    await step(targets.filter((target) => !last.includes(target)));
    await step(last);
    const states = targets.map(({ channel }) => [channel, notifications[channel] ?? {}] as const);
    const changed = Object.fromEntries(
      states.filter(([channel, state]) => isNews(facts.notifications[channel], state)),
    );
    // Without knowing what is in the record, do not replace it: something may be reported twice.
    if (read === undefined || Object.keys(changed).length === 0) return;
    const written = await within(
      this.clock,
      seconds.write,
      this.record.noteNotifications(changed, new Deadline(this.clock, seconds.write * 1000)),
    );
    if (written === undefined) this.report.log("what was reported could not be recorded: some of it may be sent again");
  }

  private async reportTo(
    target: Target | BadTarget,
    facts: Facts,
    run: EndedRun | undefined,
    seconds: number,
  ): Promise<ChannelState> {
    const { channel } = target;
    const state = facts.notifications[channel] ?? {};
    const due = dueOf(channel, state, { run, when: this.settings.when, now: facts.now });
    if ("problem" in target) return this.failed(channel, state, target.problem);
    if (due === undefined) return state;
    if (due === "skip") return notifiedState(channel, state, { run, sentAt: undefined });
    const { caCertificate: ca } = this.settings;
    const request = { ...requestTo(target, facts, run, Object.keys(this.settings.channels)), ca };
    const problem = await send(target, request, { clock: this.clock, web: this.ports.web, millis: seconds * 1000 });
    if (problem !== undefined) return this.failed(channel, state, problem);
    if (state.failing) this.report.log(`pause.notify.${channel} accepts reports again`);
    return notifiedState(channel, state, { run, sentAt: instant(this.clock.now()) });
  }

  private failed(channel: Channel, state: ChannelState, problem: string): ChannelState {
    this.report.log(`THE REPORT TO pause.notify.${channel} FAILED: ${problem}`);
    return { ...state, failing: { since: state.failing?.since ?? instant(this.clock.now()), problem } };
  }

  /** This process's own end, as the record has it if it could be written: with all reasons, of which the record may have left some out. */
  private ownRun({ end, reasons, times }: Ended, recorded: EndedRun | undefined): EndedRun {
    const { jobName, pod } = this.environment;
    const now = instant(this.clock.now());
    if (recorded?.end === end && recorded.reasons[0] === reasons[0]) return { ...recorded, reasons };
    const job = jobName ?? pod?.name ?? "outside a cluster";
    return { job, startedAt: now, endedAt: now, end, reasons, ...(times && { times }) };
  }
}

/** A run whose report may be missing: it was killed before it reported, or a channel did not accept the report. */
function pending(run: EndedRun | undefined, now: number): EndedRun | undefined {
  if (run === undefined) return undefined;
  const age = now - Date.parse(run.endedAt);
  return age >= PENDING_MILLIS.from && age <= PENDING_MILLIS.to ? run : undefined;
}

/** Whether a state is worth a write: most are those of five minutes ago, with another instant. */
function isNews(before: ChannelState | undefined, after: ChannelState): boolean {
  const { acceptedAt: was, ...rest } = before ?? {};
  const { acceptedAt: is, ...left } = after;
  if (JSON.stringify(sorted(rest)) !== JSON.stringify(sorted(left))) return true;
  return is !== was && (was === undefined || Date.parse(is ?? was) - Date.parse(was) >= NOTED_MILLIS);
}

function sorted(state: ChannelState) {
  return [state.run, state.failing?.since, state.failing?.problem, state.alarm?.job, state.alarm?.end, state.alarm?.at];
}

/** @returns undefined if it fails or takes longer */
async function within<T>(clock: Clock, seconds: number, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  const late = clock.sleep(seconds * 1000, over.signal).then(() => undefined);
  try {
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    over.abort();
  }
}
