import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { getProperties } from "properties-file";
import type { SchemaLoaderArgs } from "../../../../components/databases/cosmosdb/args";
import { declareSchemaLoader } from "../../../../components/databases/cosmosdb/schema-loader";

const secrets: Record<string, string>[] = [];
// biome-ignore lint/suspicious/noExplicitAny: inputs as a provider gets them
const jobs: any[] = [];

pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      // As a provider gets it: a secret is wrapped.
      if (type === "kubernetes:core/v1:Secret") secrets.push(inputs.data.value ?? inputs.data);
      if (type === "kubernetes:batch/v1:Job") jobs.push(inputs);
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

async function declared(loader: Partial<SchemaLoaderArgs>, context: { withoutTransactions?: boolean } = {}) {
  const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
  const repaired = declareSchemaLoader(
    "ledger",
    "ledger-copy-20261122t030012z",
    { namespace: "scalar", image: "schema-loader:1", ...loader },
    { endpoint: pulumi.output("https://copy.documents.azure.com:443/"), key: pulumi.secret("a/b+c==") },
    [],
    { parent, instant: "2026-11-22T03:00:12Z", ...context },
  );
  await new Promise((resolve) => repaired.apply(resolve));
  return { secret: secrets.at(-1), job: jobs.at(-1) };
}

test.serial("the Schema Loader reads the properties as they were given, whatever characters they have", async (t) => {
  const { secret } = await declared({ properties: GIVEN });
  const text = Buffer.from(secret?.["database.properties"] ?? "", "base64").toString();
  t.deepEqual(getProperties(text), {
    "scalar.db.storage": "cosmos",
    "scalar.db.contact_points": "https://copy.documents.azure.com:443/",
    "scalar.db.password": "a/b+c==",
    ...GIVEN,
  });
});

test.serial(
  "the Schema Loader has the variables that are given, as secrets; without them its Job is as it was",
  async (t) => {
    const plain = await declared({});
    t.false("value" in plain.job.spec, "no secret, so that the spec is not encrypted as a whole");
    t.false("env" in plain.job.spec.template.spec.containers[0]);
    const auditor = await declared({ env: { SCHEMA_TYPE: "auditor" } });
    // As a provider gets it: a secret is wrapped.
    t.is(auditor.job.spec[pulumi.runtime.specialSigKey], pulumi.runtime.specialSecretSig);
    t.deepEqual(auditor.job.spec.value.template.spec.containers[0].env, [{ name: "SCHEMA_TYPE", value: "auditor" }]);
  },
);

test.serial(
  "no coordinator is repaired in the account of releases without transactions, unless arguments say so",
  async (t) => {
    const calls = async (...given: Parameters<typeof declared>) =>
      (await declared(...given)).job.spec.template.spec.containers[0].args.slice(2);
    t.deepEqual(await calls({}), ["--repair-all", "--coordinator"]);
    t.deepEqual(await calls({}, { withoutTransactions: true }), ["--repair-all"]);
    const given = ["--repair-all", "--coordinator"];
    t.deepEqual(await calls({ arguments: given }, { withoutTransactions: true }), given);
  },
);
