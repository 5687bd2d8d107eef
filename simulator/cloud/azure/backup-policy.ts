import { ArmError, unknownMember } from "./error";
import { isObject, type JsonObject, type JsonValue, object, text } from "./json";

const WEEK = 7 * 24 * 60 * 60 * 1000;
/** Ten years, with their leap days. [Microsoft Learn, "About Azure Database for PostgreSQL Flexible server backup"] */
const LONGEST_DAYS = 3653;

/** The datasource type that is simulated. */
export const DATASOURCE_TYPE = "Microsoft.DBforPostgreSQL/flexibleServers";

/** For how long recovery points of a tag are kept. */
interface Retention {
  tag: string;
  /** `FirstOfMonth` or `FirstOfYear`; absent for the default. */
  marker?: string;
  priority: number;
  duration: string;
}

/** A backup policy as far as it decides anything. */
export class BackupPolicy {
  readonly id: string;
  readonly properties: JsonObject;
  readonly #starts: number[];
  readonly #retentions: Retention[];

  /**
   * [azure-mgmt-dataprotection, BackupPolicy] [Az.DataProtection, AzureDatabaseForPGFlexServer.json: the default policy]
   * @throws {ArmError} for a policy that Azure Backup takes for no PostgreSQL server, or that is not simulated.
   */
  constructor(id: string, properties: JsonObject) {
    this.id = id;
    this.properties = structuredClone(properties);
    only(properties, ["objectType", "datasourceTypes", "policyRules"], "BackupPolicy");
    expect(properties.objectType, "BackupPolicy", "objectType");
    if (JSON.stringify(properties.datasourceTypes) !== JSON.stringify([DATASOURCE_TYPE]))
      throw invalidPolicy(`datasourceTypes has to be ["${DATASOURCE_TYPE}"]`);
    const rules = objects(properties.policyRules);
    const backups = rules.filter(({ objectType }) => objectType === "AzureBackupRule");
    const retained = rules.filter(({ objectType }) => objectType === "AzureRetentionRule");
    if (backups.length !== 1 || backups.length + retained.length !== rules.length)
      throw invalidPolicy("policyRules has to hold one AzureBackupRule, and AzureRetentionRules");
    const { starts, tags } = backupRule(backups[0] as JsonObject);
    this.#starts = starts;
    this.#retentions = retentions(retained, tags);
  }

  /** The runs after an instant, up to another one, in order. */
  runs(after: number, to: number): number[] {
    return this.#starts
      .flatMap((start) => {
        const first = start + Math.max(0, Math.floor((after - start) / WEEK) + 1) * WEEK;
        return Array.from(
          { length: Math.max(0, Math.floor((to - first) / WEEK) + 1) },
          (_, index) => first + index * WEEK,
        );
      })
      .sort((a, b) => a - b);
  }

  /** What a backup is tagged with and until when it is kept, by whether it is the first of its month and year. */
  retentionOf(at: number, first: { ofMonth: boolean; ofYear: boolean }): { tag: string; expiresAt: number } {
    const fitting = this.#retentions.filter(
      ({ marker }) =>
        marker === undefined ||
        (marker === "FirstOfMonth" && first.ofMonth) ||
        (marker === "FirstOfYear" && first.ofYear),
    );
    const { tag, duration } = fitting.reduce((best, each) => (each.priority < best.priority ? each : best));
    return { tag, expiresAt: after(at, duration) };
  }
}

/** [azure-mgmt-dataprotection, AzureBackupRule, ScheduleBasedTriggerContext, BackupSchedule, TaggingCriteria] */
function backupRule(rule: JsonObject): { starts: number[]; tags: Omit<Retention, "duration">[] } {
  only(rule, ["objectType", "name", "backupParameters", "dataStore", "trigger"], "AzureBackupRule");
  const parameters = object(rule.backupParameters);
  only(parameters, ["objectType", "backupType"], "AzureBackupParams");
  expect(parameters.objectType, "AzureBackupParams", "backupParameters.objectType");
  expect(parameters.backupType, "Full", "backupParameters.backupType");
  vaultStore(rule.dataStore);
  const trigger = object(rule.trigger);
  only(trigger, ["objectType", "schedule", "taggingCriteria"], "ScheduleBasedTriggerContext");
  expect(trigger.objectType, "ScheduleBasedTriggerContext", "trigger.objectType");
  const schedule = object(trigger.schedule);
  only(schedule, ["repeatingTimeIntervals", "timeZone"], "BackupSchedule");
  if (schedule.timeZone !== undefined) expect(schedule.timeZone, "UTC", "schedule.timeZone");
  const intervals = Array.isArray(schedule.repeatingTimeIntervals) ? schedule.repeatingTimeIntervals : [];
  if (intervals.length === 0) throw invalidPolicy("repeatingTimeIntervals is empty");
  const tags = objects(trigger.taggingCriteria).map(tagOf);
  if (tags.filter(({ marker }) => marker === undefined).length !== 1)
    throw invalidPolicy("taggingCriteria has to have one default");
  if (new Set(tags.map(({ priority }) => priority)).size !== tags.length)
    throw invalidPolicy("taggingPriority has to be unique");
  return { starts: intervals.map(startOf), tags };
}

