import type { EnforcementLevel, PolicyConfigSchema, ResourceValidationPolicy, Severity } from "@pulumi/policy";
import { plainValue, type Value } from "./values";

/** What a rule is shown of a resource. */
export interface JudgedResource {
  urn: string;
  type: string;
  name: string;
  props: Value;
  protect: boolean;
  ignoreChanges: string[];
}

/** What every rule says of itself. */
export interface Rule<Settings> {
  name: string;
  description: string;
  /** The resources it looks at, for the documentation. */
  looksAt: string;
  severity: Severity;
  /** Defaults to mandatory. */
  level?: EnforcementLevel;
  settings: SettingSchemas<Settings>;
}

/** A rule that judges one resource at a time, before it is deployed. */
export interface ResourceRule<Settings> extends Rule<Settings> {
  appliesTo(type: string): boolean;
  /** Why the resource must not be deployed, each with the fix; empty when it may. Unknown values are not a problem. */
  problems(resource: JudgedResource, settings: Settings): string[];
  /** Fixes the problems in the resource's inputs, if that is safe. Called only if there are problems. */
  fix?(props: Record<string, unknown>, settings: Settings, type: string): void;
}

/** Every setting with its JSON schema: description and default are part of the documentation. */
export type SettingSchemas<Settings> = {
  [Key in keyof Settings]: PolicyConfigSchema["properties"][string] & { description: string; default: Settings[Key] };
};

/** A setting that every rule about single resources has. */
interface CommonSettings {
  except: string[];
}

const EXCEPT: SettingSchemas<CommonSettings>["except"] = {
  type: "array",
  items: { type: "string" },
  default: [],
  description: "Names of resources to skip, as in the program.",
};

/** A policy of the pack, with what its documentation says besides. */
export type Documented<Policy> = Policy & { looksAt: string };

export function resourcePolicy<Settings extends object>(
  rule: ResourceRule<Settings>,
): Documented<ResourceValidationPolicy> {
  const properties: PolicyConfigSchema["properties"] = { ...rule.settings, except: EXCEPT };
  const judge = (args: Parameters<NonNullable<ResourceValidationPolicy["remediateResource"]>>[0]) => {
    const settings = settingsOf<Settings & CommonSettings>(properties, args.getConfig());
    if (!rule.appliesTo(args.type) || settings.except.includes(args.name)) return { settings, problems: [] };
    const { urn, type, name } = args;
    const { protect, ignoreChanges } = args.opts;
    return {
      settings,
      problems: rule.problems({ urn, type, name, props: plainValue(args.props), protect, ignoreChanges }, settings),
    };
  };
  const { fix } = rule;
  return {
    ...described(rule, properties),
    validateResource: (args, reportViolation) => {
      for (const problem of judge(args).problems) reportViolation(problem);
    },
    ...(fix && {
      remediateResource: (args) => {
        const { settings, problems } = judge(args);
        if (problems.length === 0) return undefined;
        fix(args.props, settings, args.type);
        return args.props;
      },
    }),
  };
}

/** What a policy says of itself, from its rule. */
export const described = (
  { name, description, severity, level, looksAt }: Rule<object>,
  properties: PolicyConfigSchema["properties"],
) => ({ name, description, severity, enforcementLevel: level ?? "mandatory", looksAt, configSchema: { properties } });

/** Sets an input of a resource; the maps on its path exist already, because the rule has found a problem in them. */
export function setAt(props: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? path;
  let holder: object = props;
  for (const key of keys) {
    const inner: unknown = Reflect.get(holder, key);
    if (inner === null || typeof inner !== "object") throw new Error(`${path} cannot be set: ${key} is no map`);
    holder = inner;
  }
  Reflect.set(holder, last, value);
}

/** The settings given, completed by the defaults: an engine sends them filled in, other callers may not. */
export function settingsOf<Settings>(schemas: PolicyConfigSchema["properties"], given: object): Settings {
  const defaults = Object.entries(schemas).map(([key, schema]) => [key, schema.default]);
  // Cast: the engine has checked the settings by these schemas, which `SettingSchemas` derives from the type.
  return { ...Object.fromEntries(defaults), ...given } as Settings;
}
