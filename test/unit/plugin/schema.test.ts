import test from "ava";
import { version } from "../../../package.json";
import { downloadUrl } from "../../../plugin/schema/download-url";
import schema from "../../../plugin/schema.json";

const NAMES = Object.keys(schema.types).map((token) => token.split(":").at(-1) as string);
const COMPONENTS = Object.keys(schema.resources).map((token) => token.split(":").at(-1) as string);

interface Property {
  type?: string;
  $ref?: string;
  items?: Property;
  additionalProperties?: Property;
  description?: string;
}
type Properties = Record<string, Property>;

const objects: [string, Properties][] = [
  ...Object.entries(schema.types).map(([token, type]): [string, Properties] => [
    token,
    "properties" in type ? type.properties : {},
  ]),
  ...Object.entries(schema.resources).flatMap(([token, { inputProperties, properties }]): [string, Properties][] => [
    [token, inputProperties],
    [token, properties],
  ]),
];

test("the schema has the version of package.json", (t) => {
  t.is(schema.version, version);
});

test("every type that is referred to is in the schema", (t) => {
  const references = (property: Property): string[] => [
    ...(property.$ref?.startsWith("#/types/") ? [property.$ref.slice("#/types/".length)] : []),
    ...(property.items ? references(property.items) : []),
    ...(property.additionalProperties ? references(property.additionalProperties) : []),
  ];
  const used = new Set(objects.flatMap(([, properties]) => Object.values(properties).flatMap(references)));
  t.deepEqual(
    [...used].filter((token) => !(token in schema.types)),
    [],
  );
  t.deepEqual(
    Object.keys(schema.types).filter((token) => !used.has(token)),
    [],
  );
});

test("no SDK can make one name of two types, or append Args twice", (t) => {
  t.deepEqual(
    NAMES.filter((name) => COMPONENTS.includes(name)),
    [],
  );
  t.deepEqual(
    [...NAMES, ...COMPONENTS].filter((name) => /Args$/.test(name)),
    [],
  );
});

test("properties and credentials are secrets", (t) => {
  const secrets = objects.flatMap(([token, properties]) =>
    Object.entries(properties).flatMap(([name, property]) =>
      "secret" in property ? `${token.split(":")[2]}.${name}` : [],
    ),
  );
  t.deepEqual(secrets.sort(), [
    "NotifyEndpoint.url",
    "OtherRecord.kubeconfig",
    "Otlp.endpoint",
    "Otlp.headers",
    "ScalarRestore.properties",
    "ScalarRestore.propertiesByRelease",
    "Webhook.url",
  ]);
});

test("what has to be known is plain, what may be an output is not", (t) => {
  t.like(schema.types["scalar-backup:index:Database"].properties.name, { type: "string", plain: true });
  t.false("plain" in schema.types["scalar-backup:index:AuroraExisting"].properties.clusterIdentifier);
  t.false("plain" in schema.resources["scalar-backup:index:ScalarBackup"].inputProperties.databases);
});

test("a choice is an enum", (t) => {
  t.deepEqual(schema.types["scalar-backup:index:RestoreMode"].enum, [
    { name: "Drill", value: "drill" },
    { name: "Recovery", value: "recovery" },
  ]);
});

test("a provider's own arguments are maps of anything", (t) => {
  t.deepEqual(schema.types["scalar-backup:index:DynamodbCreate"].properties.tables.additionalProperties, {
    type: "object",
    additionalProperties: { $ref: "pulumi.json#/Any" },
  });
});

test("the plugin is downloaded from the repository that package.json names", (t) => {
  const url = "github://api.github.com/acme/scalar-backup";
  t.is(downloadUrl({ repository: "github:acme/scalar-backup" }), url);
  t.is(downloadUrl({ repository: { type: "git", url: "git+https://github.com/acme/scalar-backup.git" } }), url);
  t.is(downloadUrl({}), undefined);
  t.throws(() => downloadUrl({ repository: "gitlab:acme/scalar-backup" }), {
    message:
      'package.json: repository "gitlab:acme/scalar-backup" is not a repository on GitHub; expected "github:<owner>/<name>"',
  });
});
