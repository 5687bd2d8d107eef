import fc from "fast-check";
import { type JsonSchemaNode, jsonSchemaOf } from "../../../components/problem-messages/json-schema";
import { stackConfigSchema } from "../../../config/schema";
import { createdArguments } from "./created";
import type { Values } from "./maps";
import { DATABASE_NAMES, HOSTILE, textsOf } from "./texts";

/** The parts of the JSON Schema that values are made of. */
type Node = JsonSchemaNode & { pattern?: string; maxLength?: number };

/** Any value that YAML can hold. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.constantFrom(...HOSTILE), weight: 4 },
  {
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, false, 0, -0, -1, 1, 5, 35, 36, 2.5, 1e21, 1e308, 2 ** 31, 2 ** 53, 65_536, 0.1],
      ...[[], {}, [[]], [null], [{}], { "": "" }, { a: { b: [1] } }],
    ),
    weight: 4,
  },
  { arbitrary: fc.string({ unit: "binary", maxLength: 8 }), weight: 1 },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 },
);

/** Keys of which exactly one is expected, by the path of their map. */
const ONE_OF: readonly [RegExp, readonly string[]][] = [
  [/^databases\.\w+$/, ["existing", "create"]],
  [/^databases\.rds(Mysql|Postgresql)\.existing$/, ["instanceIdentifier", "clusterIdentifier"]],
  [/^databases\.rds(Mysql|Postgresql)\.create$/, ["instance", "cluster"]],
  [/^databases\.dynamodb\.existing$/, ["namespaces", "tables"]],
  [/^pause\.aws$/, ["eksCluster", "roleArn"]],
  [/^pause\.notify\.(webhook|heartbeat|pushgateway)$/, ["url", "secretKeyRef"]],
  [/^pause\.otherClusters$/, ["kubernetes", "stack", "record"]],
  [/copyTo$/, ["region", "vaultArn"]],
  [/^restore\.from\.\*$/, ["backupArn", "tables", "windowBackups"]],
  [/^restore$/, ["at", "windows", "verify"]],
];

/** Of how many maps one has a key that it need not have, by the key's path; of four, where nothing is said. */
const RARITY: readonly [RegExp, number][] = [
  [/^pause$/, 1],
  [/^(vault|restore|tags)$/, 3],
  [/^(backup|lastDrill|properties|objectives|tagsNotCopied)$/, 8],
  [/^restore\.(from|switchOver|quietGap|accept\w+|windows|drill)$/, 8],
  [/^pause\.(otherClusters|aws|rendezvousSeconds|releases\.tls)$/, 8],
  [/\.(deleted|manage)$/, 8],
  [/^databases\.vault$/, 8],
  [/^vault\.(aws|azure)$/, 2],
];

const text = (key: string) => textsOf(key, {});
/** Values that the schema does not describe, or that refer to others, by their paths. */
const INSTEAD: readonly [RegExp, () => fc.Arbitrary<unknown>][] = [
  [/^databases\.name$/, () => fc.constantFrom(...DATABASE_NAMES)],
  [/(rules|keepRestored|restoreTesting)\.schedule$/, () => text("awsSchedule")],
  [/vault\.(aws|azure)\.name$/, () => fc.constant("payments")],
  [/secretKeyRef\.name$/i, () => fc.constantFrom("alerts", "a.b-c")],
  [/releases\.databases$/, () => fc.array(text("releaseDatabases"), { minLength: 1, maxLength: 3 })],
  [/^properties$/, () => fc.oneof(text("properties"), fc.dictionary(text("name"), text("properties"), { maxKeys: 2 }))],
  [/^lastDrill$/, () => fc.oneof(text("lastDrill"), fc.constant({ stack: "acme/scalar-backup/drills" }))],
  [/auroraMysql\.create\.cluster$|auroraPostgresql\.create\.cluster$/, () => createdArguments("cluster")],
  [/\.create\.cluster$/, () => createdArguments("multiAzCluster")],
  [/\.create\.tables\.\*$/, () => createdArguments("table")],
  [/\.create\.instances$/, () => fc.array(createdArguments("instances"), { minLength: 1, maxLength: 2 })],
  [/rdsOracle\.create\.instance$/, () => withEngine("oracle-se2")],
  [/rdsSqlserver\.create\.instance$/, () => withEngine("sqlserver-se")],
  [/\.create\.instance$/, () => createdArguments("instance")],
  [/\.create\.account$/, () => createdArguments("account")],
  [/\.create\.server$/, () => createdArguments("server")],
];

