import type { Job } from "@pulumi/kubernetes/batch/v1/job";
import * as pulumi from "@pulumi/pulumi";
import { declareJob } from "../../job";
import { propertiesText } from "../../properties";
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
  context: Pick<RestoreContext, "instant" | "parent">,
): Job {
  const physical = `${name}-repair-${instantSuffix(context.instant)}`;
  const labels = {
    "app.kubernetes.io/name": "schema-loader",
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/managed-by": "scalar-backup",
  };
  const metadata = { name: physical, namespace: loader.namespace, labels };
  const properties = pulumi.all([account.endpoint, account.key]).apply(([endpoint, key]) =>
    propertiesText({
      "scalar.db.storage": "cosmos",
      "scalar.db.contact_points": endpoint,
      "scalar.db.password": key,
      ...loader.properties,
    }),
  );
  const files = properties.apply((text) => ({
    [PROPERTIES]: text,
    ...(loader.schema ? { [SCHEMA]: JSON.stringify(loader.schema) } : {}),
  }));
  return declareJob(
    `${prefix}-repair`,
    {
      metadata,
      files,
      filesVolume: "files",
      // It repairs what is broken and leaves the rest alone: a second try does no harm.
      retries: 3,
      deadlineSeconds: 3600,
      serviceAccountName: loader.serviceAccountName,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      container: {
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
    },
    { parent: context.parent, dependsOn: after },
  );
}
