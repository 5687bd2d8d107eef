/**
 * What manages a resource: a simulated provider, or the engine itself for provider resources. Both speak the engine's
 * values (with secrets); the simulated providers see and answer plain ones.
 */
import { randomUUID } from "node:crypto";
import { type PropertyMap, type SimulatedProvider, UNKNOWN } from "../providers/provider";
import { contains, parsePath } from "./property-path";
import type { ResourceState, StackState } from "./state";
import { isProviderType, nameOf, packageOf, providerReference, providerUrn, typeOf } from "./urn";
import { containsUnknowns, equal, markSecrets, plainMap } from "./values";

export interface Difference {
  /** Property paths, sorted. */
  changed: string[];
  /** Whether a replacement is needed. */
  replace: boolean;
  /** Those of the paths that need it, or other words for why. */
  replacedBy: string[];
  deleteBeforeReplace: boolean;
}

export interface Manager {
  /** @throws with one line for each problem when the inputs are refused. */
  check(urn: string, oldInputs: PropertyMap | undefined, newInputs: PropertyMap): Promise<PropertyMap>;
  diff(old: ResourceState, newInputs: PropertyMap, ignoreChanges: string[]): Promise<Difference>;
  /** @param startMillis When it begins, in simulated milliseconds of the run. */
  create(resource: ResourceState, preview: boolean, startMillis: number): Promise<Created>;
  read(resource: ResourceState): Promise<Found | undefined>;
  /** Reads what no state knows, by its ID alone. */
  readById(resource: Pick<ResourceState, "urn" | "type">, id: string): Promise<Found | undefined>;
  update(old: ResourceState, next: ResourceState, preview: boolean): Promise<Omit<Created, "id">>;
  delete(resource: ResourceState): Promise<{ simulatedMillis: number }>;
}

interface Found {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

interface Created {
  id: string;
  outputs: PropertyMap;
  simulatedMillis: number;
}

export class Managers {
  readonly #providers: Map<string, SimulatedProvider>;
  readonly #configured = new Set<string>();
  readonly #providerResources: Manager;

