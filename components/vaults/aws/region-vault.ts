import { Vault, VaultLockConfiguration, VaultPolicy } from "@pulumi/aws/backup";
import { Key } from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import { awsPartition } from "../../../restore-points/rules/aws-partition";
import type { AwsSettings } from "../../cloud-settings";
import { settingName } from "../../where-to-set";
import { freeVaultName } from "../left-vault";
import type { AwsVaultArgs } from "./args";

/** Actions on recovery points that are denied to every account; recovery points are deleted only when they expire. */
const DENIED = [
  "backup:DeleteBackupVault",
  "backup:DeleteRecoveryPoint",
  "backup:DisassociateRecoveryPoint",
  "backup:UpdateRecoveryPointLifecycle",
];

/** Declares the vault in one region, with its key, its access policy and its lock. */
export function declareRegionVault(
  name: string,
  region: string,
  args: AwsVaultArgs,
  aws: AwsSettings,
  tags: Record<string, string>,
  parent: pulumi.Resource,
): Vault {
  const kept = args.retainOnDelete !== false;
  // What is in the vault outlives the program that asked for it, and so must everything it cannot be read or kept without.
  const options = { parent, protect: kept, retainOnDelete: kept };
  const kmsKeyArn =
    args.kmsKeyArn ??
    new Key(
      `${name}-key-${region}`,
      {
        region,
        description: `Encrypts the recovery points of vault ${args.name}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags,
      },
      options,
    ).arn;
  const vaultName = freeVaultName(
    {
      vaultName: args.name,
      region,
      guarded: true,
      avoid: `as one for another Kubernetes cluster does, leave ${settingName("vault")} out of this stack, because one stack keeps the set's backups; or set ${settingName("vault.aws.name")} to another name`,
    },
    aws,
    parent,
  );
  const vault = new Vault(`${name}-${region}`, { name: vaultName, region, kmsKeyArn, tags }, options);
  new VaultPolicy(
    `${name}-policy-${region}`,
    { backupVaultName: vault.name, region, policy: accessPolicy(region, args.acceptCopiesFrom ?? []) },
    options,
  );
  if (args.lock) {
    const { minRetentionDays, maxRetentionDays, changeableForDays } = args.lock;
    new VaultLockConfiguration(
      `${name}-lock-${region}`,
      { backupVaultName: vault.name, region, minRetentionDays, maxRetentionDays, changeableForDays },
      {
        ...options,
        // The days of grace count from the lock's creation: a change of them would only make it anew.
        ignoreChanges: ["changeableForDays"],
        // Changing a lock means making it anew, which its protection must not forbid.
        protect: false,
      },
    );
  }
  return vault;
}

function accessPolicy(region: string, accounts: string[]): string {
  const copies = {
    Sid: "CopiesFromOtherAccounts",
    Effect: "Allow",
    Principal: { AWS: accounts.map((account) => `arn:${awsPartition(region).id}:iam::${account}:root`) },
    Action: "backup:CopyIntoBackupVault",
    Resource: "*",
  };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Sid: "NobodyDeletesRecoveryPoints", Effect: "Deny", Principal: "*", Action: DENIED, Resource: "*" },
      ...(accounts.length > 0 ? [copies] : []),
    ],
  });
}

/** Where a copy goes: the vault of the same name in another region, or one that exists. */
export function destinationArn(
  copy: { region?: string; vaultArn?: string },
  vaultIn: (region: string) => { arn: pulumi.Input<string> },
): pulumi.Input<string> {
  if (copy.vaultArn !== undefined) return copy.vaultArn;
  if (copy.region === undefined) throw new Error("copyTo: neither region nor vaultArn is given; give one of the two");
  return vaultIn(copy.region).arn;
}
