import type { PulumiStack } from "../pulumi/stack";
import type { StackResource } from "../report/resources";

/** A copy that a killed run has asked the cloud for, and that is not in the stack's state. */
export interface LostCopy {
  urn: string;
  /** The instant that it is restored to. */
  at: string;
}

/**
 * The copies of drills that exist in the cloud, or may, and that Pulumi would leave there: a run that is killed while a cloud creates
 * them has only their creation in its state, as pending.
 */
export async function lostCopies(stack: PulumiStack): Promise<LostCopy[]> {
  const [pending, resources] = await Promise.all([stack.pendingCreations(), stack.resources()]);
  const known = new Set(resources.map(({ urn }) => urn));
  return pending.flatMap((creation) => {
    const at = drillOf(creation);
    return at === undefined || known.has(creation.urn) ? [] : [{ urn: creation.urn, at }];
  });
}

/** Creations of restores that are pending, but for a recovery's. */
export async function pendingOfDrills(stack: PulumiStack): Promise<string[]> {
  const pending = await stack.pendingCreations();
  return pending
    .filter(({ urn }) => urn.includes("scalar-backup:index:ScalarRestore$"))
    .filter((creation) => tagsOf(creation)[COPY] === undefined || drillOf(creation) !== undefined)
    .map(({ urn }) => urn);
}

const COPY = "scalar-backup:copy";

/** The instant of a drill's copy; undefined for every other resource. */
function drillOf(resource: StackResource): string | undefined {
  const { [COPY]: copy, "scalar-backup:restored-to": at } = tagsOf(resource);
  return copy === "drill" && typeof at === "string" ? at : undefined;
}

function tagsOf({ inputs }: StackResource): Record<string, unknown> {
  const tags = inputs?.tags;
  // Cast: any object has these.
  return typeof tags === "object" && tags !== null ? (tags as Record<string, unknown>) : {};
}
