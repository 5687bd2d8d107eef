import { counted } from "../../../restore-points/counted";
import { backupLifecycleProblems, expiresBeforeNext } from "../../../restore-points/rules/backup-lifecycle";
import { outsideLock, vaultLockProblems } from "../../../restore-points/rules/vault-lock";
import type { AwsSettings } from "../../cloud-settings";
import type { DatabaseArgs } from "../../databases";
import type { Problem } from "../../problem";
import type { AwsVaultArgs, VaultLockArgs } from "./args";
import type { CopyToArgs, LifecycleArgs, VaultRuleArgs } from "./rule-args";
import { LEAST_WINDOW_MINUTES } from "./rule-args";
import { DEFAULT_SCHEDULE, type VaultedDatabase, vaultedDatabases } from "./rules";

/** In place of the name of a vault whose name has a problem of its own. */
const UNNAMED = "<name>";

/** Everything that AWS Backup would refuse, ignore or fail at, before anything is declared. Paths begin at the configuration's root. */
export function awsVaultProblems(databases: readonly DatabaseArgs[], given: AwsVaultArgs, aws: AwsSettings): Problem[] {
  const vaulted = vaultedDatabases(databases, given, aws);
  const problems: Problem[] = lockProblems(given);
  const lists: [string, VaultRuleArgs[]][] = [
    ["vault.aws.rules", given.rules ?? []],
    ...databases.map((database, index): [string, VaultRuleArgs[]] => [
      `databases[${index}].vault.rules`,
      database.vault?.rules ?? [],
    ]),
  ];
  for (const [path, rules] of lists)
    problems.push(...rulesProblems(rules, path, judgedBy(given)), ...continuousProblems(rules, path, vaulted));
  if (vaulted.length === 0)
    problems.push({ path: "vault.aws", message: "no database of the set is on AWS and goes to the vault; remove it" });
  for (const database of vaulted) problems.push(...databaseProblems(database));
  problems.push(...keyProblems(given, vaulted), ...keepRestoredProblems(judgedBy(given)));
  return problems;
}

/** What of it can be seen without the databases; parts that have problems already may be missing. */
export function ownAwsVaultProblems(given: Partial<AwsVaultArgs>): Problem[] {
  return [
    ...lockProblems(given),
    ...rulesProblems(given.rules ?? [], "vault.aws.rules", judgedBy(given)),
    ...keepRestoredProblems(judgedBy(given)),
  ];
}

/** The vault by which rules are judged: a lock that makes no sense says nothing of them. */
function judgedBy(vault: Partial<AwsVaultArgs>): Partial<AwsVaultArgs> {
  return lockProblems(vault).length > 0 ? { ...vault, lock: undefined } : vault;
}

function rulesProblems(rules: VaultRuleArgs[], path: string, vault: Partial<AwsVaultArgs>): Problem[] {
  const problems: Problem[] = [];
  // Not "for of": rules with problems of their own are holes in the list.
  rules.forEach((rule, index) => {
    problems.push(...ruleProblems(rule, `${path}[${index}]`, vault));
    const twin = rules.findIndex((other) => other?.name === rule.name);
    if (twin < index)
      problems.push({
        path: `${path}[${index}].name`,
        message: `"${rule.name}" is the name of ${path}[${twin}] too; give one of them another name`,
      });
  });
  return problems;
}

function lockProblems({ name = UNNAMED, lock }: Partial<AwsVaultArgs>): Problem[] {
  if (lock === undefined) return [];
  const at = "vault.aws.lock";
  const problems = vaultLockProblems(lock).map((message) => ({ path: at, message }));
  const { acknowledgeIrreversible: acknowledged, changeableForDays } = lock;
  if (changeableForDays !== undefined && acknowledged === undefined)
    problems.push({
      path: `${at}.acknowledgeIrreversible`,
      message: `is missing; changeableForDays puts the lock into compliance mode, which cannot be undone after those days, not even by AWS: repeat the vault's name ("${name}") to accept that, or remove changeableForDays for governance mode`,
    });
  if (acknowledged !== undefined && acknowledged !== name)
    problems.push({
      path: `${at}.acknowledgeIrreversible`,
      message: `"${acknowledged}" is not the vault's name ("${name}"); repeat that to lock the vault for ever, or remove this key`,
    });
  if (acknowledged !== undefined && changeableForDays === undefined)
    problems.push({
      path: `${at}.changeableForDays`,
      message:
        "is missing; say for how many days, at least 3, a lock in compliance mode can still be taken back, or remove acknowledgeIrreversible",
    });
  return problems;
}

function ruleProblems(rule: VaultRuleArgs, path: string, vault: Partial<AwsVaultArgs>): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ path: `${path}${key}`, message });
  };
  const schedule = rule.schedule ?? DEFAULT_SCHEDULE;
  const refused = lifecycleProblems(rule.lifecycle, rule.continuous ?? false);
  for (const problem of refused) add("", problem);
  if (refused.length === 0) {
    add("", expiresBeforeNext(rule.lifecycle?.deleteAfter, schedule));
    add("", lockedOut(rule.lifecycle, vault.lock, vault.name));
  }
  rule.copyTo?.forEach((copy, index) => {
    const at = `.copyTo[${index}]`;
    for (const problem of lifecycleProblems(copy.lifecycle, false)) add(at, problem);
    const kept = copy.lifecycle?.deleteAfter ?? rule.lifecycle?.deleteAfter;
    if (copy.region !== undefined) add(at, lockedOut({ deleteAfter: kept }, vault.lock, vault.name));
    const same = rule.copyTo?.findIndex((other) => other.region === copy.region && other.vaultArn === copy.vaultArn);
    if (same !== undefined && same < index) add(at, `is the destination of copyTo[${same}] too; remove one of the two`);
  });
  const start = rule.startWindowMinutes ?? LEAST_WINDOW_MINUTES;
  const end = rule.completionWindowMinutes ?? 480;
  if (end < start + LEAST_WINDOW_MINUTES)
    add(
      ".completionWindowMinutes",
      `${end} is not allowed; AWS Backup needs at least ${LEAST_WINDOW_MINUTES} more than startWindowMinutes: ${start + LEAST_WINDOW_MINUTES} or more`,
    );
  return problems;
}

