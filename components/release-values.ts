import * as pulumi from "@pulumi/pulumi";
import { type PauseWindow, releaseLabel } from "../restore-points/window";
import { helmValues } from "./helm-values";
import { endProgram } from "./problem";
import { changeProperties, propertyChanges, usesMultiStorage } from "./properties";
import { databasesOf, type ReleaseDatabases } from "./release-databases";
import type { ScalarRestoreArgs } from "./restore-args";

/** A release by its names, with the databases that it uses. */
export interface ConfiguredRelease extends ReleaseDatabases {
  cluster?: string;
}

/** A copy, with the properties that differ from its source's, without their prefix. */
export interface CopyProperties {
  name: string;
  properties: Record<string, string>;
}

/** The products' present properties: one text for all releases, or a text by release. */
export interface PresentProperties {
  all?: string;
  byRelease?: Record<string, string>;
}

/** The product that is taken for one that no window names. */
const DEFAULT_PRODUCT = "scalardb-cluster";

/**
 * Helm values that point products at the copies, as YAML, by the releases' labels (`scalar/ledger`): each release gets its own
 * databases and no others. Without releases, as for one database that needs no pause, by the product.
 */
export function valuesByRelease(
  copies: readonly CopyProperties[],
  releases: readonly ConfiguredRelease[],
  windows: readonly PauseWindow[],
  present: PresentProperties,
  replicas: (label: string) => number | undefined = () => undefined,
): Record<string, string> {
  if (copies.every(({ properties }) => Object.keys(properties).length === 0)) return {};
  if (releases.length === 0) {
    const products = productsIn(windows, () => true);
    return Object.fromEntries(products.map((product) => [product, valuesOf(product, copies, present.all)]));
  }
  return Object.fromEntries(
    releases.flatMap((release) => {
      const own = databasesOf(release, copies);
      if (own.every(({ properties }) => Object.keys(properties).length === 0)) return [];
      const text = presentOf(release, releases, present);
      const products = productsIn(windows, (seen) => releaseLabel(seen) === releaseLabel(release), release.name);
      return products.map((product): [string, string] => [
        products.length > 1 ? `${releaseLabel(release)} (${product})` : releaseLabel(release),
        valuesOf(product, own, text, replicas(releaseLabel(release))),
      ]);
    }),
  );
}

/** The same, where the properties come from a user: the program ends for keys that are no release. */
export async function checkedValues(...given: Parameters<typeof valuesByRelease>): Promise<Record<string, string>> {
  const [, releases, , { byRelease }] = given;
  const unknown = unknownReleases(Object.keys(byRelease ?? {}), releases);
  if (unknown.length > 0) return endProgram(`propertiesByRelease: ${unknown.join(", ")}: ${notARelease(releases)}`);
  return valuesByRelease(...given);
}

/** The same copy is a release's only database, and one of several of another: its properties by every key that a release reads. */
export function keysOfEveryRelease(
  copy: CopyProperties,
  databases: readonly { name: string }[],
  releases: readonly ConfiguredRelease[],
): Record<string, string> {
  const users = releases.filter((release) => databasesOf(release, [copy]).length > 0);
  const several = new Set(users.map((release) => databasesOf(release, databases).length > 1));
  if (several.size === 0) several.add(databases.length > 1);
  return Object.fromEntries(
    [...several]
      .flatMap((each) => propertyChanges(copy.name, each, copy.properties))
      .map(({ key, value }) => [key, value]),
  );
}

/** Keys of properties by release that are no release, or more than one. */
export function unknownReleases(keys: readonly string[], releases: readonly ConfiguredRelease[]): string[] {
  return keys.filter((key) => releases.filter((release) => isCalled(release, key)).length !== 1);
}

/** What is expected in place of a name that is no release's. */
export function notARelease(releases: readonly ConfiguredRelease[]): string {
  const names = releases.map(({ namespace, name }) => `${namespace}/${name}`);
  return `expected the name of one release, or its namespace and name${names.length === 0 ? ", and no release is configured" : `: ${names.join(", ")}`}`;
}

/** The whole properties of a release, or of all, with the copies in place of their sources. */
export function propertiesOfCopies(
  copies: readonly CopyProperties[],
  releases: readonly ConfiguredRelease[],
  text: string,
  key?: string,
): string {
  const release = key === undefined ? undefined : releases.find((each) => isCalled(each, key));
  const own = release === undefined ? copies : databasesOf(release, copies);
  const several = usesMultiStorage(text);
  const changes = own.flatMap(({ name, properties }) => propertyChanges(name, several, properties));
  return changeProperties(text, changes).text;
}

function presentOf(
  release: ConfiguredRelease,
  releases: readonly ConfiguredRelease[],
  { all, byRelease }: PresentProperties,
): string | undefined {
  if (byRelease === undefined) return all;
  const known = Object.keys(byRelease).filter((key) => !unknownReleases([key], releases).includes(key));
  const key = known.find((each) => isCalled(release, each));
  return key === undefined ? undefined : byRelease[key];
}

/**
 * Properties by release with keys that are known now. An output of the whole map, as every language but TypeScript makes of a secret
 * one, does not show its keys: it has to have a text for each release.
 */
export function withKnownKeys(
  given: ScalarRestoreArgs["propertiesByRelease"],
  releases: readonly ConfiguredRelease[],
): Record<string, pulumi.Input<string>> | undefined {
  if (given === undefined || !(pulumi.Output.isInstance(given) || given instanceof Promise)) return given;
  const all = pulumi.output(given);
  const textOf = (release: ConfiguredRelease) =>
    all.apply(
      async (byRelease) =>
        presentOf(release, releases, { byRelease }) ??
        (await endProgram(
          `propertiesByRelease: has no properties of ${releaseLabel(release)}, whose copies a Job is to read`,
        )),
    );
  return Object.fromEntries(releases.map((release) => [releaseLabel(release), textOf(release)]));
}

/** Whether a key of properties by release means this one. */
export function isCalled(release: ConfiguredRelease, key: string): boolean {
  const { namespace, name } = release;
  return [name, `${namespace}/${name}`, releaseLabel(release)].includes(key);
}

function productsIn(
  windows: readonly PauseWindow[],
  isMeant: (release: { cluster: string; namespace: string; name: string }) => boolean,
  name = "",
): string[] {
  const products = new Set(
    windows.flatMap(({ cluster, releases }) =>
      releases.filter((release) => isMeant({ cluster, ...release })).map(({ product }) => product),
    ),
  );
  // Scalar's own tool does not say what it paused.
  products.delete("unknown");
  if (products.size > 0) return [...products];
  return [/(auditor|ledger)/.exec(name)?.[1] ?? DEFAULT_PRODUCT];
}

function valuesOf(
  product: string,
  copies: readonly CopyProperties[],
  present: string | undefined,
  replicas?: number,
): string {
  // The present properties know best: ScalarDB reads other keys with multi-storage than without.
  const several = copies.length > 1 || (present !== undefined && usesMultiStorage(present));
  const changes = copies.flatMap(({ name, properties }) => propertyChanges(name, several, properties));
  return helmValues(product, changes, present, replicas);
}
