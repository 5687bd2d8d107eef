import * as pulumi from "@pulumi/pulumi";
import { counted } from "../restore-points/counted";
import type { KnownDatabase } from "./databases";
import type { RestoredDatabase } from "./databases/restored-database";

/**
 * Says once how long the restores of this run take: their resources, which the clouds' providers create, show only for how long
 * they have been creating.
 */
export function sayWhatToExpect(
  databases: readonly KnownDatabase[],
  copies: readonly RestoredDatabase[],
  copiesExist: pulumi.Output<boolean>[],
  resource: pulumi.Resource,
): void {
  pulumi.all([pulumi.all(copies.map(({ restores }) => restores)), pulumi.all(copiesExist)]).apply(([counts, exist]) => {
    const lines = databases.flatMap((database, index) => (exist[index] ? [] : [lineOf(database, counts[index])]));
    if (lines.length === 0) return;
    const what = pulumi.runtime.isDryRun() ? "an update would restore" : "restoring";
    const together = lines.length > 1 ? ", all at the same time" : "";
    const head = `${what} ${counted(lines.length, "database")}${together}:`;
    void pulumi.log.info([head, ...lines.map((line) => `  ${line}`)].join("\n"), resource);
  });
}

function lineOf({ name, kind }: KnownDatabase, count: number | undefined): string {
  // Other kinds are restored as a whole, in one restore.
  const tables = count === undefined || kind.restoresAtOnce === undefined ? "" : `, ${counted(count, "table")}`;
  const takes = kind.restoreTakes ?? "depends on the amount of data; no duration is documented";
  return `${name} (${kind.label}${tables}): ${takes}`;
}
