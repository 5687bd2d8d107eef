import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { getProperties } from "properties-file";
import { declareSchemaLoader } from "../../../../components/databases/cosmosdb/schema-loader";

const secrets: Record<string, string>[] = [];

pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      // As a provider gets it: a secret is wrapped.
      if (type === "kubernetes:core/v1:Secret") secrets.push(inputs.data.value ?? inputs.data);
      return { id: name, state: { ...inputs, stdout: "{}" } };
    },
    call: ({ token }) => {
      if (token === "pulumi:pulumi:readStackResourceOutputs") return {};
      throw new Error(`${token} is called`);
    },
  },
  "scalar-backup",
  "test",
  false,
  "organization",
);

const GIVEN = {
  "scalar.db.cosmos.table_metadata.database": "scalardb",
  "a.path": "C:\\new\\table",
  "a.text": " with spaces before it\nand a second line",
  "a.comment": "# is none",
};

test("the Schema Loader reads the properties as they were given, whatever characters they have", async (t) => {
  const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
  const repaired = declareSchemaLoader(
    "ledger",
    "ledger-copy-20261122t030012z",
    { namespace: "scalar", image: "schema-loader:1", properties: GIVEN },
    { endpoint: pulumi.output("https://copy.documents.azure.com:443/"), key: pulumi.secret("a/b+c==") },
    [],
    { parent, instant: "2026-11-22T03:00:12Z" },
  );
  await new Promise((resolve) => repaired.apply(resolve));
  const text = Buffer.from(secrets[0]?.["database.properties"] ?? "", "base64").toString();
  t.deepEqual(getProperties(text), {
    "scalar.db.storage": "cosmos",
    "scalar.db.contact_points": "https://copy.documents.azure.com:443/",
    "scalar.db.password": "a/b+c==",
    ...GIVEN,
  });
});
