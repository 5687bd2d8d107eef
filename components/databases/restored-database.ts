import * as pulumi from "@pulumi/pulumi";
import { INSTANT_TAG } from "../../restore-points/rules/tag-keys";
import { declareKeptCopy, keptNote } from "../vaults/aws/kept-copies";
import type { KnownDatabase } from ".";
import { instantSuffix, type RestoreContext } from "./kind";

/** One restored database: the parent of its copy and of what the copy is given after the restore. */
export class RestoredDatabase extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly kind: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  readonly properties: pulumi.Output<Record<string, string>>;
  readonly notes: pulumi.Output<string[]>;
  /** How many restores it takes. */
  readonly restores: pulumi.Output<number>;

  constructor(
    name: string,
    database: KnownDatabase,
    context: Omit<RestoreContext, "parent">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("scalar-backup:index:RestoredDatabase", name, {}, opts);
    const copy = database.kind.restore(database.name, database.args, { ...context, parent: this });
    this.name = pulumi.output(copy.name);
    this.kind = pulumi.output(copy.kind);
    this.endpoint = copy.endpoint;
    this.properties = copy.properties;
    this.notes = copy.notes;
    this.restores = copy.restores ?? pulumi.output(1);
    const { keep, tags, instant } = context;
    if (keep && copy.backup) {
      const marks = { ...tags, [INSTANT_TAG]: instant };
      const logical = `${database.name}-copy-${instantSuffix(instant)}`;
      declareKeptCopy(logical, copy.backup, keep, { tags: marks, parent: this });
      this.notes = copy.notes.apply((notes) => [...notes, keptNote(keep)]);
    }
    this.registerOutputs({ endpoint: this.endpoint, properties: this.properties, notes: this.notes });
  }
}
