import * as pulumi from "@pulumi/pulumi";
import { counted } from "../../restore-points/counted";
import { messageOf } from "../../restore-points/error-message";
import type { AwsSettings } from "../cloud-settings";
import { isMocked } from "../mocked";
import { endProgram } from "../problem";
import { isKnownByOutputs } from "../state";

/** A vault of AWS Backup that is to be declared. */
interface DeclaredVault {
  vaultName: string;
  region: string;
  /** Whether its access policy denies its deletion to all accounts. */
  guarded?: true;
  /** What to do if another stack declares it: `use another name for this stack, after which the vault is called`. */
  avoid: string;
}

/**
 * The vault's name, once it is known that no other vault has it; the program ends otherwise. Vaults stay when their stack is
 * destroyed, and AWS would say so only in the middle of an `up`, and not how to go on.
 */
export function freeVaultName(vault: DeclaredVault, aws: AwsSettings, parent: pulumi.Resource): pulumi.Output<string> {
  const name = pulumi.output(vault.vaultName);
  if (isMocked()) return name;
  return name.apply(async (free) => {
    await refuseLeftVault(vault, aws, parent);
    return free;
  });
}

async function refuseLeftVault(
  { vaultName, region, guarded, avoid }: DeclaredVault,
  aws: AwsSettings,
  parent: pulumi.Resource,
): Promise<void> {
  // Not by its URN: a component that was renamed has aliases.
  const known = ({ name, region: where = region }: Record<string, unknown>) => name === vaultName && where === region;
  if (await isKnownByOutputs("aws:backup/vault:Vault", known)) return;
  const { recoveryPointsIn }: typeof import("../../operations/backup") = require("../../operations/backup");
  let points: number | undefined;
  try {
    points = await recoveryPointsIn({ region, vaultName }, aws.access);
  } catch (error) {
    // What keeps it from being read also keeps it from being created, which is reported then.
    void pulumi.log.debug(`vault ${vaultName} in ${region} cannot be looked up: ${messageOf(error)}`, parent);
    return;
  }
  if (points === undefined) return;
  const address = `--region ${region} --backup-vault-name ${vaultName}`;
  const deletion = `${guarded ? `aws backup delete-backup-vault-access-policy ${address}; ` : ""}aws backup delete-backup-vault ${address}`;
  // The deletion comes last: nothing in AWS shows whether another stack, such as production's, declares the vault.
  await endProgram(
    `vault ${vaultName} in ${region} exists already, with ${counted(points, "recovery point")}, and this stack's state does not have it: another stack declares it, or a destroyed stack or an interrupted update has left it. It is not changed. If another stack declares it, ${avoid}. ${
      points === 0
        ? ""
        : "To keep its recovery points, do the same: they can be restored from as before (docs/vaults.md). "
    }Only if no stack declares it${points === 0 ? "" : ", and none of its recovery points is needed"}, delete ${
      points === 0 ? "it" : "them and the vault"
    } (${deletion})`,
  );
}
