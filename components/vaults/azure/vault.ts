import type { BackupPolicy } from "@pulumi/azure-native/dataprotection/backupPolicy";
import { BackupVault } from "@pulumi/azure-native/dataprotection/backupVault";
import * as pulumi from "@pulumi/pulumi";
import { locationName } from "../../../operations/azure-arm";
import { findBackupVault } from "../../../operations/azure-vaults";
import { counted } from "../../../restore-points/counted";
import type { PauseNeed } from "../../../restore-points/rules/pause-need";
import type { AzureSettings } from "../../cloud-settings";
import { endProgram, orEnd } from "../../problem";
import { isKnownByOutputs } from "../../state";
import { settingName } from "../../where-to-set";
import type { VaultStatus } from "../status";
import type { AzureVaultArgs } from "./args";
import { DEFAULT_REDUNDANCY, existingVaultProblems, immutabilityFor, lockNotice, notBackedUp } from "./existing";
import { declareInstance } from "./instance";
import { VaultPermissions } from "./permissions";
import { declarePolicy } from "./policy";
import type { NotKept, VaultedServer } from "./rules";
import type { AzureResource } from "./source";
import { azureVaultStatus } from "./status";

/** A database with its settings for Azure Backup. */
export type KeptServer = VaultedServer & { resource: pulumi.Output<AzureResource> };

/** Azure Backup's vault of a set, with a weekly backup of each database that it takes. */
export class AzureVault extends pulumi.ComponentResource {
  readonly vaults: pulumi.Output<VaultStatus[]>;

  constructor(
    name: string,
    args: {
      vault: AzureVaultArgs;
      databases: KeptServer[];
      notKept: NotKept[];
      need: PauseNeed;
      azure: AzureSettings;
      tags: Record<string, string>;
    },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("scalar-backup:index:AzureVault", name, {}, opts);
    const { vault: settings, databases, azure, tags } = args;
    const { name: vaultName, resourceGroupName } = settings;
    const kept = settings.retainOnDelete !== false;
    // What is in the vault outlives the program that asked for it, and so must everything that it cannot be kept without.
    const options = { parent: this, retainOnDelete: kept };
    const location = locationFor(settings, databases);
    const found = pulumi
      .output(null)
      .apply(() => orEnd(`vault ${vaultName}`, () => findBackupVault({ resourceGroupName, vaultName }, azure.access)))
      .apply(async (existing) => {
        if (
          existing &&
          !(await isKnownByOutputs("azure-native:dataprotection:BackupVault", ({ name: known }) => known === vaultName))
        )
          return endProgram(
            `${settingName("vault.azure")}: vault ${vaultName} in resource group ${resourceGroupName} exists already, with ${counted(existing.instances.length, "backup instance")}, and this stack's state does not have it: another stack declares it, or a destroyed stack or an interrupted update has left it. It is not changed. If another stack declares it, as one for another Kubernetes cluster does, leave ${settingName("vault")} out of this stack, because one stack keeps the set's backups; or set ${settingName("vault.azure.name")} to another name. Only if no stack declares it, and none of its backups is needed, delete it`,
          );
        return existing;
      });
    const immutability = pulumi.all([found, location]).apply(async ([existing, wanted]) => {
      const problems = existing ? existingVaultProblems(settings, wanted, existing.vault) : [];
      if (problems.length > 0)
        return endProgram(
          problems.map((problem) => `${settingName("vault.azure")}: vault ${vaultName} ${problem}`).join("\n"),
        );
      const notice = lockNotice(settings, existing?.vault);
      if (notice) pulumi.log.warn(notice, this);
      return immutabilityFor(settings, existing?.vault);
    });
    const vault = declareVault(name, settings, { location, immutability, tags }, { ...options, protect: kept });

    // Cast: the vault is declared with an identity, and Azure gives each a principal.
    const principalId = vault.identity.apply((identity) => identity?.principalId as string);
    // Deleted with the stack or the server: no permission may remain that no program declares.
    const permissions = new VaultPermissions(name, principalId, { parent: this });
    const policies = new Map<string, BackupPolicy>();
    const policyFor = (database: KeptServer) => {
      const whose = database.own ? `-${database.name}` : "";
      const known = policies.get(whose);
      const at = { resourceGroupName, vaultName: vault.name };
      const policy = known ?? declarePolicy(`${name}${whose}`, database, at, options);
      policies.set(whose, policy);
      return policy;
    };
    const instances = databases.map((database) =>
      declareInstance(`${name}-${database.name}`, database, database.resource, {
        vault,
        resourceGroupName,
        policy: policyFor(database),
        permissions: permissions.on(database, database.resource),
        azure,
        tags,
        // Not protected: a server that is named in place of another, after a recovery, leaves the other's backups as they are.
        options,
      }),
    );

    const servers = pulumi.all(databases.map(({ resource }) => resource.apply((server) => server.name)));
    const problems = pulumi.all([found, servers]).apply(([existing, names]) =>
      databases.map(({ name: database }, index) => {
        const problem = notBackedUp(names[index] ?? database, existing?.instances ?? []);
        if (problem) pulumi.log.warn(`vault ${vaultName}: ${database}: ${problem}`, this);
        return problem;
      }),
    );
    // Consumers of this output get an existing vault, with its backup instances.
    this.vaults = pulumi
      .all([location, immutability, problems, pulumi.all(instances.map(({ name: instance }) => instance))])
      .apply(([where, immutable, problem]) => [
        azureVaultStatus(
          { location: where, immutability: immutable, amiss: problem },
          settings,
          databases,
          args.notKept,
          args.need,
        ),
      ]);
    this.registerOutputs({ vaults: this.vaults });
  }
}

