import { isObject } from "../../restore-points/shape";
import type { StackValues } from "../pulumi/stack";

/** AWS Backup starts its jobs once an hour or more rarely, and a drill removes its copies before the next one. */
export const KEPT_ONLY_LATER =
  'vault.aws.keepRestored keeps nothing of this drill, because its copies are removed right after the verdict. For copies in the vault, use --keep, and "scalar-backup drill --clean-up" when the jobs of AWS Backup have ended';

/** Whether the set's configuration asks for copies of restored databases in the vault. */
export function keepsRestored(values: StackValues): boolean {
  try {
    const vault: unknown = JSON.parse(values["scalar-backup:vault"]?.value ?? "{}");
    return isObject(vault) && isObject(vault.aws) && vault.aws.keepRestored !== undefined;
  } catch {
    return false;
  }
}
