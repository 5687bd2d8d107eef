import { type FoundRds, findNamespaces, findRds, type Tag } from "../../operations/discovery";
import { selectCluster } from "../../operations/kubernetes/kubeconfig";
import { ClusterReader } from "../../operations/kubernetes/reader";
import { type FoundRelease, findReleases } from "../../operations/kubernetes/releases";
import { messageOf } from "../../restore-points/error-message";

/** What was found, as far as clouds and clusters could be read. */
export interface Found {
  namespaces: string[];
  rds: FoundRds[];
  releases: FoundRelease[];
  /** The context of the kubeconfig that was read. */
  context?: string;
  /** What could not be read, each as a sentence. */
  unread: string[];
}

export interface Places {
  region?: string;
  context?: string;
  tag?: Tag;
}

/** Looks for databases and releases. Nothing is changed, and what cannot be read is left out. */
export async function find({ region, context, tag }: Places, env: NodeJS.ProcessEnv): Promise<Found> {
  const unread: string[] = [];
  const orNone = async <Each>(what: string, read: () => Promise<Each[]>): Promise<Each[]> => {
    try {
      return await read();
    } catch (error) {
      unread.push(`${what}: ${messageOf(error)}`);
      return [];
    }
  };
  let read: string | undefined;
  const [namespaces, rds, releases] = await Promise.all([
    region === undefined ? [] : orNone(`DynamoDB in ${region}`, () => findNamespaces(region, {})),
    region === undefined ? [] : orNone(`RDS in ${region}`, () => findRds(region, {}, tag)),
    orNone("the cluster's releases", async () => {
      const endpoint = selectCluster({ ...(context !== undefined && { context }) }, env);
      read = endpoint.context;
      return findReleases(await ClusterReader.open(endpoint, env));
    }),
  ]);
  if (region === undefined) unread.push("AWS: no region is known; give --region, or set AWS_REGION");
  return { namespaces, rds, releases: unique(releases), unread, ...(read !== undefined && { context: read }) };
}

/** One of each release, whatever number of products it has. */
function unique(releases: readonly FoundRelease[]): FoundRelease[] {
  return releases.filter(
    ({ namespace, name }, index) =>
      releases.findIndex((other) => other.namespace === namespace && other.name === name) === index,
  );
}
