import ts from "typescript";
import * as packageJson from "../../package.json";
import { commentOf, readDeclarations } from "./declarations";
import { downloadUrl } from "./download-url";
import { describedInputs } from "./json-schema";
import { SchemaProblem } from "./problem";
import { type ComplexType, type PropertySpec, Types, token } from "./types";

/** A component in a Pulumi schema. */
interface ResourceSpec {
  isComponent: true;
  description: string;
  inputProperties: Record<string, PropertySpec>;
  requiredInputs: string[];
  properties: Record<string, PropertySpec>;
  required: string[];
}

/** A Pulumi package schema. */
export interface PackageSchema {
  name: string;
  version: string;
  types: Record<string, ComplexType>;
  resources: Record<string, ResourceSpec>;
  [key: string]: unknown;
}

const COMPONENTS = ["ScalarBackup", "ScalarRestore", "PauseSchedule"];

/** Members of components that are no outputs: `set` is for `ScalarRestore` in the same TypeScript program. */
const NOT_OUTPUTS = ["ScalarBackup.set"];

/** Inputs that may hold passwords or credentials. */
const SECRETS = [
  "ScalarRestore.properties",
  "ScalarRestore.propertiesByRelease",
  "OtherRecord.kubeconfig",
  "Webhook.url",
  "NotifyEndpoint.url",
  "Otlp.endpoint",
  "Otlp.headers",
];

export interface Generated {
  schema: PackageSchema;
  /** The properties that take outputs of other resources, by the names of components and types. */
  acceptOutputs: Record<string, string[]>;
}

/** The schema of the components for every Pulumi language. */
export function packageSchema(): Generated {
  const declarations = readDeclarations();
  const { checker } = declarations;
  const described = describedInputs();
  const types = new Types(declarations);
  const resources: Record<string, ResourceSpec> = {};
  for (const name of COMPONENTS) {
    const component = componentOf(name, declarations);
    const inputs = types.properties(name, component.inputs, described[name] ?? {}, true);
    const outputs = types.properties(name, component.outputs, {}, false);
    if (inputs.acceptOutputs.length > 0) types.acceptOutputs[name] = inputs.acceptOutputs;
    resources[token(name)] = {
      isComponent: true,
      description: component.comment,
      inputProperties: inputs.properties,
      requiredInputs: inputs.required,
      properties: outputs.properties,
      required: outputs.required,
    };
  }
  const { description, license, version } = packageJson;
  const pluginDownloadURL = downloadUrl(packageJson);
  const schema: PackageSchema = {
    name: "scalar-backup",
    displayName: "Scalar Backup",
    version,
    description,
    keywords: ["category/database", "kind/component", "scalardb", "scalardl"],
    publisher: "Scalar",
    license,
    // The SDKs are whole packages: the one for Go has a go.mod.
    meta: { supportPack: true },
    ...(pluginDownloadURL !== undefined && { pluginDownloadURL }),
    language: {
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { respectSchemaVersion: true, generateResourceContainerTypes: true },
      csharp: { respectSchemaVersion: true },
      java: {},
    },
    types: sorted(types.types),
    resources: sorted(resources),
  };
  for (const name of COMPONENTS)
    if (schema.types[token(name)])
      throw new SchemaProblem(`${name} is the name of a component and of a type; rename the type`);
  for (const secret of SECRETS) markSecret(schema, secret);
  return { schema, acceptOutputs: sorted(types.acceptOutputs) };

  function componentOf(name: string, { exports }: typeof declarations) {
    const exported = exports.get(name);
    if (!exported) throw new SchemaProblem(`components/index.ts does not export ${name}`);
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.find(ts.isClassDeclaration);
    const constructed = declaration?.members.find(ts.isConstructorDeclaration);
    const args = constructed?.parameters[1]?.type;
    if (!declaration || !args)
      throw new SchemaProblem(`${name} is not a class whose constructor takes args of a named type`);
    return {
      inputs: checker.getPropertiesOfType(checker.getTypeFromTypeNode(args)),
      // What a class inherits from ComponentResource is no output.
      outputs: checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .filter(
          (property) =>
            property.valueDeclaration?.parent === declaration && !NOT_OUTPUTS.includes(`${name}.${property.name}`),
        ),
      comment: commentOf(symbol, checker),
    };
  }
}

function markSecret({ types, resources }: PackageSchema, secret: string): void {
  const [owner = "", property = ""] = secret.split(".");
  const found = resources[token(owner)]?.inputProperties[property] ?? types[token(owner)]?.properties?.[property];
  if (!found) throw new SchemaProblem(`${secret} is marked as a secret, and there is no such input`);
  found.secret = true;
}

function sorted<Value>(map: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
