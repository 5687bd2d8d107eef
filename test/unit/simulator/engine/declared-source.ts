import type { Deployment } from "../../../../simulator/engine/deployment";
import type { Source, SourceContext } from "../../../../simulator/engine/source";
import type { ResourceState } from "../../../../simulator/engine/state";
import { isProviderType, providerReference, ROOT_STACK_TYPE } from "../../../../simulator/engine/urn";
import { isMap, makeSecret } from "../../../../simulator/engine/values";
import { type PropertyMap, type PropertyValue, UNKNOWN } from "../../../../simulator/providers/provider";
import type { Declaration } from "./program/declaration";

/**
 * Says to the engine what the fixture program would say through the SDK, without the second that a process takes to
 * start. The engine tests play the same scenarios with the real program.
 */
export const declaredSource: Source = async (deployment, context) => {
  try {
    await new Declarations(deployment, context).declare();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

class Declarations {
  readonly #registering = new Map<string, Promise<ResourceState>>();

  constructor(
    private readonly deployment: Deployment,
    private readonly context: SourceContext,
  ) {}

  async declare(): Promise<void> {
    const { project, stack, config } = this.context;
    const name = `${project.name}-${stack}`;
    const root = await this.deployment.register({ ...EMPTY_GOAL, type: ROOT_STACK_TYPE, name });
    for (const declaration of JSON.parse(config.values["declared:resources"] ?? "[]") as Declaration[]) {
      if (declaration.name === config.values["declared:failAt"]) {
        await Promise.allSettled(this.#registering.values());
        throw new Error(`failing at ${declaration.name}`);
      }
      const registering = this.#register(declaration, root.urn);
      registering.catch(() => {}); // Seen below, or by those that need it.
      this.#registering.set(declaration.name, registering);
    }
    await Promise.all(this.#registering.values());
    const outputs = await this.#resolved(JSON.parse(config.values["declared:outputs"] ?? "{}"), new Set());
    this.deployment.registerOutputs(root.urn, outputs as PropertyMap);
    await this.deployment.deleteTheRest();
  }

  async #register({ name, kind, type, id, inputs = {}, options = {} }: Declaration, root: string) {
    const {
      parent,
      dependsOn = [],
      provider,
      deletedWith,
      replaceWith = [],
      aliases = [],
      import: importId,
      ...others
    } = options;
    const urnOf = async (other: string) => (await this.#find(other)).urn;
    const propertyDependencies: Record<string, string[]> = {};
    const properties: PropertyMap = {};
    for (const [key, value] of Object.entries(inputs)) {
      const needed = new Set<string>();
      properties[key] = await this.#resolved(value as PropertyValue, needed);
      propertyDependencies[key] = [...needed];
    }
    const explicit = await Promise.all([...dependsOn, ...replaceWith].map(urnOf));
    const goal = {
      ...EMPTY_GOAL,
      ...others,
      name,
      custom: kind !== "component",
      type: kind === "component" ? "fixture:index:Group" : (type ?? "fixture:index:Thing"),
      parent: parent ? await urnOf(parent) : root,
      properties,
      propertyDependencies,
      dependencies: [...new Set([...explicit, ...Object.values(propertyDependencies).flat()])],
      replaceWith: await Promise.all(replaceWith.map(urnOf)),
      aliases: (aliases as { name: string }[]).map((alias) => ({ ...alias, noParent: false })),
      ...(deletedWith && { deletedWith: await urnOf(deletedWith) }),
      ...(importId !== undefined && { importId: String(importId) }),
    };
    if (kind === "provider") return await this.deployment.register({ ...goal, type: "pulumi:providers:fixture" });
    const own = provider && (await this.#find(provider));
    const reference = own ? providerReference(own.urn, own.id || UNKNOWN) : "";
    if (id === undefined) return await this.deployment.register({ ...goal, provider: reference });
    return await this.deployment.read({
      ...goal,
      id: String(await this.#resolved(id as PropertyValue, new Set())),
      provider: reference,
    });
  }

  async #find(name: string): Promise<ResourceState> {
    const registering = this.#registering.get(name);
    if (!registering) throw new Error(`${name} is not declared before it is used`);
    return await registering;
  }

  /** @param needed Gets the URNs of what the value comes from. */
  async #resolved(value: PropertyValue, needed: Set<string>): Promise<PropertyValue> {
    if (Array.isArray(value)) return await Promise.all(value.map((inner) => this.#resolved(inner, needed)));
    if (!isMap(value)) return value;
    if (typeof value.from === "string") {
      const [name = "", property = ""] = value.from.split(".");
      const resource = await this.#find(name);
      if (!isProviderType(resource.type)) needed.add(resource.urn);
      return (property === "id" ? resource.id : resource.outputs[property]) || UNKNOWN;
    }
    if (value.secret !== undefined) return makeSecret(await this.#resolved(value.secret, needed));
    if (typeof value.secretConfig === "string") {
      return makeSecret(this.context.config.values[`declared:${value.secretConfig}`] ?? null);
    }
    if (typeof value.invoke === "string") {
      return (await this.deployment.invoke(value.invoke, {}, "", "")).answer ?? null;
    }
    const entries = Object.entries(value).map(async ([key, inner]) => [key, await this.#resolved(inner, needed)]);
    return Object.fromEntries(await Promise.all(entries));
  }
}

const EMPTY_GOAL = {
  custom: false,
  parent: "",
  properties: {},
  provider: "",
  providers: {},
  version: "",
  dependencies: [],
  propertyDependencies: {},
  aliases: [],
  ignoreChanges: [],
  replaceOnChanges: [],
  additionalSecretOutputs: [],
  customTimeouts: {},
  replaceWith: [],
  replacementTrigger: null,
};
