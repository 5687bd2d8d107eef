import * as pulumi from "@pulumi/pulumi";

/** Says that a switch-over is not complete, where its copies are looked at in place of databases. */
export function warnOfTakenNames(what: string, names: readonly string[]): void {
  if (names.length === 0) return;
  void pulumi.log.warn(
    `${what}: a switch-over is not complete: copies are taking ${names.length === 1 ? "this name" : `${names.length} names (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""})`}, and no pod may run. Keep or set restore.switchOver as it was, and run "pulumi up" until it ends`,
  );
}
