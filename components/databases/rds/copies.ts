import { instantSuffix, type RestoreContext } from "../kind";

/** A copy's identifier: at most 63 characters, with room for an instance's number. */
export function copyIdentifier(source: string, instant: string): string {
  const suffix = instantSuffix(instant);
  return `${source.slice(0, 63 - suffix.length - 4).replace(/-+$/, "")}-${suffix}`;
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

/** With what a copy is logged in to. */
export function credentialsNote(managedPassword: boolean): string {
  return managedPassword
    ? "user names and passwords are the source's, but for the master user: the copy has a secret of its own in Secrets Manager"
    : "user names and passwords are the source's";
}
