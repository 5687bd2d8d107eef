import { RENAME_AURORA, RENAME_INSTANCE, RENAME_MULTI_AZ_CLUSTER } from "./durations";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const WEEK = 7 * 24 * 60 * MINUTE;

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** What a database shows for a while on its way to another name. */
export interface RenameStep {
  millis: number;
  status: string;
  /** The name by which it is found. */
  answersTo: "old" | "new";
}

/** How each kind of database is renamed. A test may set other steps: slower ones, or a status that flaps. */
export interface RenameCourses {
  instance: readonly RenameStep[];
  multiAzCluster: readonly RenameStep[];
  aurora: readonly RenameStep[];
}

/**
 * Documented: the new DNS name of an instance is effective in about 10 minutes, the instance reboots, and is not available until
 * then [Amazon RDS User Guide, Renaming a DB instance]; that of a Multi-AZ DB cluster in about 2 minutes [ibid., Renaming a
 * Multi-AZ DB cluster]; tags and snapshots stay with the database [both]; ids do not change [AWS API Reference, DBInstance:
 * "immutable identifier"]. `renaming` and `rebooting` are statuses of the same guide [Viewing DB instance status].
 *
 * Reported: the status is `available` right after the request, and again before the reboot, under either name [boto3 #609];
 * until `modifying` ends, the database is found by its old name [terraform #2439]; then by the new one alone [boto3 #2613].
 *
 * Inferred: how long each of these steps takes, everything about Aurora, for which no duration is documented, and that the
 * endpoint in a description changes together with the name.
 */
export function renameCourses(): RenameCourses {
  return {
    instance: [
      { millis: 30 * SECOND, status: "available", answersTo: "old" },
      { millis: 60 * SECOND, status: "modifying", answersTo: "old" },
      { millis: 90 * SECOND, status: "renaming", answersTo: "old" },
      { millis: 20 * SECOND, status: "available", answersTo: "new" },
      { millis: RENAME_INSTANCE - 200 * SECOND, status: "rebooting", answersTo: "new" },
    ],
    multiAzCluster: clusterSteps(RENAME_MULTI_AZ_CLUSTER),
    aurora: clusterSteps(RENAME_AURORA),
  };
}

function clusterSteps(whole: number): RenameStep[] {
  return [
    { millis: 10 * SECOND, status: "available", answersTo: "old" },
    { millis: 30 * SECOND, status: "modifying", answersTo: "old" },
    { millis: 40 * SECOND, status: "renaming", answersTo: "old" },
    { millis: whole - 80 * SECOND, status: "renaming", answersTo: "new" },
  ];
}

/** A database's way from one name to another, from an instant that may be in the future. */
export class Rename {
  readonly from: string;
  readonly to: string;
  readonly startsAt: number;
  readonly #steps: readonly RenameStep[];

  constructor(from: string, to: string, startsAt: number, steps: readonly RenameStep[]) {
    this.from = from;
    this.to = to;
    this.startsAt = startsAt;
    this.#steps = steps;
  }

  /** The step of an instant; undefined before the first and after the last. */
  step(now: number): RenameStep | undefined {
    let end = this.startsAt;
    if (now < end) return undefined;
    for (const step of this.#steps) {
      end += step.millis;
      if (now < end) return step;
    }
    return undefined;
  }

  over(now: number): boolean {
    return now >= this.startsAt && this.step(now) === undefined;
  }

  /** The name by which the database is found. */
  name(now: number): string {
    return this.over(now) || this.step(now)?.answersTo === "new" ? this.to : this.from;
  }

  /** Whether nothing but the request's record shows that a rename was asked for. */
  pending(now: number): boolean {
    return now < this.startsAt || (this.step(now) === this.#steps[0] && this.#steps[0]?.status === "available");
  }

  /** The same, beginning at another instant. */
  startingAt(instant: number): Rename {
    return new Rename(this.from, this.to, instant, this.#steps);
  }
}

/** When a maintenance window such as `sun:18:00-sun:18:30` (UTC) begins next. */
export function nextWindow(window: string, now: number): number {
  const [, day, hour, minute] = /^([a-z]{3}):(\d\d):(\d\d)-/.exec(window) ?? [];
  const days = DAYS.indexOf(day ?? "");
  if (days < 0) throw new Error(`not a maintenance window: ${window}`);
  // Epoch day 0 was a Thursday.
  const offset = (((days + 3) % 7) * 24 * 60 + Number(hour) * 60 + Number(minute)) * MINUTE;
  return Math.floor((now - offset) / WEEK + 1) * WEEK + offset;
}
