import { ACCOUNT } from "./account";
import { BackupRegion } from "./backup-region";
import type { BackupContext } from "./backup-runs";
import type { Vault } from "./backup-vault";
import { Regional } from "./regional";

export type { BackupPlan, BackupRule, BackupSelection } from "./backup-rules";
export type { Lifecycle, RecoveryPoint, Vault } from "./backup-vault";

/** AWS Backup in all regions. */
export class Backup extends Regional<BackupRegion> {
  /** The vaults of other accounts, by ARN. */
  readonly otherAccounts = new Map<string, Vault>();
  readonly #context: BackupContext;

  constructor(context: BackupContext) {
    super();
    this.#context = context;
  }

  protected createRegion(name: string): BackupRegion {
    return new BackupRegion(name, this.#context, (vaultArn) => {
      const [, , , region = "", account] = vaultArn.split(":");
      const { vaults, services } = this.region(region);
      const own = vaults.get(vaultArn.split(":").at(-1) as string);
      return { vault: account === ACCOUNT ? own : this.otherAccounts.get(vaultArn), services };
    });
  }
}
