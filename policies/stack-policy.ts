import type { PolicyConfigSchema, PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { type Documented, described, type Rule, settingsOf } from "./resource-policy";
import { plainValue, type Value } from "./values";

/** A resource of the stack as a rule sees it: its outputs, as they are or as the preview expects them. */
export interface StackResource {
  urn: string;
  type: string;
  name: string;
  props: Value;
  ignoreChanges: string[];
  /** URNs of the components that it belongs to, the nearest first. */
  ancestors: string[];
  /** By property, the URNs of the resources its value is made from: known even where the value is not. */
  madeFrom: Record<string, string[]>;
}

/** What a rule found, at a resource or, without one, at the stack. */
export interface StackProblem {
  message: string;
  at?: StackResource;
}

/** A rule that judges all resources of the stack together, when all are declared. */
export interface StackRule<Settings> extends Rule<Settings> {
  /** Why the stack must not be deployed, each with the fix; empty when it may. Unknown values are not a problem. */
  problems(resources: StackResource[], settings: Settings, stackTags: ReadonlyMap<string, string>): StackProblem[];
}

export function stackPolicy<Settings extends object>(rule: StackRule<Settings>): Documented<StackValidationPolicy> {
  const properties: PolicyConfigSchema["properties"] = { ...rule.settings };
  return {
    ...described(rule, properties),
    validateStack: (args, reportViolation) => {
      const settings = settingsOf<Settings>(properties, args.getConfig());
      for (const { message, at } of rule.problems(args.resources.map(stackResource), settings, args.stackTags))
        reportViolation(message, at?.urn);
    },
  };
}

function stackResource(resource: PolicyResource): StackResource {
  const { urn, type, name, props, opts, propertyDependencies } = resource;
  const madeFrom = Object.entries(propertyDependencies).map(([key, sources]) => [key, sources.map(({ urn }) => urn)]);
  return {
    urn,
    type,
    name,
    props: plainValue(props),
    ignoreChanges: opts.ignoreChanges,
    ancestors: ancestorsOf(resource),
    madeFrom: Object.fromEntries(madeFrom),
  };
}

function ancestorsOf({ parent }: PolicyResource): string[] {
  return parent === undefined ? [] : [parent.urn, ...ancestorsOf(parent)];
}