function withEngine(engine: string): fc.Arbitrary<Values> {
  return createdArguments("instance").map((args) => ({ engine, ...args }));
}

/** Values as the schema and `texts.ts` have them; what keys have to do with each other is chance. */
function madeOf(node: Node, path: readonly string[]): fc.Arbitrary<unknown> {
  const at = path.join(".");
  const instead = INSTEAD.find(([pattern]) => pattern.test(at))?.[1];
  if (instead) return instead();
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum) return fc.constantFrom(...node.enum);
  if (Array.isArray(node.type)) return fc.oneof(text("quantity"), fc.nat(1000));
  switch (node.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return numberOf(node);
    case "array": {
      const least = node.minItems ?? (at === "pause.releases" ? 1 : 0);
      return fc.array(madeOf(node.items ?? {}, path), { minLength: least, maxLength: 3 });
    }
    case "object":
      return mapOf(node, path);
    case "string":
      return textsOf(path.at(-1) === "*" ? (path.at(-2) ?? "") : (path.at(-1) ?? ""), node);
    default:
      return anything;
  }
}

function numberOf({ minimum = 0, maximum = minimum + 10_000 }: Node): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 60) }),
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: minimum, max: maximum }),
  );
}

const ABSENT = Symbol("absent");

function mapOf(node: Node, path: readonly string[]): fc.Arbitrary<Values> {
  const { properties = {}, additionalProperties, required = [] } = node;
  if (Object.keys(properties).length === 0) {
    const each = typeof additionalProperties === "object" ? additionalProperties : {};
    const names: Node = node.propertyNames ?? {};
    const keys = textsOf(`${path.at(-1)}Keys`, names);
    return fc.dictionary(keys, madeOf(each, [...path, "*"]), { minKeys: 1, maxKeys: 3 });
  }
  const at = path.join(".");
  const exclusive = at === "databases" ? KINDS : ONE_OF.find(([pattern]) => pattern.test(at))?.[1];
  const choice = exclusive?.filter((key) => key in properties) ?? [];
  const values = Object.entries(properties).map(([key, inner]): [string, fc.Arbitrary<unknown>] => {
    const value = madeOf(inner, [...path, key]);
    if (required.includes(key) || choice.includes(key)) return [key, value];
    const rarity = RARITY.find(([pattern]) => pattern.test([...path, key].join(".")))?.[1] ?? 4;
    return [key, fc.oneof({ arbitrary: fc.constant(ABSENT), weight: rarity - 1 }, { arbitrary: value, weight: 1 })];
  });
  const only = (chosen: string | undefined) =>
    fc.record(Object.fromEntries(values.filter(([key]) => key === chosen || !choice.includes(key))));
  const map: fc.Arbitrary<Values> = choice.length === 0 ? only(undefined) : fc.oneof(...choice.map(only));
  return map.map((entries) => Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== ABSENT)));
}

const KINDS = Object.keys(jsonSchemaOf(stackConfigSchema).properties?.databases?.items?.properties ?? {}).filter(
  (key) => key !== "name" && key !== "vault",
);

/** The keys under `scalar-backup:` in a stack's file. */
export const written: fc.Arbitrary<Values> = mapOf(jsonSchemaOf(stackConfigSchema), []);
