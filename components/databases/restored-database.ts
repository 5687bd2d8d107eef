import * as pulumi from "@pulumi/pulumi";
import { INSTANT_TAG } from "../../restore-points/rules/tag-keys";
import { declareKeptCopy, keptNote } from "../vaults/aws/kept-copies";
import type { KnownDatabase } from ".";
import {
  type DatabaseCopy,
  type DataCopies,
  instantSuffix,
  type RestoreContext,
  type RestoredCoordinator,
} from "./kind";

interface RestoredDatabaseContext extends Omit<RestoreContext, "parent"> {
  /** Known once all copies of the set are accepted. */
  accepted: pulumi.Output<unknown>;
}

/** One restored database: the parent of its copy and of what the copy is given after the restore. */
export class RestoredDatabase extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly kind: pulumi.Output<string>;
  readonly endpoint: pulumi.Output<string>;
  readonly properties: pulumi.Output<Record<string, string>>;
  readonly notes: pulumi.Output<string[]>;
  /** How many restores it takes. */
  readonly restores: pulumi.Output<number>;
  /** ScalarDB's coordinator in it. */
  readonly coordinator: pulumi.Output<RestoredCoordinator>;
  /** What shows the instant that it is of. */
  readonly data: pulumi.Output<DataCopies>;

  constructor(
    name: string,
    database: KnownDatabase,
    context: RestoredDatabaseContext,
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
    this.coordinator = copy.coordinator ?? pulumi.output({});
    this.data = copy.data ?? requestedData(database.name, copy, context);
    const { keep, tags, instant, accepted } = context;
    const { backup } = copy;
    if (keep && backup) {
      const marks = { ...tags, [INSTANT_TAG]: instant };
      const logical = `${database.name}-copy-${instantSuffix(instant)}`;
      // Copies that do not fit together are no restore point.
      const arns = accepted.apply(() => backup.arns);
      declareKeptCopy(logical, { ...backup, arns }, keep, { tags: marks, parent: this });
      this.notes = copy.notes.apply((notes) => [...notes, keptNote(keep)]);
    }
    this.registerOutputs({ endpoint: this.endpoint, properties: this.properties, notes: this.notes });
  }
}

/**
 * What shows the instant of a copy whose cloud keeps no record of it. The value waits until the copy can be used, so that no verdict about
 * a set comes before the last of its copies.
 */
function requestedData(
  name: string,
  { endpoint, notes }: DatabaseCopy,
  { instant }: Pick<RestoreContext, "instant">,
): pulumi.Output<DataCopies> {
  // An endpoint may be known before the instances that answer there; the notes wait for them.
  return pulumi.all([endpoint, notes]).apply(() => ({ requested: { name, instant, requested: true } }));
}
