/**
 * The engine's workers, in simulated time. Pulumi runs at most so many steps at a time (`--parallel`); a further one waits
 * [pulumi: pkg/resource/deploy/step_executor.go].
 */
import { availableParallelism } from "node:os";

/** How many steps Pulumi runs at a time by default [pulumi: pkg/cmd/pulumi/operations/up.go, defaultParallel]. */
export function defaultParallel(): number {
  const configured = Number(process.env.PULUMI_PARALLEL);
  return Number.isInteger(configured) && configured > 0 ? configured : 4 * availableParallelism();
}

/** A worker that a step has got. */
export interface Worker {
  /** When the step begins, in simulated milliseconds of the run. */
  startMillis: number;
  /** To be called once, with the time at which the step ends. */
  release(endMillis: number): void;
}

interface Waiting {
  readyMillis: number;
  resolve(worker: Worker): void;
}

export class Workers {
  /** When each idle worker has ended its last step. */
  readonly #idle: number[];
  /** When the steps that are under way have begun. */
  readonly #begun = new Set<{ startMillis: number }>();
  readonly #waiting: Waiting[] = [];

  constructor(parallel: number) {
    this.#idle = new Array<number>(parallel).fill(0);
  }

  /** Takes a worker for a step that could begin at that time. Steps get theirs in the order in which they ask. */
  take(readyMillis: number): Promise<Worker> {
    return new Promise((resolve) => {
      this.#waiting.push({ readyMillis, resolve });
      this.#serve();
    });
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const index = this.#best(next.readyMillis);
      if (index === undefined) return;
      const [freeMillis = 0] = this.#idle.splice(index, 1);
      const step = { startMillis: Math.max(next.readyMillis, freeMillis) };
      this.#begun.add(step);
      this.#waiting.shift();
      next.resolve({
        startMillis: step.startMillis,
        release: (endMillis) => {
          this.#begun.delete(step);
          this.#idle.push(endMillis);
          this.#serve();
        },
      });
    }
  }

  /** The worker that has been idle for the shortest time, or the one that is free first; undefined if another may be free before. */
  #best(readyMillis: number): number | undefined {
    let best: number | undefined;
    for (const [index, freeMillis] of this.#idle.entries()) {
      const chosen = best === undefined ? undefined : (this.#idle[best] as number);
      const better =
        chosen === undefined ||
        (freeMillis <= readyMillis ? chosen > readyMillis || freeMillis > chosen : freeMillis < chosen);
      if (better) best = index;
    }
    if (best === undefined) return undefined;
    const freeMillis = this.#idle[best] as number;
    if (freeMillis <= readyMillis) return best;
    return [...this.#begun].some(({ startMillis }) => startMillis < freeMillis) ? undefined : best;
  }
}
