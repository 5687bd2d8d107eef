/** Days after which recovery points move and go. */
export interface LifecycleArgs {
  /** Days after which a recovery point is deleted. Kept for ever when left out. */
  deleteAfter?: number;
  /** Days after which a recovery point moves to cold storage, where it stays for at least 90. DynamoDB only. */
  coldStorageAfter?: number;
}

/** Where a rule's recovery points are copied to. Exactly one of `region` and `vaultArn`. */
export interface CopyToArgs {
  /** Another region of this account, where a vault of the same name is declared, protected alike. */
  region?: string;
  /** A vault that exists, perhaps of another account; that account's vault has to accept copies from this one. */
  vaultArn?: string;
  /** Defaults to the rule's. Days count from the backup, not from the copy. */
  lifecycle?: LifecycleArgs;
}

/** When databases are backed up, and how long that is kept. */
export interface VaultRuleArgs {
  /** 1 to 50 letters, digits, hyphens, underscores and periods. */
  name: string;
  /** AWS Backup's schedule: `cron(minute hour day-of-month month day-of-week year)`. Defaults to `cron(0 5 ? * * *)`. */
  schedule?: string;
  /** The schedule's time zone, such as Asia/Tokyo. Defaults to Etc/UTC. */
  timeZone?: string;
  /**
   * Continuous backups of existing RDS and Aurora databases go to this vault; AWS Backup owns their retention then, for
   * `lifecycle.deleteAfter` days. Other databases are left out of the rule. Defaults to false.
   */
  continuous?: boolean;
  lifecycle?: LifecycleArgs;
  copyTo?: CopyToArgs[];
  /** Minutes within which a job has to start, at least 60. Defaults to 60. */
  startWindowMinutes?: number;
  /** Minutes within which a job has to end, at least 60 more than `startWindowMinutes`. Defaults to 480. */
  completionWindowMinutes?: number;
}

/** Keeps recovery points from being deleted, by anybody. */
export interface VaultLockArgs {
  /** Fewest days of retention that the vault takes. */
  minRetentionDays?: number;
  /** Most days of retention that the vault takes. */
  maxRetentionDays?: number;
  /** Days, at least 3, after which a lock in compliance mode can never be changed again. Needs `acknowledgeIrreversible`. */
  changeableForDays?: number;
  /** Repeats the vault's name: compliance mode, which nobody can undo, AWS included. Left out: governance mode. */
  acknowledgeIrreversible?: string;
}

/** AWS Backup restores a recovery point of each database now and then, and removes what it restored. */
export interface RestoreTestingArgs {
  /** AWS Backup's schedule. Defaults to `cron(0 12 ? * 1 *)`, Sundays. */
  schedule?: string;
  /** The schedule's time zone. Defaults to Etc/UTC. */
  timeZone?: string;
  /** Hours within which a test has to start, 1 to 168. Defaults to 24. */
  startWindowHours?: number;
  /** Days that recovery points are chosen from, 1 to 365. Defaults to 7. */
  selectionWindowDays?: number;
  /** The subnet group for restored RDS and Aurora databases. Defaults to the account's default one. */
  dbSubnetGroupName?: string;
  /** The security groups for restored RDS and Aurora databases. Defaults to the VPC's default one. */
  vpcSecurityGroupIds?: string[];
}

/** Who hears of jobs that failed, expired or completed with issues. */
export interface VaultNotificationsArgs {
  /** Addresses that are subscribed to an encrypted topic; each has to confirm that by a click. */
  emails: string[];
}

/** Backups of restored copies: all databases as of one restore point. */
export interface KeepRestoredArgs {
  /** How often restored copies are backed up while they stand. Defaults to `cron(0 * ? * * *)`, every hour. */
  schedule?: string;
  lifecycle?: LifecycleArgs;
}

/** Selects databases by a tag of theirs, rather than by their names. */
export interface SelectByTagArgs {
  key: string;
  value: string;
}

/** A vault of AWS Backup for the databases of the set that are on AWS, in each region that has any. */
export interface AwsVaultArgs {
  /** 2 to 50 letters, digits, hyphens and underscores. */
  name: string;
  /** A KMS key of yours, in the vault's region. Defaults to a key of its own in each region, declared here. */
  kmsKeyArn?: string;
  /** Whether vaults, their policies, locks and keys stay when the stack is destroyed. Defaults to true. */
  retainOnDelete?: boolean;
  /** Accounts, by their numbers, that may copy into the vaults. */
  acceptCopiesFrom?: string[];
  lock?: VaultLockArgs;
  /** At least one, unless every database has rules of its own. */
  rules?: VaultRuleArgs[];
  selectByTag?: SelectByTagArgs;
  /** Keeps copies of restore points, too: what a restore has built is backed up into the vault while it stands. */
  keepRestored?: KeepRestoredArgs;
  restoreTesting?: RestoreTestingArgs;
  notifications?: VaultNotificationsArgs;
}
