/** The clock of operations: a test replaces it, so that minutes pass at once. */
export interface WaitingClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds of a clock that is never set back; `now` where it is absent. */
  monotonic?(): number;
  wait(millis: number): Promise<void>;
}

const SYSTEM_CLOCK: WaitingClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  wait: (millis) => new Promise((resolve) => setTimeout(resolve, millis)),
};

let present = SYSTEM_CLOCK;

/** The clock that operations wait by. */
export function waitingClock(): WaitingClock {
  return present;
}

/** Puts another clock in place. @returns what puts the system's clock back. */
export function useWaitingClock(clock: WaitingClock): () => void {
  present = clock;
  return () => {
    present = SYSTEM_CLOCK;
  };
}
