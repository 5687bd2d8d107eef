import type { DynamoDBClient, TableDescription } from "@aws-sdk/client-dynamodb";
import {
  COPY_TAG,
  INSTANT_TAG,
  PRODUCTION_NAME_TAG,
  REPLACES_TAG,
  STACK_TAG,
  SWITCHED_OVER_TAG,
} from "../../restore-points/rules/tag-keys";
import { tablesOf } from "../../restore-points/tables";
import { answered } from "../answered";
import { type AwsAccessSource, eachAtOnce } from "../aws";
import { waitingClock } from "../clock";
import { CONCURRENCY, type TableSettings } from "../dynamodb";
import { dynamodbClient } from "../dynamodb-client";
import { TableReader } from "../table-reader";
import type { Holder, Member, NameState, Say } from "./member";
import type { SwitchOverOf } from "./rds";
import type { SwitchedTables } from "./request";
import {
  accepted,
  attach,
  backupsNamed,
  completionOf,
  createBackup,
  deleteTable,
  findTable,
  policyOf,
  restoreFrom,
  settleOne,
  streamsToKinesis,
  type TablePair,
  tagTable,
  unprotect,
  untagTable,
} from "./tables";
import { until } from "./until";

const MINUTE = 60_000;
const POLL_MILLIS = 15_000;
const BACKUP_LIMIT_MILLIS = 60 * MINUTE;
const DELETION_LIMIT_MILLIS = 60 * MINUTE;
const RESTORE_LIMIT_MILLIS = 12 * 60 * MINUTE;

/**
 * "All backups and restores in DynamoDB work without consuming any provisioned throughput on the table"; what was written less
 * than a minute before may not be in a backup, so what is backed up has to have been left alone for longer.
 */
const SETTLED_MILLIS = 2 * MINUTE;

/** "In most cases, restores complete in less than an hour" [Amazon DynamoDB Developer Guide, Restoring a DynamoDB table]. */
const USUAL_RESTORE_MINUTES = 60;

/** Where a member keeps what it has to know after its tables are gone. */
export interface Notes {
  read(): Promise<Record<string, string>>;
  write(notes: Record<string, string>): Promise<void>;
}

/** Tables of DynamoDB that copies replace: each is deleted, and restored under its name from a backup of its copy. */
export class DynamodbMember implements Member {
  readonly name: string;
  readonly #client: DynamoDBClient;
  #pairs: TablePair[] = [];
  /** Tables that did not exist at the instant, and so have no copy. */
  #later: string[] = [];
  /** Restored tables that this run has given what is not among their settings. */
  readonly #attached = new Set<string>();

  constructor(
    private readonly tables: SwitchedTables,
    private readonly of: SwitchOverOf,
    private readonly access: AwsAccessSource,
    private readonly notes: Notes,
  ) {
    this.name = tables.name;
    this.#client = dynamodbClient(tables.region, access);
  }

  async problems(): Promise<string[]> {
    const noted = (await this.notes.read())[this.#noteKey];
    if (noted !== undefined) {
      // Cast: this class has written it.
      this.#pairs = JSON.parse(noted) as TablePair[];
      return [];
    }
    return await this.#findPairs();
  }

  async prepare(say: Say): Promise<void> {
    if (this.#later.length > 0)
      say(
        `${this.name}: ${this.#later.join(", ")} did not exist at ${this.of.instant}: they stay as they are, but the restored metadata does not know them`,
      );
    await eachAtOnce(this.#pairs, CONCURRENCY, async (pair) => {
      const copy = await this.#copyOf(pair);
      await tagTable(this.#client, answered(copy, "TableArn"), {
        [PRODUCTION_NAME_TAG]: pair.table,
        [REPLACES_TAG]: pair.tableId ?? "none",
      });
    });
    await this.#backUp(say);
  }

  async look(): Promise<NameState[]> {
    return await eachAtOnce(this.#pairs, CONCURRENCY, async (pair) => ({
      label: `DynamoDB table ${pair.table}`,
      holder: holderOf(await findTable(this.#client, pair.table), pair),
    }));
  }

