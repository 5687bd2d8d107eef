import { embeddedStack } from "../rehearsal/engines";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import type { Operation, StackResult } from "../simulator/engine/stack";
import { recordWindow } from "../test/programs/rehearsed";
import { errorsOf } from "./preview";
import { tenDatabases } from "./sets";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface CriticalPath {
  set: string;
  databases: number;
  /** How long the whole restore takes in the cloud. */
  restoreMinutes: number;
  /** How long each database would take alone, the slowest first. */
  alone: { database: string; minutes: number }[];
  /** The whole over the slowest alone: 1 when nothing waits that need not. */
  ratio: number;
}

/** Restores ten databases on the embedded engine, in simulated time. Needs no Pulumi CLI. */
export async function measureCriticalPath(): Promise<CriticalPath> {
  const set = tenDatabases();
  const cloud = await SimulatedCloud.start();
  try {
    set.build(cloud);
    await cloud.kubernetes.installRelease({
      namespace: "scalar",
      name: "scalardb-cluster",
      product: "scalardb-cluster",
      replicas: 1,
    });
    const config = { ...set.config, "scalar-backup:restore": undefined as unknown };
    const stack = embeddedStack(cloud, config);
    succeed(await stack.up(), cloud);
    // AWS Backup runs once a day; and the databases have a past to be restored to.
    cloud.clock.advance(DAY);
    config["scalar-backup:restore"] = { at: recordWindow(cloud, "scalar", ["scalardb-cluster"]) };
    cloud.clock.advance(20 * MINUTE);
    const restored = succeed(await stack.up(), cloud);
    const alone = restored.operations
      .filter(({ type }) => type === "scalar-backup:index:RestoredDatabase")
      .map((database) => ({
        database: database.name.replace(/^restore-/, ""),
        minutes: minutesAlone(database, restored.operations),
      }))
      .sort((one, other) => other.minutes - one.minutes);
    const restoreMinutes = restored.simulatedMillis / MINUTE;
    return {
      set: set.name,
      databases: alone.length,
      restoreMinutes,
      alone,
      ratio: restoreMinutes / (alone[0]?.minutes ?? Number.NaN),
    };
  } finally {
    await cloud.stop();
  }
}

function succeed(result: StackResult, cloud: SimulatedCloud): StackResult {
  if (!result.succeeded) throw new Error(`the restore of ten databases failed:\n${errorsOf(result)}`);
  cloud.clock.advance(result.simulatedMillis);
  return result;
}

/** The longest chain of the database's own operations, each waiting for those of the same database only. */
function minutesAlone(database: Operation, operations: readonly Operation[]): number {
  const ends = new Map([[database.urn, 0]]);
  // Operations are listed in the order of their ends: each follows its dependencies.
  for (const operation of operations) {
    const needs = operation.dependsOn.map((urn) => ends.get(urn)).filter((end) => end !== undefined);
    if (needs.length === 0 || ends.has(operation.urn)) continue;
    ends.set(operation.urn, Math.max(...needs) + operation.endMillis - operation.startMillis);
  }
  return Math.max(...ends.values()) / MINUTE;
}
