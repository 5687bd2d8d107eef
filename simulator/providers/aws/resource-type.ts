import type { AwsCloud } from "../../cloud/aws/aws";
import type { PropertyMap, PropertyValue } from "../provider";
import type { Problem, Properties, Property } from "../schema";
import type { Changes } from "./diff";

/** What an operation on the cloud came to. */
export interface Created {
  id: string;
  simulatedMillis: number;
}

/** An existing resource, as an operation receives it. */
export interface Existing {
  id: string;
  /** As last deployed or read back. */
  state: PropertyMap;
}

/**
 * One type of the simulated `aws` package. To simulate another, write another file with one of these and list it in
 * `provider.ts`.
 */
export interface ResourceType {
  /** Such as `aws:dynamodb/table:Table`. */
  token: string;
  inputs: Properties;
  /** The names of what is an output only. */
  outputs: readonly string[];
  /**
   * The input that the bridge makes up from the logical name, a hyphen and 7 random characters when it is left out, of at most
   * `maxLength`: 255 where pulumi-aws says nothing else [pulumi-aws, provider/resources.go, setAutonaming].
   */
  autoName?: { property: string; maxLength: number };
  /** IAM knows no regions. */
  global?: true;
  /** What the provider writes into the state of what is imported, because AWS does not return it. */
  imported?: PropertyMap;
  /** The output that is a resource's id, where it can be imported by another one. */
  idOutput?: string;
  /** What the provider refuses in addition to wrong names, types and values. */
  check?(inputs: PropertyMap): Problem[];
  /** Corrects the plain comparison where the provider has rules of its own. */
  refine?(changes: Changes, state: PropertyMap, inputs: PropertyMap): void;
  /** `inputs` are complete: defaults, region, and `tagsAll`. `startMillis` is as in `CreateRequest`. */
  create(cloud: AwsCloud, inputs: PropertyMap, startMillis: number | undefined): Created;
  /** What the cloud returns now, an absent value as undefined; what it never returns remains. */
  read(cloud: AwsCloud, existing: Existing): Record<string, PropertyValue | undefined> | undefined;
  /** `changed` returns whether an input differs from the state. Returns how long it takes. */
  update(cloud: AwsCloud, existing: Existing, inputs: PropertyMap, changed: (input: string) => boolean): number;
  delete(cloud: AwsCloud, existing: Existing): number;
}

export const TAGS: Property = { type: "map", of: { type: "string" } };

export const STRINGS: Property = { type: "set", of: { type: "string" } };

export const ARN: Property["format"] = { pattern: /^arn:[\w-]+:[\w-]+:/, description: "an ARN" };

export const TIMESTAMP: Property["format"] = {
  pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  description: 'RFC3339 time format "2006-01-02T15:04:05Z07:00"',
};

/** The region a resource lives in, as check has filled it in. */
export function regionOf(properties: PropertyMap): string {
  return properties.region as string;
}

/** Text, or undefined for none: the bridge does not distinguish an empty text from none. */
export function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number, or undefined for none: the bridge does not distinguish 0 from none. */
export function number(value: PropertyValue | undefined): number | undefined {
  return typeof value === "number" && value !== 0 ? value : undefined;
}

export function flag(value: PropertyValue | undefined): boolean {
  return value === true;
}

export function texts(value: PropertyValue | undefined): string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}

export function object(value: PropertyValue | undefined): PropertyMap {
  return (value ?? {}) as PropertyMap;
}

export function objects(value: PropertyValue | undefined): PropertyMap[] {
  return Array.isArray(value) ? (value as PropertyMap[]) : [];
}

export function textMap(value: PropertyValue | undefined): Record<string, string> {
  return { ...((value ?? {}) as Record<string, string>) };
}

/** Tags as the SDKs' requests have them. */
export function tagList(properties: PropertyMap): { Key: string; Value: string }[] {
  return Object.entries(textMap(properties.tagsAll)).map(([Key, Value]) => ({ Key, Value }));
}

/** The keys that a change of tags takes away. */
export function tagsGone(state: PropertyMap, inputs: PropertyMap): string[] {
  const wanted = textMap(inputs.tagsAll);
  return Object.keys(textMap(state.tagsAll)).filter((key) => !(key in wanted));
}
