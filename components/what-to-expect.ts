import * as pulumi from "@pulumi/pulumi";
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
    const what = pulumi.runtime.isDryRun() ? "an update restores" : "restores begin, of";
    const together = lines.length === 1 ? "1 database" : `${lines.length} databases at the same time`;
    void pulumi.log.info([`${what} ${together}:`, ...lines.map((line) => `  ${line}`)].join("\n"), resource);
  });
}

function lineOf({ name, kind }: KnownDatabase, count: number | undefined): string {
  const tables = count === undefined ? "" : `, ${count} ${count === 1 ? "table" : "tables"}`;
  const takes = kind.restoreTakes ?? "as long as its amount of data needs; no duration is documented";
  return `${name} (${kind.label}${tables}): ${takes}`;
}
