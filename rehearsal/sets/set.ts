import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import type { Bank } from "../scalardb/bank";
import type { Copies } from "../scalardb/check";

/** The result of one check of the copies. */
export interface Check {
  claim: string;
  holds: boolean;
  detail?: string;
}

/** A running set of databases, before this program protects it. */
export interface RunningSet {
  /** The bank whose accounts are in these databases. */
  bank: Bank;
  /** The copies in the clouds after a restore. @throws {Error} when one is missing */
  copies(restored: StackResult): Copies;
  /** The databases' contents at a past instant (milliseconds since the epoch), in the form of copies. */
  past(instant: number): Copies;
  /** Checks of the settings that a restore drops. */
  settings(restored: StackResult): Check[];
  /** The remaining copies; empty after a clean-up. */
  leftovers(): string[];
  /** The databases that existed at first, and do not now. */
  missing(): string[];
  /** The bank reads the databases again, as pods do that start: they have been replaced. */
  reopen(): void;
  /** The product's properties, where copies have other addresses: the pods use the databases that they name. */
  properties(): string | undefined;
  /** Damages the databases. @returns a description */
  disaster(): string;
}

export interface RehearsalSet {
  name: string;
  /** A description in one line. */
  title: string;
  /** The stack's configuration. */
  config: Record<string, unknown>;
  build(cloud: SimulatedCloud): RunningSet;
  /** The same set with copies that can replace production, if it has any. */
  recovery?: RehearsalSet;
}
