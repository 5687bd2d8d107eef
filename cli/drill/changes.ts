import type { EngineEvent } from "@pulumi/pulumi/automation";
import { nameOf, type StackResource } from "../report/resources";
import { isChange } from "./events";

/** What a preview would change. */
export class PlannedChanges {
  readonly #ops = new Map<string, string>();

  receive({ resourcePreEvent }: EngineEvent): void {
    if (resourcePreEvent && isChange(resourcePreEvent.metadata))
      this.#ops.set(resourcePreEvent.metadata.urn, resourcePreEvent.metadata.op);
  }

  get count(): number {
    return this.#ops.size;
  }

  /** Those that are not of the restore, such as `update scalar-pause`. */
  others(resources: ReadonlyMap<string, StackResource>): string[] {
    return [...this.#ops].filter(([urn]) => !isOfRestore(urn, resources)).map(([urn, op]) => `${op} ${nameOf(urn)}`);
  }
}

/** Whether a resource is a restore's: its copies may be created, changed and deleted by a drill, and nothing else. */
export function isOfRestore(urn: string, resources: ReadonlyMap<string, StackResource>): boolean {
  const resource = resources.get(urn);
  if (resource === undefined) return false;
  if (resource.type === "scalar-backup:index:ScalarRestore") return true;
  return resource.parent !== undefined && isOfRestore(resource.parent, resources);
}
