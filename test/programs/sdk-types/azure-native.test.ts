import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "ava";
import ts from "typescript";
import { RESOURCE_TYPES } from "../../../simulator/providers/azure-native/provider";
import type { AzureResourceType } from "../../../simulator/providers/azure-native/resource-type";
import type { Properties, Property } from "../../../simulator/providers/schema";

/** The declarations of the installed SDK: a program is checked against them, and so is the simulation. */
const SDK = dirname(require.resolve("@pulumi/azure-native/package.json"));
/** All nested inputs of the package are in one file of megabytes: it is cut by namespace, and only what is needed is parsed. */
const INPUTS = readFileSync(join(SDK, "types/input.d.ts"), "utf8");

interface Member {
  type: string;
  optional: boolean;
}
type Members = Map<string, Member>;

function membersOf(text: string, name: string, keyword: "interface" | "class"): Members {
  const source = ts.createSourceFile("sdk.d.ts", text, ts.ScriptTarget.Latest);
  const members: Members = new Map();
  const visit = (node: ts.Node): void => {
    const fits = keyword === "interface" ? ts.isInterfaceDeclaration(node) : ts.isClassDeclaration(node);
    const declaration = node as ts.InterfaceDeclaration | ts.ClassDeclaration;
    if (!fits || declaration.name?.text !== name) {
      ts.forEachChild(node, visit);
      return;
    }
    for (const member of declaration.members) {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
      members.set(member.name.getText(source), {
        type: (member.type?.getText(source) ?? "").replaceAll(/\s+/g, " "),
        optional: member.questionToken !== undefined,
      });
    }
  };
  visit(source);
  if (members.size === 0) throw new Error(`the SDK declares no ${keyword} ${name}`);
  return members;
}

const parsed = new Map<string, Members>();

/** `inputs.dbforpostgresql.BackupArgs`. */
function nested(reference: string): Members {
  const known = parsed.get(reference) ?? parseNested(reference);
  parsed.set(reference, known);
  return known;
}

function parseNested(reference: string): Members {
  const [, namespace, name] = /inputs\.(\w+)\.(\w+)/.exec(reference) as unknown as [string, string, string];
  const begin = INPUTS.indexOf(`export declare namespace ${namespace} {`);
  const end = INPUTS.indexOf("\nexport declare namespace ", begin + 1);
  return membersOf(INPUTS.slice(begin, end < 0 ? undefined : end), name, "interface");
}

function resourceText({ token }: AzureResourceType): string {
  const [, module, name] = token.split(":") as [string, string, string];
  return readFileSync(join(SDK, module, `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`), "utf8");
}

function nameOf({ token }: AzureResourceType): string {
  return token.split(":")[2] as string;
}

/** Where the simulation says something else than the SDK. */
function mismatches(properties: Properties, members: Members, path: string): string[] {
  const found: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const member = members.get(name);
    if (!member) found.push(`${path}${name} is unknown to the SDK`);
    else {
      if (member.optional === (property.required === true))
        found.push(`${path}${name} is ${member.optional ? "optional" : "required"} in the SDK`);
      found.push(...typeMismatches(property, member.type, `${path}${name}`));
    }
  }
  for (const [name, { optional }] of members)
    if (!optional && !(name in properties)) found.push(`${path}${name} is missing`);
  return found;
}

function typeMismatches(property: Property, type: string, path: string): string[] {
  const wrong = [`${path} is no ${property.type} in the SDK, but ${type}`];
  const reference = /inputs\.\w+\.\w+/.exec(type)?.[0];
  const isList = /\[\] \| undefined>|\[\]>?$/.test(type);
  const isMap = /\{ \[key: string\]/.test(type);
  switch (property.type) {
    case "string":
      return (/\bstring\b/.test(type) || /enums\./.test(type) || /Input<"/.test(type)) && !isList && !isMap
        ? []
        : wrong;
    case "integer":
    case "number":
      return /\bnumber\b/.test(type) ? [] : wrong;
    case "boolean":
      return /\bboolean\b/.test(type) ? [] : wrong;
    case "list":
      if (!isList) return wrong;
      return reference
        ? typeMismatches(property.of as Property, type.replaceAll(/\[\]/g, ""), `${path}[]`)
        : /string/.test(type)
          ? []
          : wrong;
    case "map":
      if (!isMap) return wrong;
      return reference ? typeMismatches(property.of as Property, reference, `${path}.*`) : [];
    case "object": {
      if (!reference || isList || isMap) return wrong;
      // Cosmos DB's backup policy, and a rule of Azure Backup's, is one of two; each of them is checked for what it has.
      const all = [...type.matchAll(/inputs\.\w+\.\w+/g)].map(([each]) => nested(each));
      const members: Members = new Map(all.flatMap((each) => [...each]));
      for (const [name, member] of members)
        if (all.some((each) => !each.has(name))) members.set(name, { ...member, optional: true });
      return mismatches(property.properties as Properties, members, `${path}.`);
    }
    default:
      return wrong;
  }
}

function inputMismatches(type: AzureResourceType): string[] {
  return mismatches(type.inputs, membersOf(resourceText(type), `${nameOf(type)}Args`, "interface"), "");
}

for (const type of RESOURCE_TYPES) {
  test(`${type.token} takes no input that the SDK doesn't declare, by name and type`, (t) => {
    t.deepEqual(inputMismatches(type), []);
  });

  test(`${type.token} gives no output that the SDK doesn't declare`, (t) => {
    const members = membersOf(resourceText(type), nameOf(type), "class");
    t.deepEqual(
      type.outputs.filter((name) => !members.has(name)),
      [],
    );
  });
}

test("a misspelt, wrongly typed or wrongly nested input, or one that isn't as required as in the SDK, is found", (t) => {
  const type = RESOURCE_TYPES.find((each) => each.token === "azure-native:dbforpostgresql:Server") as AzureResourceType;
  const with_ = (inputs: Properties) => inputMismatches({ ...type, inputs: { ...type.inputs, ...inputs } });
  t.regex(with_({ nmae: { type: "string" } }).join(), /nmae is unknown/);
  t.regex(with_({ tags: { type: "list", of: { type: "string" } } }).join(), /tags is no list/);
  t.regex(with_({ serverName: { type: "string", required: true } }).join(), /serverName is optional/);
  t.regex(
    with_({ backup: { type: "object", properties: { days: { type: "integer" } } } }).join(),
    /backup.days is unknown/,
  );
  t.regex(
    with_({ backup: { type: "object", properties: { backupRetentionDays: { type: "string" } } } }).join(),
    /is no string/,
  );
  t.regex(with_({ sku: { type: "object", properties: {} } }).join(), /sku.name is missing/);
});
