import { awsRegionDoubt } from "../restore-points/rules/aws-region";
import { pauseNeed } from "../restore-points/rules/pause-need";
import { availableRestorePoints, RESTORE_POINTS, type Reach, reachProblem } from "../restore-points/rules/pausing";
import { longestIntervalMillis } from "../restore-points/rules/schedule";
import type { AwsSettings } from "./cloud-settings";
import { type DatabaseArgs, kindOf } from "./databases";
import type { PauseScheduleArgs } from "./pause/args";
import { setMembers } from "./pause-need";
import type { Problem } from "./problem";
import { pathText } from "./problem-messages/value";
import type { VaultArgs } from "./vaults/args";
import { continuousRule, vaultedDatabases } from "./vaults/aws/rules";

/** A set, as far as warnings and its pauses go. */
interface SetArgs {
  databases: readonly DatabaseArgs[];
  pause?: Partial<PauseScheduleArgs>;
  vault?: VaultArgs;
}

/** A schedule that leaves a database without any restore point at times. Paths begin at the configuration's root. */
export function reachProblems(set: SetArgs, aws: AwsSettings): Problem[] {
  const reach = reachOf(set, aws);
  // Backups made in the windows outlive recovery, and every database of such a set has some.
  if (reach === undefined || availableRestorePoints(reach) > 0 || set.databases.every(hasWindowBackups)) return [];
  const message = reachProblem(reach, 1);
  return message === undefined ? [] : [{ path: "pause.schedule", message }];
}

/** What may be a mistake in a set without problems, and may be meant. Those of its schedule are `pauseWarnings`. */
export function setWarnings(set: SetArgs, aws: AwsSettings): Problem[] {
  const reach = reachOf(set, aws);
  const few = reach && availableRestorePoints(reach) > 0 ? reachProblem(reach, RESTORE_POINTS) : undefined;
  const { databases, pause, vault } = set;
  return [
    ...(few === undefined ? [] : [{ path: "pause.schedule", message: few }]),
    ...(aws.defaultRegion === undefined ? [] : doubts("region", aws.defaultRegion, ["aws:region"])),
    ...databases.flatMap((database, index) => ownRegionDoubt(database, `databases[${index}]`, aws)),
    ...found({ databases, pause, vault }, []),
  ];
}

/** Copies in another region have the tables' names; those of the same region named as such do not. */
function ownRegionDoubt({ dynamodb }: DatabaseArgs, path: string, aws: AwsSettings): Problem[] {
  const { region, namespacePrefix } = dynamodb?.restoreTo ?? {};
  const own = dynamodb?.existing?.region ?? dynamodb?.create?.region ?? aws.defaultRegion;
  if (region === undefined || region !== own || namespacePrefix !== undefined) return [];
  return [
    {
      path: `${path}.dynamodb.restoreTo.region`,
      message: `"${region}" is the tables' own region, where copies have other names, which ScalarDB does not find; name another region, or remove it`,
    },
  ];
}

/** How far apart pauses are, and the database that reaches back least; undefined for a set without pauses. */
function reachOf({ databases, pause, vault }: SetArgs, aws: AwsSettings): Reach | undefined {
  if (typeof pause?.schedule !== "string" || !pauseNeed(setMembers(databases)).required) return undefined;
  const intervalMillis = longestIntervalMillis(pause.schedule);
  const vaulted = vault?.aws ? vaultedDatabases(databases, vault.aws, aws) : [];
  const [shortest] = databases
    .map(kindOf)
    .map(({ name, kind, args }) => ({
      database: name,
      // A vault's continuous backup owns the retention.
      days:
        continuousRule(vaulted.find((each) => each.name === name))?.lifecycle?.deleteAfter ?? kind.recoveryDays(args),
    }))
    .sort((a, b) => a.days - b.days);
  return intervalMillis === undefined || shortest === undefined
    ? undefined
    : { schedule: pause.schedule, intervalMillis, ...shortest };
}

function hasWindowBackups({ dynamodb }: DatabaseArgs): boolean {
  return dynamodb?.windowBackups !== undefined;
}

/** Doubts about values, wherever they are. */
function found(value: unknown, path: (string | number)[]): Problem[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => found(each, [...path, index]));
  if (typeof value === "string") return doubts(String(path.findLast((step) => typeof step === "string")), value, path);
  if (value === null || typeof value !== "object" || !isPlain(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => found(each, [...path, key]));
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** What is doubted of a text, by the key that it is under. */
const DOUBTS = new Map([
  ["region", awsRegionDoubt],
  ["ipRules", openToEveryone],
  ["tables", noNamespace],
]);

function doubts(key: string, value: string, path: (string | number)[]): Problem[] {
  const message = DOUBTS.get(key)?.(value);
  return message === undefined ? [] : [{ path: pathText(path).replace(/^\["aws:region"\]$/, "aws:region"), message }];
}

function noNamespace(table: string): string | undefined {
  if (table.includes(".")) return undefined;
  return `"${table}" has no namespace, and ScalarDB's tables are called <namespace>.<table>, such as ledger.${table}; write its full name, unless it is not ScalarDB's`;
}

function openToEveryone(range: string): string | undefined {
  if (!/\/0$/.test(range)) return undefined;
  return `${JSON.stringify(range)} lets in every address of the internet; expected the addresses of those who use the copy: name their ranges, or remove it`;
}
