import { setMaxListeners } from "node:events";
import { messageOf } from "../restore-points/error-message";
import { type Complaints, type PodHandle, podName } from "./pods";
import type { Clock } from "./ports";

/** How often each pod is asked whether it is paused: a longer unpause is always noticed. */
const POLL_MILLIS = 150;
/** The wait before a failed poll is repeated. */
const RETRY_MILLIS = 50;

/**
 * Checks that every pod stays paused: another caller may unpause a pod and pause it again, which a single check at the
 * end does not show. An unpause and a pause between two polls of a pod cannot be noticed from outside.
 */
export class PauseWatch {
  readonly complaints: Complaints = new Map();
  /**
   * Settles when every pod has answered that it is paused, or the watch has failed. The window begins here: a pod may
   * have been unpaused while another one was still draining.
   */
  readonly seen: Promise<unknown>;
  private readonly ended = new AbortController();
  private readonly failed = new AbortController();
  /** When the last poll was sent to which the pod answered that it is paused, by the monotonic clock. */
  private readonly confirmed = new Map<PodHandle, number>();

  constructor(
    handles: PodHandle[],
    private readonly clock: Clock,
    /** A pod that does not answer that it is paused for so long voids the window. */
    private readonly maxBlindMillis: number,
  ) {
    // One listener for each pod.
    setMaxListeners(0, this.ended.signal);
    this.seen = Promise.all(handles.map((handle) => new Promise<void>((resolve) => void this.follow(handle, resolve))));
  }

  /** Aborted as soon as one pod is not paused, or cannot be asked. */
  get lost(): AbortSignal {
    return this.failed.signal;
  }

  /** Ends the watch without waiting for polls in flight. */
  end(): void {
    this.ended.abort();
  }

  /**
   * Asks a pod for the last time, right before it is unpaused.
   * @returns why it may not have been paused until now
   */
  async lastLook(handle: PodHandle): Promise<string | undefined> {
    try {
      return await this.look(handle);
    } catch (error) {
      return messageOf(error);
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
        failure = messageOf(error);
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
    if (!paused) return "is no longer paused";
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
