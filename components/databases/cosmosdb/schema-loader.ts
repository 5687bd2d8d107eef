import { Job } from "@pulumi/kubernetes/batch/v1/job";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { instantSuffix, type RestoreContext } from "../kind";
import type { SchemaLoaderArgs } from "./args";

const DIRECTORY = "/scalardb";
const PROPERTIES = "database.properties";
const SCHEMA = "schema.json";

/** Runs Scalar's Schema Loader on a copy, once the account is as ScalarDB needs it. Pulumi waits until the Job is done. */
export function declareSchemaLoader(
  name: string,
  prefix: string,
  loader: SchemaLoaderArgs,
  account: { endpoint: pulumi.Output<string>; key: pulumi.Output<string> },
  after: pulumi.Resource[],
  context: RestoreContext,
): Job {
  const physical = `${name}-repair-${instantSuffix(context.instant)}`;
  const labels = {
    "app.kubernetes.io/name": "schema-loader",
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/managed-by": "scalar-backup",
  };
  const metadata = { name: physical, namespace: loader.namespace, labels };
  const properties = pulumi.all([account.endpoint, account.key]).apply(([endpoint, key]) =>
    Object.entries({
      "scalar.db.storage": "cosmos",
      "scalar.db.contact_points": endpoint,
      "scalar.db.password": key,
      ...loader.properties,
    })
      .map(([property, value]) => `${property}=${value}\n`)
      .join(""),
  );
  const files = pulumi.secret(
    properties.apply((text) => ({
      [PROPERTIES]: base64(text),
      ...(loader.schema ? { [SCHEMA]: base64(JSON.stringify(loader.schema)) } : {}),
    })),
  );
  const secret = new Secret(
    `${prefix}-repair-properties`,
    { metadata, type: "Opaque", data: files },
    { parent: context.parent },
  );
  return new Job(
    `${prefix}-repair`,
    {
      metadata,
      spec: {
        // It repairs what is broken and leaves the rest alone: a second try does no harm.
        backoffLimit: 3,
        activeDeadlineSeconds: 3600,
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            ...(loader.serviceAccountName ? { serviceAccountName: loader.serviceAccountName } : {}),
            securityContext: { seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "schema-loader",
                image: loader.image,
                args: [
                  "--config",
                  `${DIRECTORY}/${PROPERTIES}`,
                  ...(loader.schema ? ["--schema-file", `${DIRECTORY}/${SCHEMA}`] : []),
                  ...(loader.arguments ?? ["--repair-all", "--coordinator"]),
                ],
                resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                volumeMounts: [{ name: "files", mountPath: DIRECTORY, readOnly: true }],
              },
            ],
            volumes: [{ name: "files", secret: { secretName: secret.metadata.name } }],
          },
        },
      },
    },
    { parent: context.parent, dependsOn: [...after, secret] },
  );
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
