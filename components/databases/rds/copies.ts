import type { SwitchedRds } from "../../../operations/switch-over/request";
import { instantSuffix, type RestoreContext } from "../kind";

/** A copy's identifier: at most 63 characters, with room for an instance's number. */
export function copyIdentifier(source: string, instant: string): string {
  const suffix = instantSuffix(instant);
  return `${source.slice(0, 63 - suffix.length - 4).replace(/-+$/, "")}-${suffix}`;
}

/** A replaced database's identifier: at most 63 characters. */
export function replacedIdentifier(source: string, instant: string): string {
  const suffix = `-replaced-${instantSuffix(instant)}`;
  return `${source.slice(0, 63 - suffix.length).replace(/-+$/, "")}${suffix}`;
}

/** A database of RDS as a switch-over works on it. */
export function switchedRds(
  name: string,
  what: "instance" | "cluster",
  { identifier, region, instant }: { identifier: string; region: string; instant: string },
): SwitchedRds {
  return {
    service: "rds",
    name,
    region,
    what,
    // AWS keeps identifiers in lower case.
    identifier: identifier.toLowerCase(),
    copyIdentifier: copyIdentifier(identifier.toLowerCase(), instant),
    replacedIdentifier: replacedIdentifier(identifier.toLowerCase(), instant),
  };
}

/** What decides how a copy goes: a drill's without a trace, a recovery's only by hand. */
export function copyDeletion(identifier: string, { mode }: RestoreContext) {
  const recovery = mode === "recovery";
  return {
    deletionProtection: recovery,
    deleteAutomatedBackups: !recovery,
    skipFinalSnapshot: !recovery,
    finalSnapshotIdentifier: recovery ? `${identifier}-final` : undefined,
  };
}

/** Says which credentials a copy has. */
export function credentialsNote(managedPassword: boolean): string {
  return managedPassword
    ? "user names and passwords are the source's, but for the master user: the copy has a secret of its own in Secrets Manager"
    : "user names and passwords are the source's";
}
