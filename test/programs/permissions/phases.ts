import type { ExecutionContext } from "ava";
import type { RehearsalSet } from "../../../rehearsal/sets/set";
import { onAws } from "../../../rehearsal/vaults/aws";
import { withVaults } from "../../../rehearsal/vaults/config";
import { formatInstant } from "../../../restore-points/instant";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import type { Stack, StackResult } from "../../../simulator/engine/stack";
import { REGION, recordWindow, rehearsed } from "../rehearsed";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

/** Whose document a phase needs, with those before it. */
export const WHO = ["preview", "up", "restore", "recover"] as const;
export type Who = (typeof WHO)[number];

/** What somebody does with a set. */
export interface Phase<Someone extends string = Who> {
  who: Someone;
  title: string;
  /** Whether it changes the clouds: a second run does less than the first. */
  changes: boolean;
  /** Brings the set and its configuration to where the phase begins. */
  before(): void | Promise<void>;
  run(stack: Stack): Promise<StackResult>;
}

const BEFORE_FIRST_RUN: Omit<Phase, "changes"> = {
  who: "preview",
  title: "a preview before AWS Backup's first run",
  before: () => {},
  run: (stack) => stack.preview(),
};

/** A set with vaults, and all that is done with it, each phase after the one before. */
export async function phasesOf(
  t: ExecutionContext,
  set: RehearsalSet,
  more: Record<string, unknown> = {},
  parallel?: number,
) {
  t.timeout(1_800_000);
  const { cloud, stack } = await rehearsed(t, {}, parallel);
  const running = set.build(cloud);
  const config: Record<string, unknown> = { "aws:region": REGION, ...withVaults(set.config, cloud), ...more };
  stack.config = config;
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  running.bank.open();
  let at = "";
  const restore = (mode: "drill" | "recovery") => {
    stack.config = { ...config, "scalar-backup:restore": { at, mode } };
  };
  const phases: Omit<Phase, "changes">[] = [
    { who: "preview", title: "the first preview", before: () => {}, run: (stack) => stack.preview() },
    { who: "up", title: "the first up", before: () => {}, run: (stack) => stack.up() },
    // Looks up whether AWS Backup should have raised retentions already.
    ...(onAws(config).length === 0 ? [] : [BEFORE_FIRST_RUN]),
    {
      who: "up",
      title: "an up after a day",
      // AWS Backup has run; Azure locks a vault in the second run.
      before: () => cloud.clock.advance(DAY + 60 * MINUTE),
      run: (stack) => stack.up(),
    },
    { who: "preview", title: "a refresh", before: () => {}, run: (stack) => stack.refresh() },
    {
      who: "up",
      title: "an up with other tags",
      before: () => {
        config["scalar-backup:tags"] = { service: "other" };
        stack.config = config;
      },
      run: (stack) => stack.up(),
    },
    {
      who: "preview",
      title: "the preview of a restore",
      before: () => {
        cloud.clock.advance(30 * MINUTE);
        at = instantOf(cloud, set);
        cloud.clock.advance(30 * MINUTE);
        restore("drill");
      },
      run: (stack) => stack.preview(),
    },
    { who: "restore", title: "a drill", before: () => restore("drill"), run: (stack) => stack.up() },
    {
      who: "preview",
      title: "a refresh of a drill",
      before: () => cloud.clock.advance(60 * MINUTE),
      run: (stack) => stack.refresh(),
    },
    {
      who: "restore",
      title: "a drill's end",
      before: () => {
        stack.config = config;
      },
      run: (stack) => stack.up(),
    },
    {
      who: "restore",
      title: "a restore for a recovery",
      before: () => restore("recovery"),
      run: (stack) => stack.up(),
    },
  ];
  return {
    cloud,
    stack,
    phases: phases.map((phase): Phase => ({ ...phase, changes: phase.who !== "preview" })),
  };
}

/** Runs a phase, and lets its time pass. */
export async function runPhase(cloud: SimulatedCloud, stack: Stack, phase: Pick<Phase, "run">): Promise<StackResult> {
  const result = await phase.run(stack);
  cloud.clock.advance(result.simulatedMillis);
  return result;
}

function instantOf(cloud: SimulatedCloud, { config }: RehearsalSet): string {
  if (!config["scalar-backup:pause"]) return formatInstant(cloud.clock.now() - MINUTE);
  return recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
}
