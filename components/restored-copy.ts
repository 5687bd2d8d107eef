import type * as pulumi from "@pulumi/pulumi";

/** One restored database, as a user needs it. */
export interface RestoredCopy {
  name: string;
  kind: string;
  /** Host name or region by which the copy is reached. */
  endpoint: pulumi.Output<string>;
  /** The ScalarDB properties that differ from the source's, by their whole keys. A secret where one of them is. */
  properties: pulumi.Output<Record<string, string>>;
  notes: pulumi.Output<string[]>;
}
