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
  /**
   * Settles when every pod has been seen paused, or the watch is lost: one may have been unpaused while another still drained,
   * so the window begins here.
   */
  readonly seen: Promise<unknown>;
  private readonly ended = new AbortController();
  private readonly failed = new AbortController();
  /** When the last question was sent to which the pod answered that it is paused, by the monotonic clock. */
  private readonly confirmed = new Map<PodHandle, number>();

  constructor(
    handles: PodHandle[],
    private readonly clock: Clock,
    /** A pod that is not seen paused for so long voids the window. */
    private readonly maxBlindMillis: number,
  ) {
    // A listener for each pod.
    setMaxListeners(0, this.ended.signal);
    this.seen = Promise.all(handles.map((handle) => new Promise<void>((resolve) => void this.follow(handle, resolve))));
  }

  /** Aborted as soon as one pod is not paused, or cannot be asked. */
  get lost(): AbortSignal {
    return this.failed.signal;
  }

  /** Ends the watch; polls that are under way are not waited for. */
  end(): void {
    this.ended.abort();
  }

  /**
   * Asks a pod for the last time, right before it is unpaused.
   * @returns why it cannot be said that it has been paused until now
   */
  async lastLook(handle: PodHandle): Promise<string | undefined> {
    try {
      return await this.look(handle);
    } catch (error) {
      return (error as Error).message;
    }
  }

  private async follow(handle: PodHandle, seen: () => void): Promise<void> {
    const { clock } = this;
    this.confirmed.set(handle, clock.monotonic());
    let failure: string | undefined;
    while (!this.ended.signal.aborted && !this.failed.signal.aborted) {
      const sent = clock.monotonic();
      let complaint: string | undefined;
      try {
        complaint = await this.look(handle, failure);
        failure = undefined;
      } catch (error) {
        failure = (error as Error).message;
        const unseen = this.unseenMillis(handle);
        if (unseen >= this.maxBlindMillis) complaint = this.blind(unseen, failure);
        handle.admin.renew();
      }
      if (complaint !== undefined) {
        this.fail(handle, complaint);
        break;
      }
      if (failure === undefined) seen();
      await clock.sleep(
        failure === undefined ? sent + POLL_MILLIS - clock.monotonic() : RETRY_MILLIS,
        this.ended.signal,
      );
    }
    seen();
  }

  /** @throws {Error} when the pod does not answer */
  private async look(handle: PodHandle, failure?: string): Promise<string | undefined> {
    const { clock, maxBlindMillis } = this;
    const sent = clock.monotonic();
    const quiet = this.unseenMillis(handle);
    if (quiet > maxBlindMillis) return this.blind(quiet, failure);
    const paused = await handle.admin.isPaused(Math.max(1, Math.ceil(maxBlindMillis - quiet)));
    const unseen = this.unseenMillis(handle);
    if (!paused) return "is not paused any more";
    if (unseen > maxBlindMillis + RETRY_MILLIS) return this.blind(unseen);
    this.confirmed.set(handle, sent);
    return undefined;
  }

  private unseenMillis(handle: PodHandle): number {
    return this.clock.monotonic() - (this.confirmed.get(handle) ?? Number.NEGATIVE_INFINITY);
  }

  private fail({ pod }: PodHandle, complaint: string): void {
    if (this.ended.signal.aborted) return;
    this.complaints.set(podName(pod), complaint);
    this.failed.abort();
  }

  private blind(millis: number, failure = "is the pauser short of CPU?"): string {
    return `was not seen paused for ${Math.round(millis)} ms, ${this.maxBlindMillis} ms are allowed (${failure})`;
  }
}
