/**
 * Decides what a run does to each resource, by the rules of Pulumi's own engine (its step generator). Its answers are
 * steps; nothing is done before they are run.
 */
import type { PropertyMap } from "../providers/provider";
import { formerUrns } from "./aliases";
import { deletionGroups } from "./deletion-groups";
import { dependentReplacements } from "./dependent-replacements";
import type { Goal, ReadGoal } from "./goal";
import { isImport, nextState, readState } from "./goal-state";
import type { Journal } from "./journal";
import { type Difference, type Manager, type Managers, NOTHING, REPLACEMENT, withReplaceOnChanges } from "./managers";
import { formatPath, parsePath, reset } from "./property-path";
import { neededBy, type ResourceState, type StackState } from "./state";
import { type Step, Steps } from "./steps";
import { makeUrn, qualifiedTypeOf } from "./urn";
import { containsUnknowns, equal, unwrapped } from "./values";

/** The new state of one resource and the steps that lead to it, one after the other. */
export interface Plan {
  next: ResourceState;
  steps: Step[];
}

export interface PlannerOptions {
  stack: string;
  project: string;
  preview: boolean;
}

export class Planner {
  readonly #steps: Steps;
  readonly #byUrn: Map<string, ResourceState>;
  /** URNs that the program has registered or read. */
  readonly #claimed = new Set<string>();
  /** The former URN under which a resource of this run was found. */
  readonly #foundUnder = new Map<string, string>();
  /** Resources of the former state that this run has decided about, other than by deleting them. */
  readonly #decided = new Set<string>();
  readonly #replaced = new Set<string>();
  readonly #deleted = new Set<string>();
  /** Resources that are deleted before what they depend on is replaced, with the properties that ask for it. */
  readonly #condemned = new Map<ResourceState, Difference>();

  constructor(
    private readonly former: StackState,
    private readonly managers: Managers,
    private readonly journal: Journal,
    private readonly options: PlannerOptions,
  ) {
    this.#steps = new Steps(managers, journal, options.preview, this.#deleted);
    this.#byUrn = new Map(former.filter((resource) => !resource.pendingDeletion).map((old) => [old.urn, old]));
  }

