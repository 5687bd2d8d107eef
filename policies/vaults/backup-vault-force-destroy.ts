import { resourcePolicy } from "../resource-policy";
import { booleanAt } from "../values";

export const backupVaultForceDestroy = resourcePolicy({
  name: "backup-vault-force-destroy",
  description: "Checks whether a backup vault that still holds recovery points refuses to be destroyed.",
  looksAt: "aws.backup.Vault",
  severity: "high",
  settings: {},
  appliesTo: (type) => type === "aws:backup/vault:Vault",
  problems({ props }) {
    if (booleanAt(props, "forceDestroy") !== true) return [];
    return ["destroying the vault would delete every recovery point in it: set forceDestroy to false"];
  },
  fix(props) {
    props.forceDestroy = false;
  },
});
