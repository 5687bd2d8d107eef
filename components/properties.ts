import { moveJdbcUrl, SUBSTITUTIONS } from "./jdbc-url";

/** What is known of the copies for the products' configuration. */
export interface PropertyChange {
  /** The whole key: `scalar.db.contact_points`. */
  key: string;
  value: string;
}

/** A product's properties for the copies, and what a user should check of them. */
export interface ChangedProperties {
  text: string;
  notes: string[];
}

/** What begins the keys of one of several databases. */
const MULTI_STORAGE = "scalar.db.multi_storage.storages.";

/** The properties that differ for copies, with the prefix under which ScalarDB looks for them. */
export function propertyChanges(
  database: string,
  several: boolean,
  properties: Record<string, string>,
): PropertyChange[] {
  const prefix = several ? `${MULTI_STORAGE}${database}.` : "scalar.db.";
  return Object.entries(properties).map(([key, value]) => ({ key: `${prefix}${key}`, value }));
}

/**
 * A product's properties with the copies in place of their sources; comments, order and all other values stay as they are.
 * Only host and port of a JDBC URL are replaced: the rest does not depend on the database.
 */
export function changeProperties(text: string, changes: readonly PropertyChange[]): ChangedProperties {
  // Loaded here: without a restore it is not needed.
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  const present = new Properties(ended(text));
  const notes: string[] = [];
  const lines = new Map<string, string>();
  for (const { key, value } of changes) {
    const before = present.getEffectiveProperty(key)?.value;
    const moved = before !== undefined && isJdbcUrl(value) ? moveJdbcUrl(before, value) : undefined;
    lines.set(key, `${key}=${escaped(moved?.url ?? value)}`);
    notes.push(...(moved?.notes ?? notesOf(before, value)).map((note) => `${key}: ${note}`));
  }
  const kept = present.nodes.flatMap((node) => {
    if (node.type !== "property") return node.rawLine;
    const line = lines.get(node.key);
    if (line === undefined) return node.rawLines;
    // Java reads the last of several.
    return node === present.getEffectiveProperty(node.key) ? line : [];
  });
  const added = [...lines].filter(([key]) => present.getEffectiveProperty(key) === undefined).map(([, line]) => line);
  const storages = changes.filter(({ key }) => key.startsWith(MULTI_STORAGE));
  if (text !== "" && storages.length > 0 && !usesMultiStorage(text))
    notes.unshift(
      `${MULTI_STORAGE}*: your properties have no "scalar.db.storage=multi-storage", so ScalarDB does not read these keys; name the release's own databases in pause.releases[].databases`,
    );
  return { text: `${[...(text === "" ? [] : kept), ...added].join("\n")}\n`, notes };
}

/** Properties by their whole keys, as the text of a file. */
export function propertiesText(properties: Record<string, string>): string {
  return changeProperties(
    "",
    Object.entries(properties).map(([key, value]) => ({ key, value })),
  ).text;
}

/** Whether ScalarDB finds its databases under `scalar.db.multi_storage.storages`. */
export function usesMultiStorage(text: string): boolean {
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  return new Properties(text).getEffectiveProperty("scalar.db.storage")?.value.trim() === "multi-storage";
}

const isJdbcUrl = (value: string) => value.startsWith("jdbc:");

function notesOf(before: string | undefined, value: string): string[] {
  if (before === undefined) return ["your properties do not have it, so it is added"];
  // A text that is written as it is where a reference to a Secret was.
  if (!isJdbcUrl(value))
    return before.search(SUBSTITUTIONS) < 0
      ? []
      : [
          `your value comes from elsewhere (${before.trim()}), and the copy's takes its place as plain text; to keep it in a Secret, put this value there and keep your line`,
        ];
  return [
    "your value is not a JDBC URL with a host in it, so the copy's takes its place; add your URL's parameters and its database name",
  ];
}

/** The text without what ends its last line: a backslash there would continue it with a line that is appended. */
function ended(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\n+$/, "")
    .replace(/(?<!\\)((?:\\\\)*)\\$/, "$1");
}

/** A value as Java reads it after an equals sign: no more is escaped than has to be. */
function escaped(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replace(/^[ \t\f]/, "\\$&");
}
