import type { Outcome } from "../../../pauser/outcome";
import type { UnpauserOutcome } from "../../../pauser/unpauser";
import type { RECORD } from "../../unit/pauser/virtual/cluster";
import type { VirtualPod } from "../../unit/pauser/virtual/pod";
import type { VirtualProcess } from "../../unit/pauser/virtual/process";

/** A process of the pauser, with what the world knows about it. */
export interface Actor {
  name: string;
  task: "pause" | "unpause";
  pauser: number;
  cluster: number;
  record: typeof RECORD;
  job: string | undefined;
  attempt: number;
  process: VirtualProcess;
  calls: number;
  startedAt: number;
  endedAt?: number;
  end?: Outcome["end"] | UnpauserOutcome["end"];
  reasons: string[];
  killedAt?: number;
  signalledAt?: number;
  /** Frozen, starved, cut off or with a clock that was stepped: its times are not bounded. */
  disturbed: boolean;
  /** It has written its note, and has not removed it: a cleanup finds it, or has taken it over. */
  noted: boolean;
  /** Pods that it has asked to pause, by address. */
  paused: Set<string>;
  /** The record and its pods when it ended. */
  atEnd: { closed: string[]; recorded: boolean; recordedBySelf: boolean };
  /** It has found the note of another run. */
  recovers: boolean;
  /** When its last Pause was answered, and its first Unpause was sent. */
  pausedAt?: number;
  unpausesAt?: number;
  /** Pods that have answered it, before it paused anything, that they are paused, by address. */
  foundPaused: Set<string>;
}

/** A time in which a pod was closed by one caller. */
export interface Closure {
  pod: string;
  server: VirtualPod;
  by: string;
  from: number;
  to?: number;
  openedBy?: string;
}

/** An answer of a pod to a process of the pauser. */
export interface Look {
  by: string;
  at: number;
  method: "Pause" | "CheckPaused";
  closed: boolean;
}
