import {
  type DBCluster,
  type DBInstance,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
} from "@aws-sdk/client-rds";
import { COPY_TAG } from "../restore-points/rules/tag-keys";
import { tagsOf } from "./aurora";
import { type AwsAccessSource, awsClientConfig } from "./aws";
import { TableReader } from "./table-reader";

/** An RDS instance, or a cluster of RDS or Aurora, that could hold data of ScalarDB. */
export interface FoundRds {
  /** Its key in the configuration, such as `auroraPostgresql`. */
  kind: "auroraMysql" | "auroraPostgresql" | "rdsMysql" | "rdsPostgresql" | "rdsOracle" | "rdsSqlserver";
  identifier: string;
  /** Whether the identifier is a cluster's. */
  cluster: boolean;
}

/** A tag that databases must have. */
export interface Tag {
  key: string;
  value: string;
}

/** The databases of a region, sorted by identifier; without copies that restores have made, replicas, and members of clusters. */
export async function findRds(region: string, access: AwsAccessSource, tag?: Tag): Promise<FoundRds[]> {
  const client = new RDSClient(awsClientConfig(region, access));
  const [clusters, instances]: [DBCluster[], DBInstance[]] = [[], []];
  for await (const page of paginateDescribeDBClusters({ client }, {})) clusters.push(...(page.DBClusters ?? []));
  for await (const page of paginateDescribeDBInstances({ client }, {})) instances.push(...(page.DBInstances ?? []));
  const wanted = (resource: DBCluster | DBInstance) => {
    const tags = tagsOf(resource);
    return tags[COPY_TAG] === undefined && (tag === undefined || tags[tag.key] === tag.value);
  };
  const found = [
    ...clusters.filter(wanted).flatMap((cluster) => of(cluster.Engine, cluster.DBClusterIdentifier, true)),
    ...instances
      .filter((instance) => !instance.DBClusterIdentifier && !instance.ReadReplicaSourceDBInstanceIdentifier)
      .filter(wanted)
      .flatMap((instance) => of(instance.Engine, instance.DBInstanceIdentifier, false)),
  ];
  return found.sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
}

function of(engine: string | undefined, identifier: string | undefined, cluster: boolean): FoundRds[] {
  const kind = kindOf(engine ?? "");
  return kind === undefined || identifier === undefined ? [] : [{ kind, identifier, cluster }];
}

/** AWS's engines, by their beginnings: `oracle-ee`, `sqlserver-se`. */
function kindOf(engine: string): FoundRds["kind"] | undefined {
  if (engine === "aurora-mysql") return "auroraMysql";
  if (engine === "aurora-postgresql") return "auroraPostgresql";
  if (engine === "mysql") return "rdsMysql";
  if (engine === "postgres") return "rdsPostgresql";
  if (engine.startsWith("oracle-")) return "rdsOracle";
  return engine.startsWith("sqlserver-") ? "rdsSqlserver" : undefined;
}

/** ScalarDB's own tables, whose beginnings are no namespaces of a user's. */
const OWN = ["coordinator", "scalardb"];

/**
 * The namespaces of ScalarDB in DynamoDB, sorted: its tables are called `<namespace>.<table>`. None in a region without
 * ScalarDB's own tables.
 */
export async function findNamespaces(region: string, access: AwsAccessSource): Promise<string[]> {
  const namespaces = new Set(
    (await new TableReader(region, access).names()).flatMap((table) => {
      const dot = table.indexOf(".");
      return dot > 0 ? [table.slice(0, dot)] : [];
    }),
  );
  if (!OWN.some((own) => namespaces.has(own))) return [];
  return [...namespaces].filter((namespace) => !OWN.includes(namespace)).sort();
}
