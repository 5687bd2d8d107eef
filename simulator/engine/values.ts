/**
 * Property values as the engine holds them: JSON in the form that the SDK sends, where a secret, a reference to a
 * resource and the like are objects with a signature. Providers see plain values (`plain`), and what they answer is
 * marked secret again as Pulumi does for a provider that knows no secrets (`markSecrets`).
 */
import { isDeepStrictEqual } from "node:util";
import { type PropertyMap, type PropertyValue, UNKNOWN } from "../providers/provider";
import { secret } from "./stack";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function signatureOf(value: PropertyValue | undefined): PropertyValue | undefined {
  return isMap(value) ? value[SIGNATURE] : undefined;
}

export function isSecret(value: PropertyValue | undefined): boolean {
  return signatureOf(value) === SECRET;
}

export function makeSecret(value: PropertyValue): PropertyValue {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** @returns what is under the secret, if it is one. */
export function unwrapped(value: PropertyValue): PropertyValue {
  return isSecret(value) ? unwrapped((value as PropertyMap).value ?? null) : value;
}

function containsSecrets(value: PropertyValue): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(containsSecrets);
  return isMap(value) && Object.values(value).some(containsSecrets);
}

export function containsUnknowns(value: PropertyValue): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(containsUnknowns);
  return isMap(value) && Object.values(value).some(containsUnknowns);
}

export function equal(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

/**
 * A value as received from the program. Output values are taken apart into secret, unknown or plain ones.
 * @throws when it holds what this engine does not know, such as assets.
 */
export function received(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(received);
  if (!isMap(value)) return value;
  switch (signatureOf(value)) {
    case undefined:
      return mapValues(value, received);
    case SECRET:
      return makeSecret(received(value.value ?? null));
    case RESOURCE:
      return value;
    case OUTPUT: {
      const inner = value.value === undefined ? UNKNOWN : received(value.value);
      return value.secret ? makeSecret(inner) : inner;
    }
    default:
      throw new Error("assets, archives and other special values are not supported by the embedded engine");
  }
}

/** The value as a provider sees it: no secrets, and a resource's id (or URN, for a component) in place of a reference. */
export function plain(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  switch (signatureOf(value)) {
    case SECRET:
      return plain(value.value ?? null);
    case RESOURCE:
      return value.id === undefined ? (value.urn ?? null) : value.id === "" ? UNKNOWN : value.id;
    default:
      return mapValues(value, plain);
  }
}

export function plainMap(values: PropertyMap): PropertyMap {
  return mapValues(values, plain);
}

/** The value as results show it: secrets wrapped by `secret()`. */
export function shown(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(shown);
  if (isSecret(value)) return secret(shown(unwrapped(value)));
  return isMap(value) ? mapValues(value, shown) : value;
}

/** What a provider answered, with every property secret that was secret (or held a secret) in what it was given. */
export function markSecrets(answered: PropertyMap, given: PropertyMap): PropertyMap {
  const marked: PropertyMap = { ...answered };
  for (const [key, before] of Object.entries(given)) {
    const now = marked[key];
    if (now === undefined) continue;
    if (isMap(now) && isMap(before) && !isSecret(before)) marked[key] = markSecrets(now, before);
    else if (containsSecrets(before)) marked[key] = makeSecret(now);
  }
  return marked;
}

export function mapValues(values: PropertyMap, change: (value: PropertyValue) => PropertyValue): PropertyMap {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