  async close(say: Say): Promise<void> {
    // What the tables are opened from again, before anything is deleted.
    const backups = await backupsNamed(this.#client, this.#backupName);
    const without = this.#pairs.filter(({ copy, backupArn }) => {
      const found = backups.get(copy);
      return backupArn === undefined || found?.arn !== backupArn || !found.available;
    });
    if (without.length > 0)
      throw new Error(
        `${this.name}: no backup ${this.#backupName} is available of ${without.map(({ copy }) => copy).join(", ")}, from which the tables would be restored; nothing is deleted without it. Run "pulumi up" again`,
      );
    await this.notes.write({ [this.#noteKey]: JSON.stringify(this.#pairs) });
    const wait = {
      what: `${this.name}: ${this.#pairs.length} tables are deleted under their production names`,
      everyMillis: POLL_MILLIS,
      limitMillis: DELETION_LIMIT_MILLIS,
    };
    await until(wait, () => this.#left("close"), say);
    say(`${this.name}: no replaced table answers`);
  }

  async open(say: Say): Promise<void> {
    const wait = {
      what: `${this.name}: ${this.#pairs.length} tables are restored under their production names`,
      usualMinutes: USUAL_RESTORE_MINUTES,
      everyMillis: POLL_MILLIS,
      limitMillis: RESTORE_LIMIT_MILLIS,
    };
    await until(wait, () => this.#left("open"), say);
    say(`${this.name}: ${this.#pairs.length} tables are there under their production names, with their settings`);
  }

  async unmark(): Promise<void> {
    await eachAtOnce(this.#pairs, CONCURRENCY, async (pair) => {
      const { TableArn } = await this.#copyOf(pair);
      await untagTable(this.#client, answered({ TableArn }, "TableArn"), [PRODUCTION_NAME_TAG, REPLACES_TAG]);
    });
  }

  async finish(time: string): Promise<void> {
    await eachAtOnce(this.#pairs, CONCURRENCY, async (pair) => {
      const copy = await findTable(this.#client, pair.copy);
      if (copy?.TableArn !== undefined) await tagTable(this.#client, copy.TableArn, { [SWITCHED_OVER_TAG]: time });
    });
  }

  endpoint(): string {
    return this.tables.region;
  }

  kept(): string[] {
    const { region } = this.tables;
    return [
      `${this.name}: ${this.#pairs.length} copies are kept, with a backup of each, as they were when they replaced the tables; once they are not needed, take the deletion protection of each away (aws dynamodb update-table --region ${region} --no-deletion-protection-enabled --table-name <copy>), and delete it (aws dynamodb delete-table --region ${region} --table-name <copy>): ${this.#pairs.map(({ copy }) => copy).join(", ")}`,
    ];
  }

  get #noteKey(): string {
    return `tables-of-${this.name}${this.tables.suffix}.json`;
  }

  get #backupName(): string {
    return `scalar-switch-over${this.tables.suffix}`;
  }

  /** Pairs the tables with their copies, before anything is changed. */
  async #findPairs(): Promise<string[]> {
    const { region, tables, prefixes, suffix } = this.tables;
    const reader = new TableReader(region, this.access, false);
    const all = await reader.names();
    const copies = all.filter((each) => each.endsWith(suffix) && this.#selects(each.slice(0, -suffix.length)));
    const tagged = await reader.tagged(copies);
    const ours = tagged.filter(({ tags }) => this.#isCopy(tags)).map(({ name }) => name);
    const names = ours.map((copy) => copy.slice(0, -suffix.length));
    if (names.length === 0)
      return [
        `${this.name}: there is no copy of ${this.of.instant} next to its tables in ${region} (<table>${suffix}, with the tags of this stack); remove restore.switchOver and run "pulumi up" to restore them`,
      ];
    const begun = tagged.filter(({ name, tags }) => ours.includes(name) && tags[REPLACES_TAG] !== undefined);
    const settings = await reader.settings(names);
    const missing = names.filter((name) => !settings.some((table) => table.name === name));
    if (begun.length > 0 && missing.length > 0)
      return [
        `${this.name}: a switch-over has begun (${begun.map(({ name }) => name).join(", ")} are marked), but its journal, the ConfigMap scalar-switch-over, is gone, which says what ${missing.join(", ")} had besides its data. Restore each by hand from its backup ${this.#backupName}, give it its tags, time to live and protection again, and start the pods`,
      ];
    const copySettings = await reader.settings(missing.map((name) => `${name}${suffix}`));
    const selected = tablesOf({ tables, prefixes }, all).filter((name) => !tagged.some((copy) => copy.name === name));
    const problems: string[] = [];
    this.#pairs = [];
    for (const name of names) {
      const table = settings.find((each) => each.name === name);
      const like = table ?? copySettings.find((each) => each.name === `${name}${suffix}`);
      if (like === undefined) continue;
      this.#pairs.push(await this.#pairOf(name, table, like));
      if (table) problems.push(...(await this.#obstacles(table)));
    }
    this.#later = selected.filter((name) => !names.includes(name));
    return problems;
  }

  async #pairOf(name: string, table: TableSettings | undefined, like: TableSettings): Promise<TablePair> {
    const policy = table && (await policyOf(this.#client, table.arn));
    return {
      table: name,
      ...(table?.description.TableId !== undefined && { tableId: table.description.TableId }),
      copy: `${name}${this.tables.suffix}`,
      completion: completionOf(name, table ?? withoutMarks(like)),
      recoveryPeriodInDays: like.recoveryPeriodInDays || 35,
      ...(like.timeToLiveAttribute !== undefined && { timeToLiveAttribute: like.timeToLiveAttribute }),
      ...(policy !== undefined && { policy }),
    };
  }

  /** Why a table cannot be replaced by deletion and restore. */
  async #obstacles({ name, description }: TableSettings): Promise<string[]> {
    const replicas = (description.Replicas ?? []).map(({ RegionName }) => RegionName);
    const stream = description.StreamSpecification?.StreamEnabled === true;
    return [
      ...(replicas.length > 0
        ? [
            `table ${name} is a global table with replicas in ${replicas.join(", ")}, which a restore does not have; remove the replicas first, and add them again afterwards`,
          ]
        : []),
      ...(stream && !this.tables.newStreams
        ? [
            `table ${name} has a stream, whose readers do not find the restored table's: its ARN is another. Stop them, and set restore.switchOver.newStreams to true; afterwards give them the new ARN`,
          ]
        : []),
      ...((await streamsToKinesis(this.#client, name))
        ? [
            `table ${name} sends its changes to Kinesis, which a restored table does not; disable that first, and enable it again afterwards`,
          ]
        : []),
    ].map((problem) => `${this.name}: ${problem}`);
  }

  #selects(name: string): boolean {
    return tablesOf(this.tables, [name]).length > 0;
  }

  #isCopy(tags: Record<string, string>): boolean {
    return tags[COPY_TAG] === "recovery" && tags[INSTANT_TAG] === this.of.instant && tags[STACK_TAG] === this.of.stack;
  }

  async #copyOf({ copy, table }: TablePair): Promise<TableDescription> {
    const found = await findTable(this.#client, copy);
    if (found === undefined)
      throw new Error(`${this.name}: table ${copy} is gone, which is the copy that is to replace ${table}`);
    return found;
  }

  /** Has each copy backed up, once nothing can be missing from a backup, and waits until all backups are there. */
  async #backUp(say: Say): Promise<void> {
    const clock = waitingClock();
    const name = this.#backupName;
    const found = await backupsNamed(this.#client, name);
    const without = this.#pairs.filter(({ copy }) => !found.has(copy));
    if (without.length > 0) {
      say(`${this.name}: waits 2 min, because a backup is certain to hold only what is older than a minute`);
      for (let waited = 0; waited < SETTLED_MILLIS; waited += MINUTE / 2) await clock.wait(MINUTE / 2);
      await eachAtOnce(without, CONCURRENCY, async (pair) => {
        const wait = {
          what: `${this.name}: backup of ${pair.copy}`,
          everyMillis: POLL_MILLIS,
          limitMillis: BACKUP_LIMIT_MILLIS,
        };
        const ask = async () =>
          (await accepted(() => createBackup(this.#client, pair.copy, name))) ? undefined : "it is not accepted yet";
        await until(wait, ask, say);
      });
    }
    const wait = {
      what: `${this.name}: ${this.#pairs.length} copies are backed up`,
      everyMillis: POLL_MILLIS,
      limitMillis: BACKUP_LIMIT_MILLIS,
    };
    await until(wait, () => this.#backupsLeft(name), say);
    say(`${this.name}: ${this.#pairs.length} copies have a backup, ${name}`);
  }

  async #backupsLeft(name: string): Promise<string | undefined> {
    const backups = await backupsNamed(this.#client, name);
    let left = 0;
    for (const pair of this.#pairs) {
      const found = backups.get(pair.copy);
      pair.backupArn = found?.arn;
      // A backup that was just asked for may not be listed yet.
      if (found?.available !== true) left += 1;
    }
    return left === 0 ? undefined : `${left} of ${this.#pairs.length} left`;
  }

  /** Asks for what is next of each table, and says how many are left. */
  async #left(step: "close" | "open"): Promise<string | undefined> {
    const done = await eachAtOnce(this.#pairs, CONCURRENCY, (pair) =>
      step === "close" ? this.#closeOne(pair) : this.#openOne(pair),
    );
    const left = done.filter((each) => !each).length;
    return left === 0 ? undefined : `${left} of ${done.length} left`;
  }

  async #closeOne(pair: TablePair): Promise<boolean> {
    const found = await findTable(this.#client, pair.table);
    const holder = holderOf(found, pair);
    if (typeof holder === "object") throw new Error(`${this.name}: DynamoDB table ${pair.table}: ${holder.other}`);
    if (holder === "closing") return false;
    if (holder !== "source") return true;
    if (found?.DeletionProtectionEnabled) {
      await accepted(() => unprotect(this.#client, pair.table));
      return false;
    }
    await accepted(() => deleteTable(this.#client, pair.table));
    return false;
  }

  async #openOne(pair: TablePair): Promise<boolean> {
    const found = await findTable(this.#client, pair.table);
    const holder = holderOf(found, pair);
    if (typeof holder === "object") throw new Error(`${this.name}: DynamoDB table ${pair.table}: ${holder.other}`);
    if (holder === "copy") return true;
    if (holder === "source" || holder === "closing")
      throw new Error(`${this.name}: DynamoDB table ${pair.table} is not closed; run "pulumi up" again`);
    if (found === undefined) {
      // Cast: `close` has seen that the backup is there; a run that begins here has it from the journal.
      await accepted(() => restoreFrom(this.#client, pair.backupArn as string, pair.table));
      return false;
    }
    if (found.TableStatus !== "ACTIVE") return false;
    await accepted(async () => {
      if (!this.#attached.has(pair.table)) await attach(this.#client, pair, found);
      this.#attached.add(pair.table);
      await settleOne(this.#client, pair, found);
    });
    return false;
  }
}

/** Who a table of a production name is. Deletion protection, which is set last, shows that a restored one is complete. */
function holderOf(found: TableDescription | undefined, { table, tableId, backupArn }: TablePair): Holder {
  if (found === undefined) return "nothing";
  if (tableId !== undefined && found.TableId === tableId)
    return found.TableStatus === "DELETING" ? "closing" : "source";
  const from = found.RestoreSummary?.SourceBackupArn;
  if (backupArn === undefined || from !== backupArn)
    return {
      other: `the table ${found.TableId} that has the name ${table} is neither the one that is to be replaced (${tableId ?? "none"}) nor restored from the backup of its copy; nothing of it is touched: move its data, delete it, then run "pulumi up" again`,
    };
  return found.TableStatus === "ACTIVE" && found.DeletionProtectionEnabled === true ? "copy" : "opening";
}

function withoutMarks(settings: TableSettings): TableSettings {
  const marks: string[] = [COPY_TAG, INSTANT_TAG, STACK_TAG, PRODUCTION_NAME_TAG, REPLACES_TAG, SWITCHED_OVER_TAG];
  const tags = Object.fromEntries(Object.entries(settings.tags).filter(([key]) => !marks.includes(key)));
  return { ...settings, tags };
}
