import * as pulumi from "@pulumi/pulumi";
import type { Declaration, Reference } from "./declaration";

/** Declares the resources that its config lists (see declaration.ts), so that one program serves every scenario. */
class Thing extends pulumi.CustomResource {
  constructor(type: string, name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(type, name, { address: undefined, generation: undefined, ...inputs }, options);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
    super("fixture:index:Group", name, inputs, options);
    this.registerOutputs({ described: name });
  }
}
class Provider extends pulumi.ProviderResource {}

const config = new pulumi.Config();
const declared = new Map<string, pulumi.Resource>();

function find(name: string): pulumi.Resource {
  const resource = declared.get(name);
  if (!resource) throw new Error(`${name} is not declared before it is used`);
  return resource;
}

function resolve(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  const reference = value as Reference;
  if ("from" in reference) {
    const [name = "", property = ""] = reference.from.split(".");
    return property === "" ? find(name) : (find(name) as unknown as Record<string, unknown>)[property];
  }
  if ("secret" in reference) return pulumi.secret(resolve(reference.secret));
  if ("secretConfig" in reference) return config.requireSecret(reference.secretConfig);
  if ("environment" in reference) return process.env[reference.environment];
  if ("invoke" in reference) return pulumi.output(pulumi.runtime.invoke(reference.invoke, {})).apply((r) => r.answer);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
}

function declare({ name, kind, type, id, inputs, options = {} }: Declaration): pulumi.Resource {
  const { parent, dependsOn, provider, deletedWith, replaceWith, ...others } = options;
  const all = {
    ...others,
    ...(parent && { parent: find(parent) }),
    ...(dependsOn && { dependsOn: dependsOn.map(find) }),
    ...(provider && { provider: find(provider) as pulumi.ProviderResource }),
    ...(deletedWith && { deletedWith: find(deletedWith) }),
    ...(replaceWith && { replaceWith: replaceWith.map(find) }),
    ...(id !== undefined && { id: resolve(id) as string }),
  };
  const resolved = resolve(inputs ?? {}) as pulumi.Inputs;
  if (kind === "component") return new Group(name, resolved, all as pulumi.ComponentResourceOptions);
  if (kind === "provider") return new Provider("fixture", name, resolved, all);
  return new Thing(type ?? "fixture:index:Thing", name, resolved, all);
}

for (const declaration of config.requireObject<Declaration[]>("resources")) {
  if (declaration.name === config.get("failAt")) throw new Error(`failing at ${declaration.name}`);
  declared.set(declaration.name, declare(declaration));
}
if (config.get("failAt") === "hook") new pulumi.ResourceHook("hook", () => {});

module.exports = resolve(config.getObject("outputs") ?? {});
