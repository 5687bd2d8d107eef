import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Gives a copy of a Cosmos DB account ScalarDB's stored procedures again, which no backup holds. */
export function loadSchema(
  copy: { endpoint: pulumi.Output<string>; key: pulumi.Output<string> },
  namespace: string,
  schema: object,
): void {
  const files = new kubernetes.core.v1.Secret("schema", {
    metadata: { namespace },
    data: {
      "database.properties":
        pulumi.interpolate`scalar.db.storage=cosmos\nscalar.db.contact_points=${copy.endpoint}\nscalar.db.password=${copy.key}\n`.apply(
          base64,
        ),
      "schema.json": base64(JSON.stringify(schema)),
    },
  });
  new kubernetes.batch.v1.Job("schema-loader", {
    metadata: { namespace },
    spec: {
      backoffLimit: 3,
      template: {
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "schema-loader",
              image: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0",
              args: ["--config", "/schema/database.properties", "--schema-file", "/schema/schema.json", "--repair-all"],
              volumeMounts: [{ name: "files", mountPath: "/schema", readOnly: true }],
            },
          ],
          volumes: [{ name: "files", secret: { secretName: files.metadata.name } }],
        },
      },
    },
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
