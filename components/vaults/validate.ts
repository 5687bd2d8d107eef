import type { AwsSettings } from "../cloud-settings";
import { type DatabaseArgs, kindOf } from "../databases";
import type { Problem } from "../problem";
import type { VaultArgs } from "./args";
import type { AwsVaultArgs } from "./aws/args";
import { awsVaultProblems, ownAwsVaultProblems } from "./aws/validate";
import type { AzureVaultArgs } from "./azure/args";
import { notKept } from "./azure/rules";
import { azureVaultProblems, lifecycleProblems, ownAzureVaultProblems } from "./azure/validate";

/** What is wrong with vaults by themselves. Keys that have problems already may be missing. */
export function ownVaultProblems(vault: { aws?: Partial<AwsVaultArgs>; azure?: Partial<AzureVaultArgs> }): Problem[] {
  return [
    ...(vault.aws ? ownAwsVaultProblems(vault.aws) : []),
    ...(vault.azure ? ownAzureVaultProblems(vault.azure) : []),
  ];
}

/** All problems of a set's vaults that need no cloud to be seen. Paths begin at the configuration's root. */
export function vaultProblems(
  databases: readonly DatabaseArgs[],
  vault: VaultArgs | undefined,
  aws: AwsSettings,
): Problem[] {
  return [
    ...(vault?.aws ? awsVaultProblems(databases, vault.aws, aws) : []),
    ...(vault?.azure ? azureVaultProblems(databases, vault.azure) : []),
    ...databases.flatMap((database, index) => ownProblems(database, index, vault, databases)),
  ];
}

const CLOUDS = { aws: "AWS", azure: "Azure" } as const;

/** What is wrong with what a database has otherwise than the set. */
function ownProblems(
  database: DatabaseArgs,
  index: number,
  vault: VaultArgs | undefined,
  databases: readonly DatabaseArgs[],
): Problem[] {
  const { name, vault: own } = database;
  if (own === undefined) return [];
  const path = `databases[${index}].vault`;
  const because = notKept(databases).find((each) => each.index === index)?.because;
  if (because !== undefined) return [{ path, message: `asks for a vault for ${name}: ${because}; remove it` }];
  const cloud = kindOf(database).kind.azureBackup ? "azure" : "aws";
  if (vault?.[cloud] === undefined)
    return [
      {
        path,
        message: `says what ${name} has in the vault otherwise than the set, but the set has none${vault ? ` on ${CLOUDS[cloud]}` : ""}; give "vault${vault ? `.${cloud}` : ""}", or remove it`,
      },
    ];
  const foreign = cloud === "aws" ? (["weekly", "lifecycle"] as const) : (["rules"] as const);
  return [
    ...foreign
      .filter((key) => own[key] !== undefined)
      .map((key) => ({
        path: `${path}.${key}`,
        message: `is for databases on ${CLOUDS[cloud === "aws" ? "azure" : "aws"]}, and ${name} is on ${CLOUDS[cloud]}; give ${cloud === "aws" ? '"rules"' : '"weekly" and "lifecycle"'} instead, or remove it`,
      })),
    ...(cloud === "azure" ? lifecycleProblems(path, own) : []),
  ];
}
