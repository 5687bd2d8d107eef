import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import test from "ava";

// What the SDK wraps properties in; it hides the type.
const { unknownCheckingProxy } = require("@pulumi/policy/proxy") as {
  unknownCheckingProxy(props: object): Record<string, unknown>;
};

/** Calls single policies in process, on what the SDK hands them: properties behind the proxy that throws for unknown values. */

/** A value that a preview does not know: Pulumi's sentinel for a text, as the SDK finds it in a request. */
export const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Declared {
  type: string;
  name?: string;
  props: object;
  protect?: boolean;
  ignoreChanges?: string[];
  /** The name of the component that it belongs to. */
  parent?: string;
  /** Other than one at the top of the stack. */
  urn?: string;
  /** By property, the names of the resources its value is made from. */
  madeFrom?: Record<string, string[]>;
}

export type Config = Record<string, unknown>;

export function urnOf({ type, name = "it", urn }: Declared): string {
  return urn ?? `urn:pulumi:dev::test::${type}::${name}`;
}

/** The messages of a policy about one resource. */
export async function violations(
  policy: ResourceValidationPolicy,
  declared: Declared,
  config: Config = {},
): Promise<string[]> {
  const found: string[] = [];
  const validations = [policy.validateResource ?? []].flat();
  for (const validate of validations) await validate(resourceArgs(declared, config), (message) => found.push(message));
  return found;
}

/** The properties as the policy fixes them; undefined when it finds nothing to fix. */
export async function fixed(
  policy: ResourceValidationPolicy,
  declared: Declared,
  config: Config = {},
): Promise<object | undefined> {
  const copy = { ...declared, props: structuredClone(declared.props) };
  const result = await policy.remediateResource?.(resourceArgs(copy, config));
  return result ? copy.props : undefined;
}

/** The messages of a policy about a whole stack, each with the name of the resource it points at. */
export async function stackViolations(
  policy: StackValidationPolicy,
  declared: Declared[],
  { config = {}, tags = {} }: { config?: Config; tags?: Record<string, string> } = {},
): Promise<{ message: string; at?: string }[]> {
  const found: { message: string; at?: string }[] = [];
  const resources = declared.map(policyResource);
  for (const [index, { parent }] of declared.entries())
    if (parent !== undefined)
      (resources[index] as PolicyResource).parent = resources.find(({ name }) => name === parent);
  for (const [index, { madeFrom }] of declared.entries())
    for (const [property, names] of Object.entries(madeFrom ?? {}))
      (resources[index] as PolicyResource).propertyDependencies[property] = resources.filter(({ name }) =>
        names.includes(name),
      );
  await policy.validateStack(
    {
      resources,
      stackTags: new Map(Object.entries(tags)),
      getConfig: <T>() => config as T,
      notApplicable: () => {
        throw new Error("not applicable");
      },
    },
    (message, urn) => found.push(urn === undefined ? { message } : { message, at: urn.split("::").at(-1) }),
  );
  return found;
}

function policyResource(declared: Declared): PolicyResource {
  const { type, name, props, urn, opts, isType, asType } = resourceArgs(declared, {});
  return {
    type,
    name,
    props,
    urn,
    opts,
    isType,
    asType: asType as PolicyResource["asType"],
    dependencies: [],
    propertyDependencies: {},
  };
}

function resourceArgs(declared: Declared, config: Config): ResourceValidationArgs {
  const { type, name = "it", props, protect = false, ignoreChanges = [] } = declared;
  return {
    type,
    name,
    urn: urnOf(declared),
    props: unknownCheckingProxy(props),
    opts: {
      protect,
      ignoreChanges,
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    stackTags: new Map(),
    isType: () => false,
    asType: () => undefined,
    getConfig: <T>() => config as T,
    notApplicable: () => {
      throw new Error("not applicable");
    },
  };
}

/** A title that can be false: whether a policy reports a case, or accepts it. */
function titleOf(policy: { name: string }, title: string, messages: readonly unknown[]): string {
  return `${policy.name} ${messages.length > 0 ? "reports" : "accepts"}: ${title}`;
}

/** Tests what a policy says of each way to be bad; nothing where a way is fine after all. */
export function says(policy: ResourceValidationPolicy, cases: [string, Declared, string[], Config?][]): void {
  for (const [title, declared, messages, config] of cases)
    test(titleOf(policy, title, messages), async (t) => {
      t.deepEqual(await violations(policy, declared, config), messages);
    });
}

/** Tests what a policy changes in the properties that it fixes; undefined where it shall leave them alone. */
export function fixes(
  policy: ResourceValidationPolicy,
  cases: [string, Declared, object | undefined, Config?][],
): void {
  for (const [title, declared, expected, config] of cases)
    test(`${policy.name} fixes ${title}`, async (t) => {
      const props = await fixed(policy, declared, config);
      t.deepEqual(props, expected === undefined ? undefined : { ...declared.props, ...expected });
      if (props) t.deepEqual(await violations(policy, { ...declared, props }, config), [], "and is content then");
    });
}

/** Tests what a policy says of whole stacks. */
export function saysOfStack(
  policy: StackValidationPolicy,
  cases: [
    string,
    Declared[],
    { message: string; at?: string }[],
    { config?: Config; tags?: Record<string, string> }?,
  ][],
): void {
  for (const [title, declared, messages, given] of cases)
    test(titleOf(policy, title, messages), async (t) => {
      t.deepEqual(await stackViolations(policy, declared, given), messages);
    });
}
