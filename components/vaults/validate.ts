import type { DatabaseArgs } from "../databases";
import type { AwsSettings } from "../databases/kind";
import type { Fault } from "../faults";
import type { VaultArgs } from "./args";
import { awsVaultFaults } from "./aws/validate";
import { azureVaultFaults } from "./azure";

/** All faults of a set's vaults that can be said without a cloud. Paths begin at the configuration's root. */
export function vaultFaults(
  databases: readonly DatabaseArgs[],
  vault: VaultArgs | undefined,
  aws: AwsSettings,
): Fault[] {
  const azure = azureVaultFaults(databases, vault?.azure);
  if (vault?.aws) return [...awsVaultFaults(databases, vault.aws, aws), ...azure];
  if (azure.length > 0) return azure;
  return databases.flatMap(({ name, vault: own }, index) =>
    own === undefined
      ? []
      : [
          {
            path: `databases[${index}].vault`,
            message: `says what ${name} has in the vault otherwise than the set, but the set has none; give "vault", or remove it`,
          },
        ],
  );
}
