/** The bank's customers: several in parallel, each with one transfer after the other, over real gRPC. */

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import type { Bank } from "./bank";
import { decode, encode, TRANSFER_PATH, type TransferRequest } from "./bank-service";
import { Random } from "./random";

export interface WorkloadOptions {
  bank: Bank;
  /** The current pods; called before each transfer, because pods change. */
  pods(): readonly { address: string; port: number }[];
  /** Determines the transfers. Defaults to 1. */
  seed?: number;
  /** How many transfers run in parallel. Defaults to 10. */
  workers?: number;
  /** The limit for all workers together. Defaults to 200. */
  transfersPerSecond?: number;
}

export interface WorkloadCounts {
  /** Successful transfers. */
  done: number;
  /** Tries that met a paused or deleted pod, and were repeated. */
  paused: number;
  /** Tries that met another transaction, and were repeated. */
  conflicts: number;
  /** Transfers that exceeded the account's balance. */
  refused: number;
}

/** The errors of a pod that is paused, restarting or deleted. */
const NOT_SERVING = new Set<status>([status.UNAVAILABLE, status.CANCELLED, status.DEADLINE_EXCEEDED]);

const RETRY_MILLIS = 25;
const CALL_TIMEOUT_MILLIS = 10_000;

export class Workload {
  readonly counts: WorkloadCounts = { done: 0, paused: 0, conflicts: 0, refused: 0 };
  readonly #options: Required<WorkloadOptions>;
  readonly #clients = new Map<string, Client>();
  readonly #workers: Promise<unknown>;
  #stopping = false;

  private constructor(options: WorkloadOptions) {
    this.#options = { seed: 1, workers: 10, transfersPerSecond: 200, ...options };
    const numbers = Array.from({ length: this.#options.workers }, (_, number) => number);
    this.#workers = Promise.all(numbers.map((number) => this.#work(number)));
    // `stop` throws this error.
    this.#workers.catch(() => {
      this.#stopping = true;
    });
  }

  static start(options: WorkloadOptions): Workload {
    return new Workload(options);
  }

  /**
   * Waits for the running transfers, and starts no more.
   * @throws the error of a failed transfer, except pauses and conflicts
   */
  async stop(): Promise<WorkloadCounts> {
    this.#stopping = true;
    try {
      await this.#workers;
    } finally {
      for (const client of this.#clients.values()) client.close();
    }
    return this.counts;
  }

  async #work(number: number): Promise<void> {
    const { seed, workers, transfersPerSecond, bank } = this.#options;
    const random = new Random(seed * 1000 + number);
    const intervalMillis = (workers * 1000) / transfersPerSecond;
    while (!this.#stopping) {
      const next = Date.now() + intervalMillis;
      const [from, to] = twoOf(bank.accounts, random);
      await this.#transfer({ from, to, amount: random.integer(1, 100) }, random);
      await delay(Math.max(0, next - Date.now()));
    }
  }

  /** Tries until the transfer succeeds or is refused; each try is a new transaction. */
  async #transfer(transfer: Omit<TransferRequest, "txId">, random: Random): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#call({ txId: randomUUID(), ...transfer }, random);
        this.counts.done += 1;
        return;
      } catch (error) {
        const { code } = error as ServiceError;
        if (code === status.FAILED_PRECONDITION) {
          this.counts.refused += 1;
          return;
        }
        if (code === status.ABORTED) this.counts.conflicts += 1;
        else if (code !== undefined && NOT_SERVING.has(code)) this.counts.paused += 1;
        else throw error;
        await delay(RETRY_MILLIS);
      }
    }
  }

  #call(request: TransferRequest, random: Random): Promise<void> {
    const pods = this.#options.pods();
    const pod = pods[random.integer(0, pods.length - 1)];
    if (!pod) return Promise.reject(Object.assign(new Error("no pod serves"), { code: status.UNAVAILABLE }));
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + CALL_TIMEOUT_MILLIS };
      this.#client(`${pod.address}:${pod.port}`).makeUnaryRequest(
        TRANSFER_PATH,
        encode,
        decode,
        request,
        options,
        (error) => (error ? reject(error) : resolve()),
      );
    });
  }

  #client(target: string): Client {
    let client = this.#clients.get(target);
    if (!client) {
      client = new Client(target, credentials.createInsecure());
      this.#clients.set(target, client);
    }
    return client;
  }
}

function twoOf(accounts: readonly string[], random: Random): [from: string, to: string] {
  const from = random.integer(0, accounts.length - 1);
  const to = (from + random.integer(1, accounts.length - 1)) % accounts.length;
  return [accounts[from] as string, accounts[to] as string];
}
