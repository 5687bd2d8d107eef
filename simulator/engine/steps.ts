/** The things that a run does to one resource. A step is run once, at a given simulated time, and answers when it ends. */

import { UNKNOWN } from "../providers/provider";
import type { Journal } from "./journal";
import type { Difference, Managers } from "./managers";
import type { Operation } from "./stack";
import type { ResourceState } from "./state";
import { isSecret, makeSecret } from "./values";

export interface Step {
  readonly resource: ResourceState;
  /** @returns when it ends, in simulated milliseconds since the run began. */
  run(startMillis: number): Promise<number>;
}

/** Thrown for what must not be deleted; other deletions go on. */
export class ProtectedError extends Error {}

export class Steps {
  /** @param deleted URNs that this run deletes: what says `deletedWith` one of them goes without its provider being asked. */
  constructor(
    private readonly managers: Managers,
    private readonly journal: Journal,
    private readonly preview: boolean,
    private readonly deleted: ReadonlySet<string>,
  ) {}

  same(old: ResourceState, next: ResourceState): Step {
    return this.#step(next, "same", async () => {
      next.id = old.id;
      next.outputs = old.outputs;
      if (this.#isProvider(next)) await this.managers.configure(next.urn, next.id, old.inputs);
      this.#done(next, old);
      return 0;
    });
  }

  create(next: ResourceState): Step {
    return this.#step(next, "create", async (startMillis) => {
      const millis = await this.#create(next, startMillis);
      this.#done(next);
      return millis;
    });
  }

  /** @param deleteLater Whether the old one still exists, and is deleted at the end of the run. */
  createReplacement(old: ResourceState, next: ResourceState, difference: Difference, deleteLater: boolean): Step {
    return this.#step(
      next,
      "replace",
      async (startMillis) => {
        const millis = await this.#create(next, startMillis);
        if (deleteLater) old.pendingDeletion = true;
        this.#done(next, deleteLater ? undefined : old);
        return millis;
      },
      difference,
    );
  }

  update(old: ResourceState, next: ResourceState, difference: Difference): Step {
    return this.#step(
      next,
      "update",
      async () => {
        next.id = old.id;
        const updated = await this.managers.of(next)?.update(old, next, this.preview);
        next.outputs = updated?.outputs ?? {};
        this.#done(next, old);
        return updated?.simulatedMillis ?? 0;
      },
      difference,
    );
  }

  /** @param replacing Whether the old resource, which the stack has created, makes room for the one that is read. */
  read(next: ResourceState, old: ResourceState | undefined, replacing: boolean): Step {
    return this.#step(next, replacing ? "replace" : "read", async () => {
      if (next.id !== UNKNOWN) {
        const found = await this.managers.of(next)?.read({ ...next, outputs: next.inputs });
        if (!found) throw new Error(`resource '${next.id}' does not exist`);
        next.id = found.id;
        next.outputs = found.outputs;
      }
      if (old && replacing) old.pendingDeletion = true;
      this.#done(next, replacing ? undefined : old);
      return 0;
    });
  }

  /** Takes what exists into the state. @param replaces What the stack has in its place so far, to be deleted at the end of the run. */
  import(imported: ResourceState, replaces: ResourceState | undefined): Step {
    return this.#step(imported, replaces ? "replace" : "import", async () => {
      if (replaces) replaces.pendingDeletion = true;
      this.#done(imported);
      return 0;
    });
  }

  refuse(resource: ResourceState, message: string): Step {
    return {
      resource,
      run: async () => {
        throw new Error(message);
      },
    };
  }

  /** Deletes what the program no longer has. */
  delete(old: ResourceState): Step {
    return this.#step(old, this.#isForgotten(old) ? undefined : "delete", async () => {
      if (old.protect) {
        throw new ProtectedError(
          `resource "${old.urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, ` +
            "either remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
        );
      }
      return await this.#delete(old);
    });
  }

  /** @param reported Whether a replacement has already been reported for it in this run. */
  deleteReplaced(old: ResourceState, reported: boolean): Step {
    return this.#step(old, reported || this.#isForgotten(old) ? undefined : "delete", () => this.#delete(old));
  }

  /** Deletes what is then created again; until it is, the state says so. */
  deleteBeforeReplacement(old: ResourceState): Step {
    return {
      resource: old,
      run: async (startMillis) => {
        const endMillis = startMillis + (await this.#deleteInCloud(old));
        old.pendingReplacement = true;
        this.journal.deletedToReplace(old, startMillis, endMillis);
        return endMillis;
      },
    };
  }

  /** Drops what was deleted to be created again, and is no longer wanted. */
  forget(old: ResourceState): Step {
    return this.#step(old, "delete", async () => {
      this.journal.forget(old);
      return 0;
    });
  }

  #step(
    resource: ResourceState,
    kind: Operation["kind"] | undefined,
    act: (startMillis: number) => Promise<number>,
    difference?: Difference,
  ): Step {
    return {
      resource,
      run: async (startMillis) => {
        if (kind) this.journal.started(resource, kind);
        const endMillis = startMillis + (await act(startMillis));
        if (kind) this.journal.ended(resource, kind, startMillis, endMillis, difference);
        else this.journal.passed(resource.urn, endMillis);
        return endMillis;
      },
    };
  }

  async #create(next: ResourceState, startMillis: number): Promise<number> {
    const created = await this.managers.of(next)?.create(next, this.preview, startMillis);
    next.id = created?.id ?? "";
    next.outputs = created?.outputs ?? {};
    return created?.simulatedMillis ?? 0;
  }

  async #delete(old: ResourceState): Promise<number> {
    const millis = await this.#deleteInCloud(old);
    this.journal.forget(old);
    return millis;
  }

  async #deleteInCloud(old: ResourceState): Promise<number> {
    if (this.preview || old.external || old.retainOnDelete || this.deleted.has(old.deletedWith)) return 0;
    const deleted = await (await this.managers.ofFormer(old))?.delete(old);
    return deleted?.simulatedMillis ?? 0;
  }

  #done(next: ResourceState, replaces?: ResourceState): void {
    for (const [key, output] of Object.entries(next.outputs)) {
      const input = next.inputs[key];
      if (next.additionalSecretOutputs.includes(key) || (input !== undefined && isSecret(input))) {
        next.outputs[key] = makeSecret(output);
      }
    }
    if (replaces) this.journal.forget(replaces);
    this.journal.done.push(next);
  }

  #isProvider(resource: ResourceState): boolean {
    return resource.custom && resource.provider === "";
  }

  /** Nothing happens to what was only read: the stack forgets it. */
  #isForgotten(old: ResourceState): boolean {
    return old.external;
  }
}
