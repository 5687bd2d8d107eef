import type { BackupDescription, BackupSummary } from "@aws-sdk/client-dynamodb";
import type { SimulatedClock } from "../clock";
import { checkMade, type DynamoDbBackup, describeBackup, isKept, makeBackup, summary } from "./dynamodb-backup";
import { invalidParameter } from "./dynamodb-errors";
import type { Table } from "./dynamodb-table";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";

/** DynamoDB's backups in one region, by AWS's names and with AWS's answers and errors. */
export class DynamoDbBackups {
  readonly #backups = new Map<string, DynamoDbBackup>();
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  make(table: Table, name: string, type: DynamoDbBackup["type"], createdAt = table.now()): DynamoDbBackup {
    const backup = makeBackup(table, { id: this.#identifiers.hex(8), name, type, createdAt });
    this.#backups.set(backup.arn, backup);
    return backup;
  }

  /** @throws BackupNotFoundException */
  backup(backupArn: string): DynamoDbBackup {
    const backup = this.#backups.get(backupArn);
    if (!backup || !isKept(backup, this.#clock.now()))
      throw new AwsError("BackupNotFoundException", `Backup not found: ${backupArn}`);
    return backup;
  }

  list(): BackupSummary[] {
    const now = this.#clock.now();
    return [...this.#backups.values()].filter((backup) => isKept(backup, now)).map((backup) => summary(backup, now));
  }

  describe(backupArn: string): BackupDescription {
    return describeBackup(this.backup(backupArn), this.#clock.now());
  }

  /**
   * Inferred from AWS Backup's ownership: whether DynamoDB refuses to delete a backup of type AWS_BACKUP, an account with one would show.
   * @throws ValidationException, BackupInUseException
   */
  delete(backupArn: string): BackupDescription {
    const backup = this.backup(backupArn);
    if (backup.type === "AWS_BACKUP")
      throw invalidParameter("Backups created by AWS Backup can only be deleted from their backup vault");
    checkMade(backup, this.#clock.now());
    this.#backups.delete(backupArn);
    return describeBackup(backup, this.#clock.now());
  }

  /** Deletes a backup that AWS Backup has made. */
  release(backupArn: string): void {
    this.#backups.delete(backupArn);
  }
}
