import type { DynamoDBClient, TableDescription } from "@aws-sdk/client-dynamodb";
import { PRODUCTION_NAME_TAG, REPLACES_TAG, SWITCHED_OVER_TAG } from "../../restore-points/rules/tag-keys";
import { answered } from "../answered";
import { type AwsAccessSource, eachAtOnce } from "../aws";
import { waitingClock } from "../clock";
import { CONCURRENCY } from "../dynamodb";
import { selfPacedDynamodbClient } from "../dynamodb-client";
import { until } from "../until";
import { NOTHING_REPLACED, type SwitchOverOf } from "./copy-marks";
import { findPairs } from "./find-pairs";
import type { Guard, Member, NameState, Say } from "./member";
import type { SwitchedTables } from "./request";
import { holderOf, type TablePair } from "./table-pair";
import { TableProgress, wavesOf } from "./table-progress";
import {
  accepted,
  attach,
  backupsNamed,
  type CopyBackup,
  chosenBackup,
  createBackup,
  deleteTable,
  findTable,
  restoreFrom,
  settleOne,
  tagTable,
  unprotect,
  untagTable,
} from "./tables";

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
    private readonly guard: Guard = async () => {},
  ) {
    this.name = tables.name;
    this.#client = selfPacedDynamodbClient(tables.region, access);
  }

  async problems(): Promise<string[]> {
    const noted = (await this.notes.read())[this.#noteKey];
    if (noted) {
      // Cast: this class has written it.
      this.#pairs = JSON.parse(noted) as TablePair[];
      return [];
    }
    const { pairs, later, problems } = await findPairs(
      this.#client,
      { ...this.tables, backupName: this.#backupName },
      this.of,
      this.access,
    );
    this.#pairs = pairs;
    this.#later = later;
    return problems;
  }

  async prepare(say: Say): Promise<void> {
    if (this.#later.length > 0)
      say(
        `${this.name}: ${this.#later.join(", ")} did not exist at ${this.of.instant}: they stay as they are, but the restored metadata does not know them`,
      );
    await eachAtOnce(this.#pairs, CONCURRENCY, async (pair) => {
      const copy = await this.#copyOf(pair);
      pair.copyId = answered(copy, "TableId");
      await tagTable(this.#client, answered(copy, "TableArn"), {
        [PRODUCTION_NAME_TAG]: pair.table,
        [REPLACES_TAG]: pair.tableId ?? NOTHING_REPLACED,
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
    const backups = await backupsNamed(this.#client, this.#backupName, this.of.instant);
    const without = this.#pairs.filter((pair) => {
      const found = backupsOf(pair, backups).find(({ arn }) => arn === pair.backupArn);
      return found?.available !== true;
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
    const progress = new TableProgress();
    await until(wait, () => this.#left("close", progress), say);
    say(`${this.name}: no replaced table answers`);
  }

  async open(say: Say): Promise<void> {
    const waves = wavesOf(this.#pairs.length);
    const wait = {
      what: `${this.name}: ${this.#pairs.length} tables are restored under their production names`,
      usualMinutes: USUAL_RESTORE_MINUTES * waves,
      everyMillis: POLL_MILLIS,
      limitMillis: RESTORE_LIMIT_MILLIS * waves,
    };
    const progress = new TableProgress();
    await until(wait, () => this.#left("open", progress), say);
    say(`${this.name}: ${this.#pairs.length} tables are there under their production names, with their settings`);
  }

  async unmark(): Promise<void> {
    await eachAtOnce(this.#pairs, CONCURRENCY, async (pair) => {
      const { TableArn } = await this.#copyOf(pair);
      await untagTable(this.#client, answered({ TableArn }, "TableArn"), [PRODUCTION_NAME_TAG, REPLACES_TAG]);
    });
    // Production goes on: what its tables are like now is not what they are like when another switch-over begins.
    if ((await this.notes.read())[this.#noteKey]) await this.notes.write({ [this.#noteKey]: "" });
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
      // "If you delete a table with point-in-time recovery enabled, a SYSTEM backup is automatically created and is retained for 35 days" [DynamoDB API Reference, BackupDetails].
      `${this.name}: what was written after ${this.of.instant} is, for 35 days, in the backup that AWS has made of each table with point-in-time recovery when it was deleted (<table>$DeletedTableBackup): aws dynamodb list-backups --region ${region} --backup-type SYSTEM`,
      `${this.name}: ${this.#pairs.length} copies are kept, with a backup of each, as they were when they replaced the tables; once they are not needed, take the deletion protection of each away (aws dynamodb update-table --region ${region} --no-deletion-protection-enabled --table-name <copy>), and delete it (aws dynamodb delete-table --region ${region} --table-name <copy>): ${this.#pairs.map(({ copy }) => copy).join(", ")}`,
    ];
  }

  get #noteKey(): string {
    return `tables-of-${this.name}${this.tables.suffix}.json`;
  }

  get #backupName(): string {
    return `scalar-switch-over${this.tables.suffix}`;
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
    const found = await backupsNamed(this.#client, name, this.of.instant);
    const without = this.#pairs.filter((pair) => backupsOf(pair, found).length === 0);
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
    const backups = await backupsNamed(this.#client, name, this.of.instant);
    let left = 0;
    for (const pair of this.#pairs) {
      const found = chosenBackup(backupsOf(pair, backups), pair.backupArn);
      pair.backupArn = found?.arn;
      // A backup that was just asked for may not be listed yet.
      if (found?.available !== true) left += 1;
    }
    return left === 0 ? undefined : `${left} of ${this.#pairs.length} left`;
  }

  /** Asks for what is next of each table, and says how many are left. */
  async #left(step: "close" | "open", progress: TableProgress): Promise<string | undefined> {
    await this.guard();
    progress.lookAgain();
    const pending = this.#pairs.filter(({ table }) => !progress.done.has(table));
    await eachAtOnce(pending, CONCURRENCY, async (pair) => {
      if (await (step === "close" ? this.#closeOne(pair, progress) : this.#openOne(pair, progress)))
        progress.done.add(pair.table);
    });
    const left = this.#pairs.length - progress.done.size;
    return left === 0 ? undefined : `${left} of ${this.#pairs.length} left`;
  }

  async #closeOne(pair: TablePair, progress: TableProgress): Promise<boolean> {
    const found = await findTable(this.#client, pair.table);
    const holder = holderOf(found, pair);
    if (typeof holder === "object") throw new Error(`${this.name}: DynamoDB table ${pair.table}: ${holder.other}`);
    if (holder === "closing") return false;
    if (holder !== "source") return true;
    if (found?.DeletionProtectionEnabled) {
      await accepted(() => unprotect(this.#client, pair.table));
      return false;
    }
    if (progress.full) return false;
    // Not only once in a round: a process that was suspended in the middle of one may have been overtaken by an abort, which starts the
    // pods on these tables.
    await this.guard();
    await accepted(() => deleteTable(this.#client, pair.table), progress.refuse);
    return false;
  }

  async #openOne(pair: TablePair, progress: TableProgress): Promise<boolean> {
    if (progress.waits(pair.table)) return false;
    const found = await findTable(this.#client, pair.table);
    const holder = holderOf(found, pair);
    if (typeof holder === "object") throw new Error(`${this.name}: DynamoDB table ${pair.table}: ${holder.other}`);
    if (holder === "copy") return true;
    if (holder === "source" || holder === "closing")
      throw new Error(`${this.name}: DynamoDB table ${pair.table} is not closed; run "pulumi up" again`);
    if (found === undefined) {
      // Cast: `close` has seen that the backup is there; a run that begins here has it from the journal.
      const restore = () => restoreFrom(this.#client, pair.backupArn as string, pair.table);
      await progress.restore(pair.table, () => accepted(restore, progress.refuse));
      return false;
    }
    progress.exists(pair.table, found.TableStatus === "CREATING");
    if (found.TableStatus !== "ACTIVE") return false;
    await accepted(async () => {
      if (!this.#attached.has(pair.table)) await attach(this.#client, pair, found);
      this.#attached.add(pair.table);
      await settleOne(this.#client, pair, found);
    });
    return false;
  }
}

/** The backups of a pair's copy, and of no earlier table of its name. */
function backupsOf({ copy, copyId }: TablePair, backups: ReadonlyMap<string, CopyBackup[]>): CopyBackup[] {
  return (backups.get(copy) ?? []).filter(({ tableId }) => copyId === undefined || tableId === copyId);
}