/** [Microsoft Learn, "Back up Azure Database for PostgreSQL - Flexible server using Azure CLI"] Intervals of a week. */
function startOf(interval: JsonValue): number {
  const [, start, duration] =
    /^R\/(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{3})?)?(?:Z|[+-]\d\d:\d\d))\/(P\w+)$/.exec(String(interval)) ?? [];
  if (start === undefined) throw invalidPolicy(`${interval} is no repeating time interval`);
  if (duration !== "P1W") throw invalidPolicy(`${DATASOURCE_TYPE} are backed up weekly (P1W), not ${duration}`);
  return Date.parse(start);
}

/** [azure-mgmt-dataprotection, TaggingCriteria, ScheduleBasedBackupCriteria, AbsoluteMarker] */
function tagOf(criteria: JsonObject): Omit<Retention, "duration"> {
  only(criteria, ["isDefault", "tagInfo", "taggingPriority", "criteria"], "TaggingCriteria");
  only(object(criteria.tagInfo), ["tagName"], "RetentionTag");
  const tag = text(object(criteria.tagInfo).tagName);
  const priority = criteria.taggingPriority;
  if (tag === undefined || typeof priority !== "number") throw invalidPolicy("a tag has no name or priority");
  if (criteria.isDefault === true) return { tag, priority };
  const [first, ...others] = objects(criteria.criteria);
  only(first ?? {}, ["objectType", "absoluteCriteria"], "ScheduleBasedBackupCriteria");
  expect(first?.objectType, "ScheduleBasedBackupCriteria", "criteria.objectType");
  const [marker, ...more] = (first?.absoluteCriteria ?? []) as string[];
  if (others.length + more.length > 0 || !["FirstOfMonth", "FirstOfYear"].includes(marker ?? ""))
    throw invalidPolicy(`criteria of tag ${tag} are none, or not simulated`);
  return { tag, priority, marker };
}

/**
 * [azure-mgmt-dataprotection, AzureRetentionRule, SourceLifeCycle, AbsoluteDeleteOption] [Az.DataProtection,
 * AzureDatabaseForPGFlexServer.json: VaultStore only]
 */
function retentions(rules: JsonObject[], tags: Omit<Retention, "duration">[]): Retention[] {
  const durations = new Map(
    rules.map((rule) => {
      only(rule, ["objectType", "name", "isDefault", "lifecycles"], "AzureRetentionRule");
      const [lifecycle, ...others] = objects(rule.lifecycles);
      if (lifecycle === undefined || others.length > 0) throw invalidPolicy(`rule ${rule.name} needs one lifecycle`);
      only(lifecycle, ["deleteAfter", "sourceDataStore", "targetDataStoreCopySettings"], "SourceLifeCycle");
      if (((lifecycle.targetDataStoreCopySettings ?? []) as JsonValue[]).length > 0)
        throw invalidPolicy("vaulted backups of servers have no other store");
      vaultStore(lifecycle.sourceDataStore);
      const option = object(lifecycle.deleteAfter);
      only(option, ["objectType", "duration"], "AbsoluteDeleteOption");
      expect(option.objectType, "AbsoluteDeleteOption", "deleteAfter.objectType");
      const duration = text(option.duration) ?? "";
      const days = /^P\d+[DWMY]$/.test(duration) ? (after(0, duration) / WEEK) * 7 : 0;
      if (days < 1 || days > LONGEST_DAYS) throw invalidPolicy(`${duration} is no retention of up to ten years`);
      return [text(rule.name) ?? "", { duration, isDefault: rule.isDefault === true }] as const;
    }),
  );
  if (durations.size !== tags.length) throw invalidPolicy("every retention rule needs a tag, and every tag a rule");
  return tags.map((tag) => {
    const rule = durations.get(tag.tag);
    if (rule === undefined) throw invalidPolicy(`tag ${tag.tag} has no retention rule`);
    if (rule.isDefault !== (tag.marker === undefined)) throw invalidPolicy(`rule ${tag.tag}: isDefault is its tag's`);
    return { ...tag, duration: rule.duration };
  });
}

/** An instant moved by an ISO 8601 duration of one unit. */
function after(at: number, duration: string): number {
  const [, count, unit] = /^P(\d+)([DWMY])$/.exec(duration) ?? [];
  const date = new Date(at);
  const number = Number(count);
  if (unit === "D") date.setUTCDate(date.getUTCDate() + number);
  if (unit === "W") date.setUTCDate(date.getUTCDate() + 7 * number);
  if (unit === "M") date.setUTCMonth(date.getUTCMonth() + number);
  if (unit === "Y") date.setUTCFullYear(date.getUTCFullYear() + number);
  return date.getTime();
}

function vaultStore(store: JsonValue | undefined): void {
  only(object(store), ["dataStoreType", "objectType"], "DataStoreInfoBase");
  expect(object(store).objectType, "DataStoreInfoBase", "objectType");
  expect(object(store).dataStoreType, "VaultStore", "dataStoreType");
}

/**
 * [azure-mgmt-dataprotection, the models' members]
 * @throws {ArmError} for members that the type doesn't have, or that are not simulated.
 */
export function only(value: JsonObject, members: readonly string[], type: string): void {
  const unknown = Object.keys(value).find((key) => !members.includes(key));
  if (unknown) throw unknownMember(unknown, type);
}

/** [azure-mgmt-dataprotection, the constants of the models] How Azure Backup words it is inferred. */
function expect(value: JsonValue | undefined, wanted: string, what: string): void {
  if (value !== wanted) throw invalidPolicy(`${what} has to be ${wanted}, and is ${JSON.stringify(value)}`);
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function invalidPolicy(problem: string): ArmError {
  return new ArmError("UserErrorInvalidBackupPolicy", `The backup policy is not valid: ${problem}.`);
}
