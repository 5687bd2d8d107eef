import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { unknownInputs } from "../../../plugin/known";

const BACKUP = "scalar-backup:index:ScalarBackup";
const RESTORE = "scalar-backup:index:ScalarRestore";
const output = pulumi.output("customers");

const paths = (type: string, inputs: Record<string, unknown>) =>
  unknownInputs(type, inputs).map(({ propertyPath }) => propertyPath);

test("accepts outputs where the components take them", (t) => {
  const databases = [{ name: "customers", auroraPostgresql: { existing: { clusterIdentifier: output } } }];
  t.deepEqual(paths(BACKUP, { databases }), []);
  const backup = { databases, windows: pulumi.output([]), ranges: pulumi.output([]) };
  t.deepEqual(paths(RESTORE, { backup, properties: pulumi.secret("a=b") }), []);
});

test("refuses an output whose value the component must know, by its path", (t) => {
  t.deepEqual(paths(BACKUP, { databases: pulumi.output([]) }), ["databases"]);
  t.deepEqual(paths(RESTORE, { backup: output }), ["backup"]);
  t.deepEqual(paths(RESTORE, { backup: { databases: output, ranges: output } }), ["backup.databases"]);
  t.deepEqual(
    paths(BACKUP, {
      databases: [{ name: output, auroraPostgresql: { existing: output } }],
      pause: { schedule: "0 3 * * *", releases: [{ namespace: output, name: "scalardb-cluster" }] },
      tags: { service: output },
    }),
    ["databases[0].name", "databases[0].auroraPostgresql.existing", "pause.releases[0].namespace", "tags.service"],
  );
});

test("accepts outputs anywhere inside a provider's own arguments, but not in their place", (t) => {
  const create = { cluster: { databaseName: output }, instances: [{ instanceClass: output }] };
  t.deepEqual(paths(BACKUP, { databases: [{ name: "customers", auroraPostgresql: { create } }] }), []);
  t.deepEqual(
    paths(BACKUP, { databases: [{ name: "customers", auroraPostgresql: { create: { ...create, cluster: output } } }] }),
    ["databases[0].auroraPostgresql.create.cluster"],
  );
});

test("says what is expected and how to fix it", (t) => {
  t.regex(
    unknownInputs(BACKUP, { databases: output })[0]?.reason ?? "",
    /an output of another resource or a secret; expected a value that is known .* read it from the stack's configuration/,
  );
});
