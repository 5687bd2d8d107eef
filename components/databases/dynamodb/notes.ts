import { counted } from "../../../restore-points/counted";
import type { NamespacePrefixes } from "../../../restore-points/namespace-prefix";
import { instantSuffix, type RestoreContext } from "../kind";
import { leftToSetAgain } from "../not-restored";

/** The copies of a restore, as far as notes are about them. */
export interface CopiesOfNotes {
  count: number;
  incomplete: string | undefined;
  /** The regions of their sources' replicas. */
  replicas: string[];
  /** The region that they are in, where it is another than the sources'. */
  otherRegion: string | undefined;
  /** Absent where their namespaces have the sources' prefix. */
  prefixes: NamespacePrefixes | undefined;
}

/** What users should know of the copies, and have to do. */
export function notesOf(name: string, copies: CopiesOfNotes, context: RestoreContext): string[] {
  const { incomplete, replicas } = copies;
  return [
    ...(incomplete ? [`INCOMPLETE: ${incomplete}`] : []),
    ...(context.from?.windowBackups
      ? [`restored from the backups of the pause window that ${context.instant} is in`]
      : []),
    ...namesOf(name, copies, context),
    ...leftToSetAgain("dynamodb", { replicas }),
  ];
}

function namesOf(
  name: string,
  { count, otherRegion, prefixes }: CopiesOfNotes,
  { mode, instant }: RestoreContext,
): string[] {
  const recovers = mode === "recovery";
  if (prefixes) {
    const back = prefixes.from === "" ? "without that property" : `with "${prefixes.from}" there`;
    return [
      `${counted(count, "table is", "tables are")} next to their sources with the namespace prefix ${prefixes.to}, which ScalarDB has in scalar.db.dynamo.namespace.prefix; the sources are as they were: ${back}, ScalarDB uses them again`,
      ...(recovers
        ? [
            `once the products use the copies, set databases[].dynamodb.existing.namespacePrefix of ${name} to ${prefixes.to}, and remove restoreTo.namespacePrefix`,
          ]
        : []),
    ];
  }
  if (otherRegion !== undefined)
    return [`${counted(count, "table is", "tables are")} in ${otherRegion} under their own names`];
  return [
    `${counted(count, "table is", "tables are")} next to their sources as <table>-${instantSuffix(instant)}${recovers ? "" : ", for inspection only"}: ScalarDB finds tables by their own names`,
    ...(recovers
      ? []
      : [
          `to drill with ScalarDB itself, set databases[].dynamodb.restoreTo.namespacePrefix of ${name}, or restoreTo.region to another region`,
        ]),
  ];
}
