import { readFileSync } from "node:fs";
import test from "ava";
import * as ts from "typescript";
import { FIELDS, parseFieldType, type TypeName } from "../../../../../simulator/cloud/kubernetes/schema";

interface Member {
  type: string;
  optional: boolean;
}

/** Every interface of the installed SDK's input types, by its qualified name. */
function inputTypes(): Map<string, Map<string, Member>> {
  const file = require.resolve("@pulumi/kubernetes/types/input.d.ts");
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const found = new Map<string, Map<string, Member>>();
  const visit = (node: ts.Node, namespace: string[]): void => {
    if (ts.isModuleDeclaration(node) && node.body) visit(node.body, [...namespace, node.name.text]);
    else if (ts.isModuleBlock(node) || ts.isSourceFile(node))
      for (const inner of node.statements) visit(inner, namespace);
    else if (ts.isInterfaceDeclaration(node)) {
      const members = new Map<string, Member>();
      for (const member of node.members) {
        if (!ts.isPropertySignature(member) || !member.type) continue;
        const type = member.type.getText(source).replace(/\s+/g, " ");
        members.set((member.name as ts.Identifier).text, { type, optional: member.questionToken !== undefined });
      }
      found.set([...namespace, node.name.text].join("."), members);
    }
  };
  visit(source, []);
  return found;
}

const NAMESPACES = ["core.v1", "batch.v1", "coordination.v1", "rbac.v1", "meta.v1"];

/** What the SDK says for a field of the table. */
function sdkType(name: string): RegExp {
  switch (name) {
    case "string":
    case "quantity":
      return /\bstring\b/;
    case "integer":
      return /\bnumber\b/;
    case "boolean":
      return /\bboolean\b/;
    default:
      return new RegExp(`\\.${name}\\b`);
  }
}

test("every field of the simulated cluster is one of the installed SDK's, of the same type", (t) => {
  const types = inputTypes();
  for (const [name, fields] of Object.entries(FIELDS) as [TypeName, Record<string, string>][]) {
    const members = NAMESPACES.map((namespace) => types.get(`${namespace}.${name}`)).find(Boolean);
    if (!members) {
      t.fail(`the SDK has no input type ${name}`);
      continue;
    }
    for (const [field, text] of Object.entries(fields)) {
      const expected = parseFieldType(text);
      const member = members.get(field);
      if (!member) {
        t.fail(`${name}.${field} is unknown to the SDK`);
        continue;
      }
      t.regex(member.type, sdkType(expected.name), `${name}.${field}`);
      t.is(member.type.includes("[]"), expected.list, `${name}.${field}: a list?`);
      t.is(member.type.includes("[key: string]"), expected.map, `${name}.${field}: a map?`);
      t.is(!member.optional, expected.required, `${name}.${field}: required?`);
    }
    for (const [field, { optional }] of members) {
      if (!optional) t.true(field in fields, `${name}.${field} is required by the SDK`);
    }
  }
});
