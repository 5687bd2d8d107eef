import * as pulumi from "@pulumi/pulumi";
import { declareJob } from "../../job";
import { declareJobEnd } from "../../job-end";
import { variables } from "../../job-variables";
import { propertiesText } from "../../properties";
import { instantSuffix, type RestoreContext } from "../kind";
import type { SchemaLoaderArgs } from "./args";

const DIRECTORY = "/scalardb";
const PROPERTIES = "database.properties";
const SCHEMA = "schema.json";
const DEADLINE_SECONDS = 3600;

/** Runs Scalar's Schema Loader on a copy, once the account is as ScalarDB needs it. Known when its Job has succeeded. */
export function declareSchemaLoader(
  name: string,
  prefix: string,
  loader: SchemaLoaderArgs,
  account: { endpoint: pulumi.Output<string>; key: pulumi.Output<string> },
  after: pulumi.Resource[],
  context: Pick<RestoreContext, "instant" | "parent" | "withoutTransactions">,
): pulumi.Output<unknown> {
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
  const job = declareJob(
    `${prefix}-repair`,
    {
      metadata,
      files,
      filesVolume: "files",
      // It repairs what is broken and leaves the rest alone: a second try does no harm.
      retries: 3,
      deadlineSeconds: DEADLINE_SECONDS,
      serviceAccountName: loader.serviceAccountName,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      pod: loader.pod,
      container: {
        name: "schema-loader",
        image: loader.image,
        args: [
          "--config",
          `${DIRECTORY}/${PROPERTIES}`,
          ...(loader.schema ? ["--schema-file", `${DIRECTORY}/${SCHEMA}`] : []),
          // ScalarDB before 3.19 fails to repair a coordinator that is not there (CosmosAdmin.repairTable).
          ...(loader.arguments ?? ["--repair-all", ...(context.withoutTransactions ? [] : ["--coordinator"])]),
        ],
        ...(loader.env && { env: variables(loader.env) }),
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        volumeMounts: [{ name: "files", mountPath: DIRECTORY, readOnly: true }],
      },
    },
    { parent: context.parent, dependsOn: after },
  );
  const end = { task: "repair", deadlineSeconds: DEADLINE_SECONDS, withoutMessage: true };
  return declareJobEnd(`${prefix}-repair`, job, end, context.parent);
}
