import { setTimeout as delay } from "node:timers/promises";
import type { DatabaseArgs } from "../components/databases";
import { counted } from "../restore-points/counted";
import { formatInstant, instantMillis } from "../restore-points/instant";
import type { SimulatedCloud } from "../simulator/cloud/cloud";
import type { SimulatedPod } from "../simulator/cloud/kubernetes/cluster";
import { plantWindow } from "./planted-window";
import type { CoordinatorRecord } from "./scalardb/record";
import { Workload } from "./scalardb/workload";
import type { RunningSet } from "./sets/set";
import type { Terminal } from "./terminal";
import { withoutJson } from "./text";

export const NAMESPACE = "scalar";
export const RELEASE = "scalardb-cluster";

const MINUTE = 60_000;
const SECOND = 1000;
/** When in the minute transfers start, 2 s before the pauser: late enough for a short wait, early enough to look up all pods. */
const STARTS_AT = 43 * SECOND;
/** `pause.holdSeconds` where the configuration has none; a longer window begins earlier by half of what it is longer. */
const DEFAULT_HOLD_SECONDS = 10;
/** How much faster time runs in a window that is held for backups. */
const PACE_OF_LONG_WINDOWS = 20;
/** Transfers through one pod around a whole minute, for longer than a window. */
const MISSED = { startsAt: 44 * SECOND, pace: 10, millis: 3500 };

/** A recorded pause window. RFC 3339, UTC, milliseconds. */
export interface Window {
  start: string;
  end: string;
}

export interface PausesOptions {
  cloud: SimulatedCloud;
  /** The stack's configuration. */
  config: Record<string, unknown>;
  terminal: Terminal;
  set: RunningSet;
  /** Determines the transfers. */
  seed: number;
  check(claim: string, holds: boolean, detail?: string): void;
}

/** The bank's customers, and runs of the pauser while they transfer amounts. */
export class Pauses {
  /** Transfers that succeeded, and tries that met a paused pod. */
  readonly transferred = { done: 0, paused: 0 };
  readonly #options: PausesOptions;

  constructor(options: PausesOptions) {
    this.#options = options;
  }

  /** Customers transfer amounts while something happens: through all pods, or only some. */
  async duringTransfers<Result>(
    happens: () => Promise<Result>,
    pods: () => SimulatedPod[] = () => this.#pods(),
  ): Promise<Result> {
    const { set, seed } = this.#options;
    const workload = Workload.start({ bank: set.bank, seed, pods });
    try {
      return await happens();
    } finally {
      const { done, paused } = await workload.stop();
      this.transferred.done += done;
      this.transferred.paused += paused;
    }
  }

  /** Transfers through one pod, for a window that it will have missed. @returns when, in epoch milliseconds */
  async missPause(): Promise<{ from: number; to: number }> {
    const { cloud, terminal } = this.#options;
    const { clock } = cloud;
    this.#until(MISSED.startsAt);
    const from = clock.now();
    const transfers = () =>
      this.duringTransfers(
        () => delay(MISSED.millis),
        () => this.#pods().slice(0, 1),
      );
    await terminal.during("transfers are running", clock.faster(MISSED.pace, transfers));
    return { from, to: clock.now() };
  }

  /** Records a window that one pod has missed. */
  plant(missed: { from: number; to: number }): Window {
    const { cloud, terminal, check } = this.#options;
    terminal.section("Planted: a window is recorded that one pod has missed");
    const { pauseCompleted: start, unpauseStarted: end } = plantWindow(cloud.kubernetes, NAMESPACE, missed);
    terminal.note(`window ${start} to ${end}; ${this.#pods()[0]?.name} went on`);
    const committed = this.#commitsIn({ start, end });
    check("transactions were committed in this window", committed > 0, `${committed}`);
    return { start, end };
  }

  #pods(): SimulatedPod[] {
    return this.#options.cloud.kubernetes.pods(NAMESPACE, RELEASE);
  }

  /** The pauser waits until a whole minute lies in the middle of its window: time passes until shortly before one. */
  untilPodStarts(): void {
    const pause = this.#options.config["scalar-backup:pause"] as { holdSeconds?: number } | undefined;
    const holdSeconds = pause?.holdSeconds ?? DEFAULT_HOLD_SECONDS;
    this.#until(STARTS_AT - ((holdSeconds - DEFAULT_HOLD_SECONDS) / 2) * SECOND);
  }

  /** Time passes until so far into a minute. */
  #until(millis: number): void {
    const { clock } = this.#options.cloud;
    clock.advance((MINUTE + millis - (clock.now() % MINUTE)) % MINUTE);
  }

  /** One run of the pauser, as the CronJob's controller would start it. */
  async pause(): Promise<Window> {
    const { terminal, check } = this.#options;
    terminal.section("CronJob runs: pause, hold, unpause");
    const { job, output, window } = await this.#runPauser();
    // Its JSON lines are for programs.
    terminal.note(withoutJson(output).join("\n"));
    check("the pauser succeeded", job.succeeded, counted(job.attempts.length, "attempt"));
    check(
      "all pods are unpaused",
      this.#pods().every((pod) => !pod.paused),
    );
    return window;
  }

  async #runPauser() {
    const { cloud, terminal } = this.#options;
    const run = () => cloud.kubernetes.runCronJob(NAMESPACE, "scalar-pause");
    // A hold for backups takes minutes: run the clock faster.
    const job = await terminal.during(
      "the pauser is running",
      this.#backsUpWindows ? cloud.clock.faster(PACE_OF_LONG_WINDOWS, run) : run(),
    );
    const output = job.attempts.map(({ stdout, stderr }) => stdout + stderr).join("");
    const line = output
      .split("\n")
      .map((text) => (text.startsWith("{") ? JSON.parse(text) : undefined))
      .find((json) => json?.pause_start_timestamp_ms !== undefined);
    if (line === undefined) throw new Error(`the pauser printed no window:\n${output}`);
    const window: Window = {
      start: formatInstant(line.pause_start_timestamp_ms, { millis: true }),
      end: formatInstant(line.pause_end_timestamp_ms, { millis: true }),
    };
    return { job, output, window };
  }

  /** Whether the pauser makes backups of a database. */
  get #backsUpWindows(): boolean {
    const databases = this.#options.config["scalar-backup:databases"] as DatabaseArgs[];
    return databases.some(({ dynamodb }) => dynamodb?.windowBackups);
  }

  #commitsIn({ start, end }: Window): number {
    const { set, cloud } = this.#options;
    const { coordinator } = set.past(cloud.clock.now());
    const rows = [...coordinator.values()] as CoordinatorRecord[];
    return rows.filter(({ tx_created_at: at }) => instantMillis(start) < at && at < instantMillis(end)).length;
  }
}