  /** @param former The state before the run, whose provider resources may be needed for what the program no longer has. */
  constructor(
    providers: SimulatedProvider[],
    private readonly former: StackState,
  ) {
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]));
    this.#providerResources = new ProviderResources(this);
  }

  /** @throws when the package is not simulated in that version. */
  provider(packageName: string, version: string): SimulatedProvider {
    const provider = this.#providers.get(packageName);
    if (!provider) throw new Error(`no simulated provider for package "${packageName}"`);
    if (version && version !== provider.version) {
      throw new Error(`the program uses ${packageName} ${version}, but the simulated provider is ${provider.version}`);
    }
    return provider;
  }

  /** Configures the provider of a provider resource, once in each run. */
  async configure(urn: string, id: string, inputs: PropertyMap): Promise<void> {
    const reference = providerReference(urn, id);
    if (this.#configured.has(reference)) return;
    this.#configured.add(reference);
    const { version, ...config } = plainMap(inputs);
    if (containsUnknowns(config)) {
      throw new Error(`the embedded engine needs to know the whole configuration of '${urn}' in a preview`);
    }
    await this.provider(packageOf(typeOf(urn)), String(version ?? "")).configure(config);
  }

  /** @throws when the resource's provider has not been registered in this run. */
  of(resource: Pick<ResourceState, "urn" | "type" | "custom" | "provider">): Manager | undefined {
    if (!resource.custom) return undefined;
    if (isProviderType(resource.type)) return this.#providerResources;
    if (!this.#configured.has(resource.provider)) {
      throw new Error(`unknown provider '${resource.provider}' for resource '${resource.urn}'`);
    }
    return new Managed(this.provider(packageOf(typeOf(providerUrn(resource.provider))), ""));
  }

  /** The manager of a resource of the former state, through the provider resource of that time. */
  async ofFormer(resource: ResourceState): Promise<Manager | undefined> {
    if (resource.provider) {
      const provider = this.former.find(({ urn, id }) => providerReference(urn, id) === resource.provider);
      if (provider) {
        // An attached provider serves every version, on the real engine too: a stack may be older than the SDK.
        const { version, ...inputs } = provider.inputs;
        await this.configure(provider.urn, provider.id, inputs);
      }
    }
    return this.of(resource);
  }

  async cancel(): Promise<void> {
    await Promise.all([...this.#providers.values()].map((provider) => provider.cancel()));
  }
}

/** Resources that a simulated provider manages. */
class Managed implements Manager {
  constructor(private readonly provider: SimulatedProvider) {}

  async check(urn: string, oldInputs: PropertyMap | undefined, newInputs: PropertyMap): Promise<PropertyMap> {
    const type = typeOf(urn);
    const { inputs, failures } = await this.provider.check({
      urn,
      type,
      oldInputs: oldInputs && plainMap(oldInputs),
      newInputs: plainMap(newInputs),
    });
    if (failures.length > 0) {
      const name = nameOf(urn);
      throw new Error(
        failures
          .map(({ property, reason }) =>
            property
              ? `${type} resource '${name}': property ${property} has a problem: ${reason}`
              : `${type} resource '${name}' has a problem: ${reason}`,
          )
          .join("\n"),
      );
    }
    return markSecrets(inputs, newInputs);
  }

  async diff(old: ResourceState, newInputs: PropertyMap, ignoreChanges: string[]): Promise<Difference> {
    const { detailedDiff, deleteBeforeReplace } = await this.provider.diff({
      urn: old.urn,
      type: old.type,
      id: old.id,
      oldInputs: plainMap(old.inputs),
      oldOutputs: plainMap(old.outputs),
      newInputs: plainMap(newInputs),
      ignoreChanges,
    });
    const changed = Object.keys(detailedDiff).sort();
    const replacedBy = changed.filter((path) => detailedDiff[path]?.endsWith("-replace"));
    return { changed, replace: replacedBy.length > 0, replacedBy, deleteBeforeReplace };
  }

  async create({ urn, type, inputs }: ResourceState, preview: boolean, startMillis: number): Promise<Created> {
    const created = await this.provider.create({ urn, type, inputs: plainMap(inputs), preview, startMillis });
    if (!preview && !created.id) throw new Error(`the provider returned no ID for '${urn}'`);
    return { ...created, outputs: markSecrets(created.outputs, inputs) };
  }

  async read(resource: ResourceState) {
    const { urn, type, id, inputs, outputs } = resource;
    const found = await this.provider.read({ urn, type, id, inputs: plainMap(inputs), outputs: plainMap(outputs) });
    return (
      found && {
        id: found.id,
        inputs: markSecrets(found.inputs, inputs),
        outputs: markSecrets(found.outputs, outputs),
      }
    );
  }

  async readById({ urn, type }: Pick<ResourceState, "urn" | "type">, id: string) {
    return await this.provider.read({ urn, type, id });
  }

  async update(old: ResourceState, next: ResourceState, preview: boolean) {
    const updated = await this.provider.update({
      urn: next.urn,
      type: next.type,
      id: old.id,
      oldInputs: plainMap(old.inputs),
      oldOutputs: plainMap(old.outputs),
      newInputs: plainMap(next.inputs),
      preview,
    });
    return { ...updated, outputs: markSecrets(updated.outputs, next.inputs) };
  }

  async delete({ urn, type, id, inputs, outputs }: ResourceState) {
    return await this.provider.delete({ urn, type, id, inputs: plainMap(inputs), outputs: plainMap(outputs) });
  }
}

/** Provider resources: they only configure the provider, and never need a replacement. */
class ProviderResources implements Manager {
  constructor(private readonly managers: Managers) {}

  async check(_urn: string, _oldInputs: PropertyMap | undefined, newInputs: PropertyMap): Promise<PropertyMap> {
    return newInputs;
  }

  async diff(old: ResourceState, newInputs: PropertyMap): Promise<Difference> {
    const keys = [...new Set([...Object.keys(old.inputs), ...Object.keys(newInputs)])].sort();
    const before = plainMap(old.inputs);
    const after = plainMap(newInputs);
    return {
      changed: keys.filter((key) => !equal(before[key], after[key])),
      replace: false,
      replacedBy: [],
      deleteBeforeReplace: false,
    };
  }

  async create({ urn, inputs }: ResourceState, preview: boolean): Promise<Created> {
    const id = preview ? UNKNOWN : randomUUID();
    await this.managers.configure(urn, id, inputs);
    return { id, outputs: inputs, simulatedMillis: 0 };
  }

  async read({ id, inputs, outputs }: ResourceState) {
    return { id, inputs, outputs };
  }

  async readById({ urn }: Pick<ResourceState, "urn" | "type">): Promise<never> {
    throw new Error(
      `the embedded engine does not support the import of a provider, such as '${urn}'; use the real one`,
    );
  }

  async update(old: ResourceState, next: ResourceState) {
    await this.managers.configure(next.urn, old.id, next.inputs);
    return { outputs: next.inputs, simulatedMillis: 0 };
  }

  async delete() {
    return { simulatedMillis: 0 };
  }
}

/** The difference with what `replaceOnChanges` adds to its reasons for a replacement. */
export function withReplaceOnChanges(difference: Difference, replaceOnChanges: string[]): Difference {
  const paths = replaceOnChanges.map(parsePath);
  const forced = difference.changed.filter((changed) => paths.some((path) => contains(path, parsePath(changed))));
  const replacedBy = [...new Set([...difference.replacedBy, ...forced])].sort();
  return { ...difference, replace: replacedBy.length > 0, replacedBy };
}

export const NOTHING: Difference = { changed: [], replace: false, replacedBy: [], deleteBeforeReplace: false };

/** A replacement that no difference between properties has asked for. */
export const REPLACEMENT: Difference = { ...NOTHING, replace: true };
