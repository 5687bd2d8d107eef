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
  /** What to do for another name of the vault: `use another name for the stack, after which the vault is called`. */
  rename: string;
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
  { vaultName, region, guarded, rename }: DeclaredVault,
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
  await endProgram(
    `vault ${vaultName} in ${region} exists already, with ${counted(points, "recovery point")}, and this stack's state does not have it: a stack that was destroyed has left it, or an update that was interrupted. It is not changed. ${
      points === 0
        ? `Delete it (${deletion}), or ${rename}`
        : `To keep its recovery points, ${rename}; they can be restored from as before (docs/vaults.md). If none is needed, delete them and the vault (${deletion})`
    }`,
  );
}
