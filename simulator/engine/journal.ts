/** The record of one run: operations with their simulated times, diagnostics, and the state as it grows. */
import type { Difference } from "./managers";
import type { Diagnostic, Operation, StackEvent } from "./stack";
import { neededBy, type ResourceState, renamed, type StackState } from "./state";
import { isProviderType, nameOf } from "./urn";

const NO_DIFFERENCE = { changed: [], replacedBy: [] };

export class Journal {
  readonly operations: Operation[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** Resources that exist after this run, in the order in which they were done. */
  readonly done: ResourceState[] = [];
  /** Present URNs by former ones. */
  readonly presentUrns = new Map<string, string>();
  /** Resources of the former state that this run has replaced by another state, or deleted. */
  readonly #gone = new Set<ResourceState>();
  readonly #endOf = new Map<string, number>();
  readonly #deletedToReplace: { resource: ResourceState; startMillis: number; endMillis: number }[] = [];
  #simulatedMillis = 0;

  constructor(
    private readonly former: StackState,
    private readonly onEvent: (event: StackEvent) => void,
  ) {}

  get simulatedMillis(): number {
    return this.#simulatedMillis;
  }

  /** When all that the resource needs is there, in simulated milliseconds of this run. */
  readyAt(resource: ResourceState): number {
    // A read by the ID of what this run creates waits for it, though the SDK doesn't say so.
    const source = this.done.find(({ type, id }) => resource.external && type === resource.type && id === resource.id);
    const needed = [...neededBy(resource), ...(source ? [source.urn] : [])];
    return Math.max(0, ...needed.map((urn) => this.#endOf.get(urn) ?? 0));
  }

  started(resource: ResourceState, kind: Operation["kind"]): void {
    if (isEnginesOwn(resource)) return;
    this.onEvent({ kind: "started", operation: { ...identityOf(resource), kind } });
  }

  ended(
    resource: ResourceState,
    kind: Operation["kind"],
    startMillis: number,
    endMillis: number,
    difference: Pick<Difference, "changed" | "replacedBy"> = NO_DIFFERENCE,
  ): void {
    this.passed(resource.urn, endMillis);
    if (isEnginesOwn(resource)) return;
    const { changed, replacedBy } = difference;
    const dependsOn = [...neededBy(resource)].filter((urn) => !isProviderType(urn.split("::")[2] ?? "")).sort();
    const operation = { ...identityOf(resource), kind, changed, replacedBy, startMillis, endMillis, dependsOn };
    this.operations.push(operation);
    this.onEvent({ kind: "ended", operation });
  }

  /** Notes a deletion that a creation is to follow: an operation of its own only when none does. */
  deletedToReplace(resource: ResourceState, startMillis: number, endMillis: number): void {
    this.passed(resource.urn, endMillis);
    this.#deletedToReplace.push({ resource, startMillis, endMillis });
  }

  /** Reports what was deleted to be created again, and was not. */
  close(): void {
    const reported = new Set(this.operations.filter(({ kind }) => kind !== "same").map(({ urn }) => urn));
    for (const { resource, startMillis, endMillis } of this.#deletedToReplace) {
      if (!reported.has(resource.urn)) this.ended(resource, "delete", startMillis, endMillis);
    }
  }

  /** Notes that simulated time has passed for a resource. */
  passed(urn: string, endMillis: number): void {
    this.#endOf.set(urn, endMillis);
    this.#simulatedMillis = Math.max(this.#simulatedMillis, endMillis);
  }

  forget(former: ResourceState): void {
    this.#gone.add(former);
    // What this run has imported, and then updates.
    const imported = this.done.indexOf(former);
    if (imported !== -1) this.done.splice(imported, 1);
  }

  report(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
    this.onEvent({ kind: "diagnostic", diagnostic });
  }

  /** The state after this run: what it has done, then what it has not touched. */
  state(): StackState {
    return renamed([...this.done, ...this.former.filter((resource) => !this.#gone.has(resource))], this.presentUrns);
  }
}

/** Default providers are the engine's own business, not the program's. */
function isEnginesOwn(resource: ResourceState): boolean {
  return isProviderType(resource.type) && nameOf(resource.urn).startsWith("default");
}

function identityOf({ urn, type }: ResourceState) {
  return { urn, type, name: nameOf(urn) };
}
