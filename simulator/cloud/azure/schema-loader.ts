import type { KubernetesCluster } from "../kubernetes/cluster";
import { kindOf } from "../kubernetes/kinds";
import type { KubernetesObject } from "../kubernetes/objects";
import type { CosmosDb } from "./cosmosdb";
import type { CosmosAccount } from "./cosmosdb-account";

const JOBS = kindOf({ apiVersion: "batch/v1", kind: "Job" });
const SECRETS = kindOf({ apiVersion: "v1", kind: "Secret" });

/** What ScalarDB calls its stored procedure, in every container. */
export const STORED_PROCEDURE = "mutate.js";

interface Container {
  image?: string;
  args?: string[];
  env?: { name: string; value?: string }[];
}

interface JobSpec {
  template: {
    spec: { containers: Container[]; volumes?: { secret?: { secretName: string } }[] };
  };
}

/**
 * Does what Scalar's Schema Loader does when a Job runs it with `--repair-all`: every container of the account that its
 * properties name gets its stored procedure again. With properties that don't fit the account the Job fails, and with `--coordinator` for an
 * account without one: before 3.19, ScalarDB repairs no container that is not there [scalar-labs/scalardb: CosmosAdmin.repairTable, "The table
 * ... does not exist", read in the jars of 3.14.0, 3.16.2 and 3.17.1; 3.19.1 creates it].
 */
export function runSchemaLoaders(cluster: KubernetesCluster, cosmosdb: CosmosDb): void {
  cluster.store.onChange((type, object) => {
    if (type !== "ADDED" || object.kind !== "Job" || !argumentsOf(object).includes("--repair-all")) return;
    const { name, namespace } = object.metadata;
    const named = accountOf(cluster, object, cosmosdb);
    const lacks =
      argumentsOf(object).includes("--coordinator") && named?.container("coordinator", "state") === undefined;
    const account = lacks ? undefined : named;
    for (const { database, container } of account?.containers() ?? [])
      if (isInSchema(database, object)) account?.createContainer(database, container, [STORED_PROCEDURE]);
    cluster.store.setStatus(JOBS, namespace, name, {
      ...(account ? { succeeded: 1 } : { failed: 1 }),
      conditions: [{ type: account ? "Complete" : "Failed", status: "True" }],
    });
  });
}

/**
 * ScalarDL's image has the schemas of its two products in it, and repairs the tables of one: `java -jar /app.jar -f ${SCHEMA_TYPE}-schema.json $@`,
 * with `ENV SCHEMA_TYPE='ledger'` [scalar-labs/scalardl: schema-loader/entrypoint.sh, Dockerfile]. Tables of ledger-schema.json are in namespace
 * `scalar`, those of auditor-schema.json in `auditor` [the same]; a namespace is a database of the account [scalar-labs/scalardb: CosmosAdmin].
 */
function isInSchema(namespace: string, job: KubernetesObject): boolean {
  const [container] = specOf(job).template.spec.containers;
  if (!/\/scalardl-schema-loader:/.test(container?.image ?? "")) return true;
  if (namespace === "coordinator") return argumentsOf(job).includes("--coordinator");
  const type = container?.env?.find(({ name }) => name === "SCHEMA_TYPE")?.value ?? "ledger";
  return namespace === { ledger: "scalar", auditor: "auditor" }[type];
}

function argumentsOf(job: KubernetesObject): string[] {
  return specOf(job).template.spec.containers.flatMap(({ args }) => args ?? []);
}

/** The account of the properties in the Job's Secret; undefined when there is none, or the key is another's. */
function accountOf(cluster: KubernetesCluster, job: KubernetesObject, cosmosdb: CosmosDb): CosmosAccount | undefined {
  const name = specOf(job).template.spec.volumes?.find(({ secret }) => secret)?.secret?.secretName;
  const secret = name === undefined ? undefined : cluster.store.find(SECRETS, job.metadata.namespace, name);
  const data = (secret?.data ?? {}) as Record<string, string>;
  const text = Buffer.from(data["database.properties"] ?? "", "base64").toString("utf8");
  const properties = new Map(text.split("\n").map((line) => line.split(/=(.*)/s) as [string, string]));
  const host = /^https:\/\/([^.]+)\./.exec(properties.get("scalar.db.contact_points") ?? "")?.[1];
  const account = host === undefined ? undefined : cosmosdb.find(host);
  return account?.keys.primaryMasterKey === properties.get("scalar.db.password") ? account : undefined;
}

function specOf(job: KubernetesObject): JobSpec {
  return job.spec as unknown as JobSpec;
}
