import * as pulumi from "@pulumi/pulumi";
import { type DatabaseArgs, type KnownDatabase, kindOf } from "./databases";
import type { ReleaseNameArgs } from "./pause/release-args";
import { endProgram, type Problem } from "./problem";
import { pathText } from "./problem-messages/value";
import { databasesOf, type ReleaseDatabases } from "./release-databases";
import { notARelease, unknownReleases } from "./release-values";
import { settingName } from "./where-to-set";

const EXPECTED =
  "expected the text of database.properties, a key=value on each line: `properties: |`, and the lines below it";

/** What is wrong with a product's properties. They may hold passwords, so no message repeats a line. */
export function propertiesProblems(text: string): Problem[] {
  const problem = (message: string): Problem[] => [{ path: "properties", message }];
  if (text.trim() === "") return problem(`is empty; ${EXPECTED}, or remove this key`);
  if (/^\s*[{[]/.test(text)) return problem(`is a map or a list; ${EXPECTED}`);
  const wrong = linesWithoutValue(text);
  if (wrong.length === 0) return [];
  const [first] = wrong;
  const file = !text.trim().includes("\n") && /\.properties$/.test(text.trim());
  return problem(
    `${wrong.length === 1 ? `line ${first} is` : `lines ${wrong.join(", ")} are`} not key=value; ${EXPECTED}${file ? " (not the name of a file)" : ""}`,
  );
}

/**
 * The numbers of lines that no product reads as a property. Java takes any word for a key; of a key without an equals sign or
 * a colon, only one with a period in it and a value behind it is meant as one.
 */
function linesWithoutValue(text: string): number[] {
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  return new Properties(text)
    .getProperties()
    .filter(({ key, value, separatorChar }) => separatorChar === undefined && (value === "" || !key.includes(".")))
    .map(({ startingLineNumber }) => startingLineNumber);
}

/** The same of properties by release. Without `releases`, which may have problems of their own, names are not judged. */
export function presentPropertiesProblems(
  properties: unknown,
  releases: readonly ReleaseNameArgs[] | undefined,
): Problem[] {
  if (typeof properties === "string") return propertiesProblems(properties);
  if (properties === null || typeof properties !== "object" || Array.isArray(properties))
    return [
      {
        path: "properties",
        message:
          "is neither a text nor a map; expected the text of database.properties (`properties: |`, and the lines below it), or a map of such texts by the releases' names",
      },
    ];
  const unknown = releases ? unknownReleases(Object.keys(properties), releases) : [];
  return Object.entries(properties).flatMap(([release, text]): Problem[] => {
    const path = pathText(["properties", release]);
    if (releases && unknown.includes(release))
      return [
        {
          path,
          message: `"${release}" is not a release of pause.releases; ${notARelease(releases)}; or give one text for all of them: \`properties: |\`, and the lines below it`,
        },
      ];
    if (typeof text !== "string")
      return [
        { path, message: "is not a text; expected the text of the release's properties, a key=value on each line" },
      ];
    return propertiesProblems(text).map(({ message }) => ({ path, message }));
  });
}

/**
 * One text for releases that cannot share it: it names one kind of storage, and they use several; or one JDBC URL, and they use several
 * engines. With the others' copies in it, a release would get keys and passwords of a database that is not its own, or a URL for another
 * driver. By `multi_storage`, and for databases of one kind, a text can suit all releases.
 */
export function sharedPropertiesProblems(
  text: string,
  databases: readonly DatabaseArgs[],
  releases: readonly ReleaseDatabases[],
): Problem[] {
  const { storage, url } = storageIn(text);
  if (storage === undefined) return [];
  // A URL that comes from elsewhere may differ by release.
  const everyUrl = url !== undefined && /^(?:\$\{|\{\{)/.test(url);
  const single = releases.flatMap((release) => {
    const [own, ...others] = databasesOf(release, databases);
    if (own === undefined || others.length > 0) return [];
    const { kind, name } = kindOf(own);
    const label = `${release.namespace}/${release.name}: ${name}, ${kind.label}`;
    return [{ label, storage: kind.relational && everyUrl ? "jdbc" : engineOf(kind) }];
  });
  if (new Set(single.map((each) => each.storage)).size < 2) return [];
  return [
    {
      path: "properties",
      message: `is one text with scalar.db.storage=${storage}, but the releases use different kinds of databases (${single.map(({ label }) => label).join("; ")}); expected a map of texts by the releases' names (in a program: propertiesByRelease)`,
    },
  ];
}

/** What a kind's ids have in common for one driver: `mysql` of `rds-mysql` and `azure-mysql`. */
function engineOf({ id }: KnownDatabase["kind"]): string {
  return id.slice(id.indexOf("-") + 1);
}

/** The one kind of storage that properties name as it is, and its address: a substitution may differ by release. */
function storageIn(text: string): { storage?: string; url?: string } {
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  const properties = new Properties(text);
  const of = (key: string) => properties.getEffectiveProperty(key)?.value.trim();
  const storage = of("scalar.db.storage");
  if (storage === undefined || !["cosmos", "dynamo", "jdbc"].includes(storage)) return {};
  const url = of("scalar.db.contact_points");
  return { storage, ...(url !== undefined && { url }) };
}

/** A text for all releases, known only if they can share it; else the program ends. */
export function sharedProperties(
  text: pulumi.Input<string>,
  databases: readonly DatabaseArgs[],
  releases: readonly ReleaseDatabases[],
): pulumi.Output<string> {
  return pulumi.output(text).apply(async (known): Promise<string> => {
    const [problem] = sharedPropertiesProblems(known, databases, releases);
    return problem === undefined ? known : endProgram(`${settingName(problem.path)}: ${problem.message}`);
  });
}