function declareVault(
  name: string,
  { name: vaultName, resourceGroupName, redundancy = DEFAULT_REDUNDANCY, ...settings }: AzureVaultArgs,
  declared: { location: pulumi.Output<string>; immutability: pulumi.Output<string>; tags: Record<string, string> },
  options: pulumi.CustomResourceOptions,
): BackupVault {
  const { state = "On", retentionDays = 14 } = settings.softDelete ?? {};
  return new BackupVault(
    `${name}-vault`,
    {
      vaultName,
      resourceGroupName,
      location: declared.location,
      identity: { type: "SystemAssigned" },
      properties: {
        storageSettings: [{ datastoreType: "VaultStore", type: redundancy }],
        securitySettings: {
          immutabilitySettings: { state: declared.immutability },
          softDeleteSettings: { state, retentionDurationInDays: retentionDays },
        },
        ...(settings.crossRegionRestore
          ? { featureSettings: { crossRegionRestoreSettings: { state: "Enabled" } } }
          : {}),
        monitoringSettings: { azureMonitorAlertSettings: { alertsForAllJobFailures: "Enabled" } },
      },
      tags: declared.tags,
    },
    options,
  );
}

/** The location of the vault: as configured, or that of the servers. The program ends if a server is elsewhere. */
function locationFor({ name, location }: AzureVaultArgs, databases: readonly KeptServer[]): pulumi.Output<string> {
  const found = pulumi.all(databases.map(({ resource }) => resource.apply((server) => server.location)));
  return found.apply(async (locations) => {
    const where = location ?? locations[0];
    if (where === undefined) throw new Error(`vault ${name} has no location and no server; give it a location`);
    const strays = databases.flatMap((database, index) => {
      const at = locations[index];
      return at === undefined || locationName(at) === locationName(where) ? [] : [{ ...database, at }];
    });
    return strays.length === 0
      ? where
      : endProgram(
          `${settingName("vault.azure")}: vault ${name} is for servers in ${where}, and Azure Backup takes none from elsewhere: ${strays
            .map(
              ({ name: stray, index, at }) =>
                `${stray} is in ${at}; leave it out by databases[${index}].vault: { exclude: true }`,
            )
            .join("; ")}`,
        );
  });
}
