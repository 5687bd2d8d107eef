import type { CarriedProperties } from "./stoppable-pods";

/** A database whose copy has another address. */
export interface MovedAddress {
  /** The database's name in the set. */
  name: string;
  /** Host names. */
  source: string;
  copy: string;
  /** The keys of the copy, of which a product needs one as its password; absent where passwords are the source's. */
  keys?: string[];
}

/** Which of the two addresses a release's properties have. What is neither the one nor the other comes with why, for messages. */
export type Carried =
  | { of: "source" | "copy" }
  /** `copy with a wrong key`: pods would start there, and get no answer. */
  | { of: "neither" | "both" | "copy with a wrong key"; because: string };

const CONTACT_POINTS = /^(scalar\.db\.(?:multi_storage\.storages\.[^.]+\.)?)contact_points$/;

/** ScalarDB's placeholders, `${env:NAME}` and `${env:NAME:-default}`, and those of ScalarDL's images, `{{ default .Env.NAME "" }}`. */
const PLACEHOLDER = /\$\{env:(\w+)(?::-[^}]*)?\}|\{\{[^}]*\.Env\.(\w+)[^}]*\}\}/g;

/** By which address the pods of a Deployment would reach a database if they started now. */
export function carriedOf({ texts, variables, configMaps }: CarriedProperties, moved: MovedAddress): Carried {
  if (configMaps.length === 0)
    return {
      of: "neither",
      because: "its pods mount no ConfigMap with a file <product>.properties, as Scalar's charts do",
    };
  const found = texts.flatMap((text) => contactPoints(text, variables));
  const copies = found.filter(({ value }) => names(value, moved.copy));
  const sources = found.filter(({ value }) => names(value, moved.source));
  if (copies.length > 0 && sources.length > 0)
    return { of: "both", because: `its properties name both ${moved.source} and ${moved.copy}` };
  if (sources.length > 0) return { of: "source" };
  if (copies.length === 0) return { of: "neither", because: neither(found, moved) };
  const wrong = copies.filter(({ password }) => isWrong(password, moved.keys));
  if (wrong.length === 0) return { of: "copy" };
  return {
    of: "copy with a wrong key",
    because: `${wrong.map(({ prefix }) => `${prefix}password`).join(", ")} is not a key of ${moved.copy}: its copy has other keys than the database that it replaces`,
  };
}

function neither(found: readonly ContactPoints[], { source, copy }: MovedAddress): string {
  const unknown = found.flatMap(({ value }) => [...value.matchAll(PLACEHOLDER)].map(([, one, other]) => one ?? other));
  return unknown.length > 0
    ? `its contact_points come from ${[...new Set(unknown)].join(", ")}, which is no variable with a value in the Deployment; a Secret is not read: write the address itself into the properties`
    : `none of its contact_points names ${source} or ${copy}`;
}

interface ContactPoints {
  /** What the keys of this database begin with. */
  prefix: string;
  value: string;
  password: string | undefined;
}

function contactPoints(text: string, variables: Record<string, string>): ContactPoints[] {
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  const properties = new Properties(text);
  const read = (key: string) => {
    const value = properties.getEffectiveProperty(key)?.value;
    return value?.replaceAll(
      PLACEHOLDER,
      (whole, one?: string, other?: string) => variables[one ?? other ?? ""] ?? whole,
    );
  };
  const keys = new Set(properties.nodes.flatMap((node) => (node.type === "property" ? [node.key] : [])));
  return [...keys].flatMap((key) => {
    const [, prefix] = CONTACT_POINTS.exec(key) ?? [];
    const value = read(key);
    return prefix === undefined || value === undefined ? [] : [{ prefix, value, password: read(`${prefix}password`) }];
  });
}

/** What a Secret holds cannot be judged. */
function isWrong(password: string | undefined, keys: readonly string[] | undefined): boolean {
  if (keys === undefined || password === undefined || password.search(PLACEHOLDER) >= 0) return false;
  return !keys.includes(password.trim());
}

/** Whether a value, such as a JDBC URL, has this host: not one that only begins or ends like it. */
function names(value: string, host: string): boolean {
  const text = value.toLowerCase();
  const letter = /[\w.-]/;
  for (let at = text.indexOf(host); at >= 0; at = text.indexOf(host, at + 1)) {
    if (!letter.test(text[at - 1] ?? " ") && !letter.test(text[at + host.length] ?? " ")) return true;
  }
  return false;
}