function lifecycleProblems(lifecycle: LifecycleArgs = {}, continuous: boolean): string[] {
  return backupLifecycleProblems({ continuous, ...lifecycle });
}

function lockedOut({ deleteAfter }: LifecycleArgs = {}, lock: VaultLockArgs | undefined, name = UNNAMED) {
  const allowed = lock && outsideLock(deleteAfter, lock);
  if (allowed === undefined) return undefined;
  const kept = deleteAfter === undefined ? "for ever" : `for ${counted(deleteAfter, "day")}`;
  return `keeps recovery points ${kept}, and the lock of vault ${name} allows ${allowed}, so that every job would fail: bring lifecycle.deleteAfter into that range`;
}

function continuousProblems(rules: VaultRuleArgs[], path: string, vaulted: VaultedDatabase[]): Problem[] {
  const continuous = rules.flatMap((rule, index) => (rule.continuous ? [{ rule, index }] : []));
  return continuous.flatMap(({ rule, index }, nth) => {
    const at = `${path}[${index}].continuous`;
    if (nth > 0)
      return [
        {
          path: at,
          message: `${path}[${continuous[0]?.index}] is continuous too; a database has one owner of its retention`,
        },
      ];
    const own = /^databases\[(\d+)\]/.exec(path)?.[1];
    const concerned = vaulted.filter((database) =>
      own === undefined ? database.path === path : database.index === Number(own),
    );
    const able = concerned.filter(({ source }) => source.notContinuousBecause === undefined);
    if (concerned.length > 0 && able.length === 0)
      return [
        {
          path: at,
          message: `no database here can have AWS Backup's continuous backup: ${concerned.map(({ name, source }) => `${name}: ${source.notContinuousBecause}`).join("; ")}. Remove it`,
        },
      ];
    const days = rule.lifecycle?.deleteAfter;
    return able.flatMap(({ name, index: position, source: { retentionDays } }) =>
      // A rule that does not say for how long has a problem of its own.
      retentionDays === undefined || days === undefined || retentionDays === days
        ? []
        : [
            {
              path: `databases[${position}]`,
              message: `backupRetentionPeriod (${retentionDays}) and lifecycle.deleteAfter of rule ${rule.name} (${days}) both say for how long ${name} is kept; say it once: remove backupRetentionPeriod`,
            },
          ],
    );
  });
}

function databaseProblems({ name, index, source, rules, given, path }: VaultedDatabase): Problem[] {
  const problems: Problem[] = [];
  if (rules.length === 0)
    problems.push({
      path,
      message: `no rule is left for ${name}${source.notContinuousBecause ? ` (${source.notContinuousBecause})` : ""}: give one that is not continuous, or databases[${index}].vault: { exclude: true }`,
    });
  const own = path.startsWith("databases");
  for (const rule of rules) {
    const at = `${path}[${given.indexOf(rule)}]`;
    if (own && rule.lifecycle?.coldStorageAfter !== undefined && !source.coldStorage)
      problems.push({
        path: `${at}.lifecycle.coldStorageAfter`,
        message: `AWS Backup keeps nothing of ${source.resourceType} in cold storage, and would ignore it; remove it`,
      });
    // What holds for each destination is said once.
    for (const message of new Set((rule.copyTo ?? []).map((copy) => copyProblem(copy, source))))
      if (message) problems.push({ path: `${at}.copyTo`, message: `copying ${name}: ${message}` });
  }
  return problems;
}

function copyProblem({ region }: CopyToArgs, source: VaultedDatabase["source"]): string | undefined {
  if (source.notCopiedBecause) return `${source.notCopiedBecause}; give the database rules of its own without copyTo`;
  if (region !== undefined && region === source.region)
    return `${region} is the region that it is in; name another one`;
  return undefined;
}

function keyProblems(vault: AwsVaultArgs, vaulted: VaultedDatabase[]): Problem[] {
  if (vault.kmsKeyArn === undefined) return [];
  const home = vault.kmsKeyArn.split(":")[3];
  const regions = new Set(
    vaulted.flatMap(({ source, rules }) => [
      source.region,
      ...rules.flatMap((rule) => (rule.copyTo ?? []).map((copy) => copy.region)),
    ]),
  );
  const foreign = [...regions].filter((region) => region !== undefined && region !== home);
  return foreign.length === 0
    ? []
    : [
        {
          path: "vault.aws.kmsKeyArn",
          message: `is a key of ${home}, and a vault is needed in ${foreign.join(", ")} too; remove it, and each vault has a key of its own`,
        },
      ];
}

function keepRestoredProblems({ name, lock, keepRestored }: Partial<AwsVaultArgs>): Problem[] {
  if (keepRestored === undefined) return [];
  const locked = lockedOut(keepRestored.lifecycle, lock, name);
  return [...lifecycleProblems(keepRestored.lifecycle, false), ...(locked === undefined ? [] : [locked])].map(
    (message) => ({ path: "vault.aws.keepRestored", message }),
  );
}
