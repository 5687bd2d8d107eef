import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import type { Bank } from "../scalardb/bank";
import type { Copies } from "../scalardb/check";

/** One claim about the copies, put to the test. */
export interface Check {
  claim: string;
  holds: boolean;
  detail?: string;
}

/** A set of databases as it runs before anybody thinks of backups. */
export interface RunningSet {
  /** The bank whose accounts are in these databases. */
  bank: Bank;
  /** The copies that a restore has made, as the clouds hold them now. @throws {Error} when one is missing */
  copies(restored: StackResult): Copies;
  /** The databases' own contents at an instant of their past (milliseconds since the epoch), as copies of then would hold them. */
  past(instant: number): Copies;
  /** What the copies were to be given again after the restore. */
  settings(restored: StackResult): Check[];
  /** What is left of copies; nothing after a clean-up. */
  leftovers(): string[];
  /** The damage that makes a restore necessary. */
  disaster(): string;
}

export interface RehearsalSet {
  name: string;
  /** One line for people. */
  title: string;
  /** The stack's configuration. */
  config: Record<string, unknown>;
  build(cloud: SimulatedCloud): RunningSet;
}
