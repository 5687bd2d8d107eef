import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { type ResourceType, regionOf } from "./resource-type";

export const backupVaultPolicy: ResourceType = {
  token: "aws:backup/vaultPolicy:VaultPolicy",
  inputs: {
    backupVaultName: { type: "string", required: true, replaces: true },
    policy: { type: "string", required: true, equivalent: sameDocument },
  },
  outputs: ["backupVaultArn"],

  create(cloud, { backupVaultName, policy, ...rest }) {
    const name = backupVaultName as string;
    cloud.backup
      .region(regionOf(rest))
      .vault(name)
      .setPolicy(policy as string);
    return { id: name, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const vault = cloud.backup.region(regionOf(state)).findVault(id);
    if (vault?.policy === undefined) return undefined;
    return { backupVaultArn: vault.arn, backupVaultName: vault.name, policy: vault.policy };
  },

  update(cloud, { id, state }, wanted) {
    cloud.backup
      .region(regionOf(state))
      .vault(id)
      .setPolicy(wanted.policy as string);
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    cloud.backup.region(regionOf(state)).findVault(id)?.setPolicy(undefined);
    return CONTROL_PLANE;
  },
};

/** Documents are compared by what they say. */
export function sameDocument(old: unknown, next: unknown): boolean {
  const canonical = (text: unknown) => {
    try {
      return JSON.stringify(sorted(JSON.parse(String(text))));
    } catch {
      return text;
    }
  };
  return canonical(old) === canonical(next);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
