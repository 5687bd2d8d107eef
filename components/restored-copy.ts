import type * as pulumi from "@pulumi/pulumi";

/** One restored database, as a user needs it. */
export interface RestoredCopy {
  /** The database's name in the set. */
  name: string;
  /** Its kind, such as `aurora-postgresql`. */
  kind: string;
  /** Host name or region by which the copy is reached. */
  endpoint: pulumi.Output<string>;
  /** The ScalarDB properties that differ from the source's, by their whole keys. A secret where one of them is. */
  properties: pulumi.Output<Record<string, string>>;
  /** What is left to do for this copy, as sentences. */
  notes: pulumi.Output<string[]>;
}
