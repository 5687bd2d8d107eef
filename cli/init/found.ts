import type { AzureAccess } from "../../operations/azure";
import type { FoundAzure } from "../../operations/azure-discovery";
import type { FoundRds, Tag } from "../../operations/discovery";
import { selectCluster } from "../../operations/kubernetes/kubeconfig";
import { ClusterReader } from "../../operations/kubernetes/reader";
import { type FoundRelease, findReleases } from "../../operations/kubernetes/releases";
import { messageOf } from "../../restore-points/error-message";
import { AUDITOR } from "../../restore-points/scalar-products";

/** What was found, as far as clouds and clusters could be read. */
export interface Found {
  /** ScalarDB's namespaces in DynamoDB. */
  namespaces: string[];
  rds: FoundRds[];
  azure: FoundAzure[];
  releases: FoundRelease[];
  /** The context of the kubeconfig that was read. */
  context?: string;
  /** What could not be read, each as a sentence. */
  unread: string[];
  /** Whether databases are among it. */
  databasesUnread?: boolean;
}

export interface Places {
  region?: string;
  /** Absent where Azure is not looked at. */
  azure?: { access: AzureAccess; resourceGroups?: readonly string[] };
  context?: string;
  tag?: Tag;
}

// Loaded for clouds that are looked at: each SDK takes a second.
function aws(): typeof import("../../operations/discovery") {
  return require("../../operations/discovery");
}
function azureDatabases(): typeof import("../../operations/azure-discovery") {
  return require("../../operations/azure-discovery");
}

/** Looks for databases and releases. Nothing is changed, and what cannot be read is left out. */
export async function find({ region, azure, context, tag }: Places, env: NodeJS.ProcessEnv): Promise<Found> {
  const unread: string[] = [];
  const orNone = async <Each>(what: string, read: () => Promise<Each[]>): Promise<Each[]> => {
    try {
      return await read();
    } catch (error) {
      unread.push(`${what}: ${messageOf(error)}`);
      return [];
    }
  };
  let databasesUnread = false;
  const databasesOrNone: typeof orNone = (what, read) =>
    orNone(what, () =>
      read().catch((error) => {
        databasesUnread = true;
        throw error;
      }),
    );
  let read: string | undefined;
  const [namespaces, rds, onAzure, releases] = await Promise.all([
    region === undefined ? [] : databasesOrNone(`DynamoDB in ${region}`, () => aws().findNamespaces(region, {})),
    region === undefined ? [] : databasesOrNone(`RDS in ${region}`, () => aws().findRds(region, {}, tag)),
    azure === undefined
      ? []
      : databasesOrNone("Azure", () => azureDatabases().findAzure({ ...azure, tag }, azure.access)),
    orNone("the cluster's releases", async () => {
      const endpoint = selectCluster({ ...(context !== undefined && { context }) }, env);
      read = endpoint.context;
      return findReleases(await ClusterReader.open(endpoint, env));
    }),
  ]);
  return {
    namespaces,
    rds,
    azure: onAzure,
    releases: unique(releases),
    unread,
    databasesUnread,
    ...(read !== undefined && { context: read }),
  };
}

/** The databases by what a person calls them: a namespace, an identifier, or a name. */
export function namesOf({ namespaces, rds, azure }: Pick<Found, "namespaces" | "rds" | "azure">): string[] {
  return [...namespaces, ...rds.map(({ identifier }) => identifier), ...azure.map(({ name }) => name)];
}

/** What was found, with the databases at these positions of `namesOf` alone. */
export function withOnly<Each extends Pick<Found, "namespaces" | "rds" | "azure">>(
  found: Each,
  positions: ReadonlySet<number>,
): Each {
  const { namespaces, rds, azure } = found;
  const from = (start: number) => (_: unknown, index: number) => positions.has(start + index);
  return {
    ...found,
    namespaces: namespaces.filter(from(0)),
    rds: rds.filter(from(namespaces.length)),
    azure: azure.filter(from(namespaces.length + rds.length)),
  };
}

/** One of each release, whatever number of products it has: Auditor only where that is all. */
function unique(releases: readonly FoundRelease[]): FoundRelease[] {
  const same = (a: FoundRelease) => (b: FoundRelease) => a.namespace === b.namespace && a.name === b.name;
  return releases.flatMap((release, index) => {
    if (releases.findIndex(same(release)) !== index) return [];
    return releases.find((other) => same(release)(other) && other.product !== AUDITOR) ?? release;
  });
}