  /** @throws when the goal cannot be reached: a duplicate, refused inputs, a protected resource to be replaced. */
  async register(goal: Goal): Promise<Plan> {
    const urn = this.#claim(goal);
    const old = this.#find(urn, goal);
    const next = nextState(urn, goal);
    const manager = this.managers.of(next);
    const recreating = old !== undefined && this.#deleted.has(urn);
    if (manager && isImport(goal, old)) {
      if (recreating)
        throw new Error(`the embedded engine does not support the import of '${urn}', which this run deletes`);
      return await this.#import(goal, goal.importId, old, next, manager);
    }
    const comparable = old !== undefined && !old.external && !recreating ? old : undefined;

    const wanted = old ? this.#withoutIgnored(goal, old.inputs, urn) : goal.properties;
    if (manager) {
      next.inputs = comparable
        ? await manager.check(urn, comparable.inputs, wanted)
        : await manager.check(urn, undefined, goal.properties);
    }
    if (!old) return { next, steps: [this.#steps.create(next)] };

    if (recreating) {
      this.#deleted.delete(urn);
      this.#settle(urn, "replaced");
      return {
        next,
        steps: [this.#steps.createReplacement(old, next, this.#condemned.get(old) ?? REPLACEMENT, false)],
      };
    }
    if (!comparable) {
      return { next, steps: [this.#steps.createReplacement(old, next, REPLACEMENT, true)] };
    }
    const difference = await this.#difference(goal, comparable, next, manager ? next.inputs : wanted);
    if (difference.replace || old.pendingReplacement) {
      return { next, steps: await this.#replace(goal, old, next, difference) };
    }
    this.#settle(urn, "kept");
    const step =
      difference.changed.length > 0 ? this.#steps.update(old, next, difference) : this.#steps.same(old, next);
    return { next, steps: [step] };
  }

  /** What exists is read and taken into the state; what differs is then updated, as of any resource in the state. */
  async #import(
    goal: Goal,
    id: string,
    old: ResourceState | undefined,
    next: ResourceState,
    manager: Manager,
  ): Promise<Plan> {
    const { urn } = next;
    const found = await manager.readById(next, id);
    if (!found) throw new Error(`resource '${id}' does not exist`);
    this.#settle(urn, old ? "replaced" : "kept");
    const imported: ResourceState = { ...next, ...found, importId: id };
    const importing = this.#steps.import(imported, old);
    next.importId = id;
    next.inputs = await manager.check(urn, imported.inputs, this.#withoutIgnored(goal, imported.inputs, urn));
    const difference = await this.#difference(goal, imported, next, next.inputs);
    if (difference.replace) {
      const message =
        "previously-imported resources that still specify an ID may not be replaced; please remove the `import` declaration from your program";
      // What was imported stays in the state.
      if (!this.options.preview) return { next, steps: [importing, this.#steps.refuse(next, message)] };
      this.journal.report({ severity: "warning", message, urn });
      return { next, steps: [importing, ...(await this.#replace(goal, imported, next, difference))] };
    }
    if (difference.changed.length === 0) return { next: imported, steps: [importing] };
    return { next, steps: [importing, this.#steps.update(imported, next, difference)] };
  }

  read(goal: ReadGoal): Plan {
    const urn = this.#claim(goal);
    if (!goal.id) throw new Error(`the program reads '${urn}' without an ID`);
    const old = this.#find(urn, { ...goal, aliases: [] });
    const next = readState(urn, goal);
    const replacing = old !== undefined && !old.external && old.id !== goal.id;
    this.#settle(urn, replacing ? "replaced" : "kept");
    return { next, steps: [this.#steps.read(next, old, replacing)] };
  }

  /** Deletions of all that the program no longer has, in groups that can be deleted together, one group after the other. */
  deletions(): Step[][] {
    const condemned = new Map<ResourceState, Step>();
    for (const resource of this.former) {
      if (resource.pendingDeletion) {
        if (this.#condemned.has(resource)) continue;
        condemned.set(resource, this.#steps.deleteReplaced(resource, this.#replaced.has(resource.urn)));
      } else if (!this.#isDecided(resource.urn)) {
        condemned.set(
          resource,
          resource.pendingReplacement ? this.#steps.forget(resource) : this.#steps.delete(resource),
        );
      } else {
        continue;
      }
      this.#deleted.add(resource.urn);
    }
    const position = new Map(this.former.map((resource, index) => [resource, index]));
    const needed = new Map([...condemned.keys()].map((resource) => [resource, neededBy(resource)]));
    const groups = deletionGroups(condemned.keys(), (one, other) => {
      const after = (position.get(one) ?? 0) > (position.get(other) ?? 0);
      return after && (needed.get(one)?.has(other.urn) ?? false);
    });
    return groups.map((group) => group.flatMap((resource) => condemned.get(resource) ?? []));
  }

  #claim(goal: { type: string; name: string; parent: string }): string {
    const { stack, project } = this.options;
    if (goal.parent && !this.#claimed.has(goal.parent))
      throw new Error(`could not find parent resource ${goal.parent}`);
    const urn = makeUrn(stack, project, goal.parent && qualifiedTypeOf(goal.parent), goal.type, goal.name);
    if (this.#claimed.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    const taken = this.journal.presentUrns.get(urn);
    if (taken)
      throw new Error(`Duplicate resource URN '${urn}' conflicting with alias on resource with URN '${taken}'`);
    this.#claimed.add(urn);
    return urn;
  }

  #find(urn: string, goal: Pick<Goal, "name" | "type" | "parent" | "aliases">): ResourceState | undefined {
    const { stack, project } = this.options;
    for (const known of [urn, ...formerUrns(goal, stack, project, this.#foundUnder)]) {
      const old = this.#byUrn.get(known);
      if (!old) continue;
      if (known !== urn) {
        if (this.#claimed.has(known) || this.journal.presentUrns.has(known)) {
          throw new Error(
            `Duplicate resource alias '${known}' applied to resource with URN '${urn}' conflicting with resource with URN '${this.journal.presentUrns.get(known) ?? urn}'`,
          );
        }
        this.journal.presentUrns.set(known, urn);
        this.#foundUnder.set(urn, known);
      }
      return old;
    }
    return undefined;
  }

  #settle(urn: string, how: "kept" | "replaced"): void {
    this.#decided.add(urn);
    if (how === "replaced") this.#replaced.add(urn);
  }

  #isDecided(urn: string): boolean {
    return this.#decided.has(this.journal.presentUrns.get(urn) ?? urn);
  }

  #withoutIgnored(goal: Goal, oldInputs: PropertyMap, urn: string): PropertyMap {
    const inputs = structuredClone(goal.properties);
    const impossible = goal.ignoreChanges.filter((path) => !reset(parsePath(path), structuredClone(oldInputs), inputs));
    if (impossible.length > 0) {
      const paths = impossible.map((path) => formatPath(parsePath(path))).join(", ");
      this.journal.report({
        severity: "info",
        message: `cannot ignore changes in added or removed elements of the path: "${paths}"`,
        urn,
      });
    }
    return inputs;
  }

  async #difference(goal: Goal, old: ResourceState, next: ResourceState, inputs: PropertyMap): Promise<Difference> {
    if (this.#isTriggered(old, next)) return REPLACEMENT;
    if (next.replaceWith.some((urn) => this.#replaced.has(urn))) return { ...REPLACEMENT, replacedBy: ["replaceWith"] };
    if (this.#replaced.has(next.deletedWith)) return { ...REPLACEMENT, replacedBy: ["deletedWith"] };
    // Between a component and a managed resource there is nothing to compare.
    if (old.custom !== next.custom) return { ...REPLACEMENT, replacedBy: ["provider"] };
    const manager = this.managers.of(next);
    if (!manager) return { ...NOTHING, changed: changedKeys(old.inputs, inputs) };
    const difference = await manager.diff(old, inputs, goal.ignoreChanges);
    return withReplaceOnChanges(difference, goal.replaceOnChanges);
  }

  #isTriggered(old: ResourceState, next: ResourceState): boolean {
    const before = unwrapped(old.replacementTrigger);
    const now = unwrapped(next.replacementTrigger);
    if (containsUnknowns(now)) {
      if (this.options.preview) return true;
      throw new Error(`replacement trigger contains unknowns for ${next.urn}`);
    }
    return before !== null && now !== null && !equal(before, now);
  }

  async #replace(goal: Goal, old: ResourceState, next: ResourceState, difference: Difference): Promise<Step[]> {
    if (old.protect && next.protect) {
      throw new Error(
        `unable to replace resource "${next.urn}"\nas it is currently marked for protection. To unprotect the resource, ` +
          "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
      );
    }
    this.#settle(next.urn, "replaced");
    // Defaults (auto-names among them) are chosen anew, and what is ignored for changes is as the program has it now.
    const manager = this.managers.of(next);
    if (manager) next.inputs = await manager.check(next.urn, undefined, goal.properties);

    if (!(goal.deleteBeforeReplace ?? difference.deleteBeforeReplace)) {
      return [this.#steps.createReplacement(old, next, difference, !old.pendingReplacement)];
    }
    const steps: Step[] = [];
    const dependents = await dependentReplacements(old, this.former, this.managers, (urn) => this.#isDecided(urn));
    for (const [dependent, why] of dependents.reverse()) {
      if (this.#condemned.has(dependent)) continue;
      if (dependent.protect) {
        throw new Error(
          `unable to replace resource "${dependent.urn}" as part of replacing "${next.urn}" as it is currently marked for protection`,
        );
      }
      this.#condemned.set(dependent, why);
      this.#deleted.add(dependent.urn);
      steps.push(this.#steps.deleteBeforeReplacement(dependent));
    }
    if (!old.pendingReplacement) {
      this.#deleted.add(old.urn);
      steps.push(this.#steps.deleteBeforeReplacement(old));
    }
    return [...steps, this.#steps.createReplacement(old, next, difference, false)];
  }
}

function changedKeys(before: PropertyMap, after: PropertyMap): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !equal(before[key], after[key])).sort();
}
