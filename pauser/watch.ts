import { setMaxListeners } from "node:events";
import { type Complaints, type PodHandle, podName } from "./pods";
import type { Clock } from "./ports";

/** How often each pod is asked whether it is paused: an unpause that lasts longer does not go unseen. */
const POLL_MILLIS = 150;
/** Before a poll that failed is repeated. */
const RETRY_MILLIS = 50;

/**
 * Watches that every pod stays paused: somebody may unpause one and pause it again, which a single look at the end does not
 * show. An unpause and a pause between two polls of a pod cannot be seen from outside.
 */
export class PauseWatch {
  readonly complaints: Complaints = new Map();
  private readonly ended = new AbortController();
  private readonly failed = new AbortController();

  constructor(
    handles: PodHandle[],
    private readonly clock: Clock,
    /** A pod that is not seen paused for so long voids the window. */
    private readonly maxBlindMillis: number,
  ) {
    // A listener for each pod.
    setMaxListeners(0, this.ended.signal);
    for (const handle of handles) void this.follow(handle);
  }

  /** Aborted as soon as one pod is not paused, or cannot be asked. */
  get lost(): AbortSignal {
    return this.failed.signal;
  }

  /** Ends the watch; polls that are under way are not waited for. */
  end(): void {
    this.ended.abort();
  }

  private async follow({ pod, admin }: PodHandle): Promise<void> {
    const { clock, maxBlindMillis } = this;
    let confirmed = clock.monotonic();
    let failure: string | undefined;
    const fail = (complaint: string) => {
      if (this.ended.signal.aborted) return;
      this.complaints.set(podName(pod), complaint);
      this.failed.abort();
    };
    while (!this.ended.signal.aborted && !this.failed.signal.aborted) {
      const sent = clock.monotonic();
      const quiet = sent - confirmed;
      if (quiet > maxBlindMillis) return fail(this.blind(quiet, failure));
      try {
        const paused = await admin.isPaused(Math.max(1, Math.ceil(maxBlindMillis - quiet)));
        const unseen = clock.monotonic() - confirmed;
        if (!paused) return fail("is not paused any more");
        if (unseen > maxBlindMillis + RETRY_MILLIS) return fail(this.blind(unseen));
        confirmed = sent;
        failure = undefined;
        await clock.sleep(sent + POLL_MILLIS - clock.monotonic(), this.ended.signal);
      } catch (error) {
        failure = (error as Error).message;
        const unseen = clock.monotonic() - confirmed;
        if (unseen >= maxBlindMillis) return fail(this.blind(unseen, failure));
        admin.renew();
        await clock.sleep(RETRY_MILLIS, this.ended.signal);
      }
    }
  }

  private blind(millis: number, failure = "is the pauser short of CPU?"): string {
    return `was not seen paused for ${Math.round(millis)} ms, ${this.maxBlindMillis} ms are allowed (${failure})`;
  }
}
