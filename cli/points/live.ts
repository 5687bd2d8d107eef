import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { kindOf } from "../../components/databases";
import { awsSettings, azureSettings } from "../../components/databases/settings";
import { readPause } from "../../components/pause/live";
import { setMembers } from "../../components/pause-need";
import { pausedReleases, withoutTransactions } from "../../components/release-databases";
import { readStackConfig, type StackConfig } from "../../config";
import { messageOf } from "../../restore-points/error-message";
import { restorePoints } from "../../restore-points/points";
import { askPulumi } from "../../restore-points/processes";
import type { DatabaseRange } from "../../restore-points/ranges";
import { inOrder } from "../../restore-points/record";
import { pauseNeed } from "../../restore-points/rules/pause-need";
import { longestIntervalMillis } from "../../restore-points/rules/schedule";
import { readScalarAdminLines, withImported } from "../../restore-points/scalar-admin";
import { isObject } from "../../restore-points/shape";
import { UsageError } from "../exit-codes";
import { readFileConfig } from "../stack-config";
import type { Terminal } from "../terminal";
import type { PointsView } from "./view";

/** What the stack program's schedule is called: that of `new ScalarBackup("scalar", ...)` in index.ts. */
const SCHEDULE = "scalar-pause";

/** Reads what an `up` would see, from the clouds and clusters that a stack's file names. Nothing is changed. */
export async function readLive(file: string, terminal: Terminal): Promise<PointsView> {
  const config = configured(file, terminal);
  const [ranges, pause] = await Promise.all([rangesOf(config), pauseOf(config, terminal)]);
  const need = pauseNeed(setMembers(config.databases));
  const releases = pausedReleases(config.pause);
  const imported = readScalarAdminLines(config.importedWindows ?? "", config.pause?.cluster).windows;
  const [, stack] = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(file)) ?? [];
  return {
    ...(stack !== undefined && { stack }),
    source: `${file}, read from clouds and clusters`,
    output: restorePoints({
      now: terminal.now(),
      pauseRequired: need.required,
      releases,
      withoutTransactions: withoutTransactions(releases),
      windows: withImported(inOrder([...(pause?.windows ?? [])]), imported),
      databases: ranges.map(({ range }) => range),
      pauseProblems: pause?.problems ?? [],
    }),
    ...(pause?.runs && { runs: pause.runs }),
    ...(pause?.lastRun && { lastRun: pause.lastRun }),
    ...(config.pause && { longestIntervalMillis: longestIntervalMillis(config.pause.schedule) }),
    recoveryDays: Object.fromEntries(
      config.databases.map(kindOf).map(({ name, kind, args }) => [name, kind.recoveryDays(args)]),
    ),
    ...(config.restore?.at !== undefined && { chosen: config.restore.at }),
    unread: [...ranges.flatMap(({ unread }) => unread ?? []), ...(pause?.unread === undefined ? [] : [pause.unread])],
  };
}

/** The configuration as the program reads it. @throws {UsageError} with all its problems. */
function configured(file: string, { note }: Terminal): StackConfig {
  const { values, encrypted } = readFileConfig(file);
  // Only Pulumi decrypts; properties are not needed here.
  const missing = encrypted.filter((key) => key !== "scalar-backup:properties");
  if (missing.length > 0) note(`encrypted values are not used: ${missing.join(", ")}`);
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts));
  try {
    return readStackConfig();
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`);
  }
}

/** One database that cannot be read must not hide the others. */
function rangesOf({ databases }: StackConfig): Promise<{ range: DatabaseRange; unread?: string }[]> {
  const context = { aws: awsSettings(), azure: azureSettings() };
  return Promise.all(
    databases.map(kindOf).map(async ({ name, kind, args }) => {
      try {
        return { range: await kind.readRange(name, args, context) };
      } catch (error) {
        const because = messageOf(error);
        return { range: { name, unknownBecause: because }, unread: `${name} was not read: ${because}` };
      }
    }),
  );
}

async function pauseOf({ databases, pause }: StackConfig, { env }: Terminal) {
  if (pause === undefined || !pauseNeed(setMembers(databases)).required) return undefined;
  const kubernetes = new pulumi.Config("kubernetes");
  return readPause({
    name: SCHEDULE,
    args: pause,
    cluster: {
      context: kubernetes.get("context"),
      kubeconfig: kubernetes.get("kubeconfig"),
      cluster: kubernetes.get("cluster"),
    },
    environment: env,
    deleteAfter: Object.fromEntries(
      databases.flatMap(({ name, dynamodb }) =>
        dynamodb?.windowBackups ? [[name, dynamodb.windowBackups.deleteAfter]] : [],
      ),
    ),
    windowsOfStack: (stack) => outputOf(stack, "windows"),
  });
}

function outputOf(stack: string, output: string): unknown {
  const outputs: unknown = JSON.parse(askPulumi(stack));
  return isObject(outputs) ? outputs[output] : undefined;
}
