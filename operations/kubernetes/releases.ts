import { ADMIN_PORTS, APP_LABEL, HEADLESS_SUFFIX, INSTANCE_LABEL } from "../../restore-points/scalar-products";
import { isObject } from "../../restore-points/shape";
import type { ClusterReader } from "./reader";

export interface ReleaseAddress {
  namespace: string;
  name: string;
}

/** A release that is to be paused. */
export interface ReleaseTarget extends ReleaseAddress {
  /** Where its admin interface is, if no Service is to be asked. */
  adminPort?: number;
}

/** A Deployment of one of Scalar's products. */
export interface FoundRelease extends ReleaseAddress {
  product: string;
}

/** What a cluster holds of a release that is to be paused. */
export interface ReleaseState extends ReleaseAddress {
  /** Sorted; none where it has no Deployment of a Scalar product. */
  products: string[];
  /** The products whose admin port no headless Service has. */
  withoutAdminPort: string[];
}

export interface ReleasesState {
  releases: ReleaseState[];
  /** All releases of Scalar's products in the namespaces that were asked about. */
  nearby: FoundRelease[];
  /** Such releases in other namespaces; undefined where the cluster was not asked, or does not allow it. */
  inOtherNamespaces?: FoundRelease[];
}

type Fields = Record<string, unknown>;

const SELECTOR = `${APP_LABEL} in (${Object.keys(ADMIN_PORTS).join(",")})`;

/** Which namespaces do not exist, and the names of those that do, if the cluster shows them. */
export async function missingNamespaces(
  reader: ClusterReader,
  names: readonly string[],
): Promise<{ missing: string[]; known: string[] }> {
  const found = await Promise.all(
    names.map(async (name) => [name, await allowed(reader.get(`/api/v1/namespaces/${name}`), true)] as const),
  );
  const missing = found.filter(([, namespace]) => namespace === undefined).map(([name]) => name);
  if (missing.length === 0) return { missing, known: [] };
  const all = await allowed(reader.list("/api/v1/namespaces"), []);
  return { missing, known: all.map((each) => metadataOf(each).name ?? "").sort() };
}

/** Looks the releases up by what the pauser finds them by. @throws {Error} when the cluster cannot be asked */
export async function lookUpReleases(
  reader: ClusterReader,
  releases: readonly ReleaseTarget[],
): Promise<ReleasesState> {
  const namespaces = [...new Set(releases.map(({ namespace }) => namespace))].sort();
  const nearby = (
    await Promise.all(
      namespaces.map((namespace) => reader.list(`/apis/apps/v1/namespaces/${namespace}/deployments`, SELECTOR)),
    )
  ).flatMap(foundReleases);
  const states = await Promise.all(
    releases.map(async ({ namespace, name, adminPort }): Promise<ReleaseState> => {
      const products = nearby
        .filter((found) => found.namespace === namespace && found.name === name)
        .map(({ product }) => product);
      if (products.length === 0 || adminPort !== undefined) return { namespace, name, products, withoutAdminPort: [] };
      const services = await reader.list(`/api/v1/namespaces/${namespace}/services`, `${INSTANCE_LABEL}=${name}`);
      const ports = services.filter(isHeadless).flatMap(portNames);
      return {
        namespace,
        name,
        products,
        withoutAdminPort: products.filter((app) => !ports.includes(ADMIN_PORTS[app])),
      };
    }),
  );
  if (states.every(({ products }) => products.length > 0)) return { releases: states, nearby };
  const everywhere = await allowed(reader.list("/apis/apps/v1/deployments", SELECTOR), undefined);
  const inOtherNamespaces =
    everywhere && foundReleases(everywhere).filter(({ namespace }) => !namespaces.includes(namespace));
  return { releases: states, nearby, ...(inOtherNamespaces && { inOtherNamespaces }) };
}

/** Every release of Scalar's products in the cluster, sorted. @throws {Error} when the cluster cannot be asked */
export async function findReleases(reader: ClusterReader): Promise<FoundRelease[]> {
  return foundReleases(await reader.list("/apis/apps/v1/deployments", SELECTOR));
}

/** What a user who may not read it gets in its place. */
async function allowed<Found, Other>(reading: Promise<Found>, otherwise: Other): Promise<Found | Other> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === 403) return otherwise;
    throw error;
  }
}

/** One of each release and product, sorted. */
function foundReleases(deployments: readonly Fields[]): FoundRelease[] {
  const found = new Map<string, FoundRelease>();
  for (const deployment of deployments) {
    const { namespace = "", labels } = metadataOf(deployment);
    const [name, product] = [labels[INSTANCE_LABEL], labels[APP_LABEL]];
    if (name !== undefined && product !== undefined)
      found.set(`${namespace}/${name}/${product}`, { namespace, name, product });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, release]) => release);
}

const isHeadless = (service: Fields) => metadataOf(service).name?.endsWith(HEADLESS_SUFFIX) ?? false;

function portNames({ spec }: Fields): unknown[] {
  return isObject(spec) && Array.isArray(spec.ports) ? spec.ports.filter(isObject).map(({ name }) => name) : [];
}

function metadataOf({ metadata }: Fields): { name?: string; namespace?: string; labels: Record<string, string> } {
  const fields = isObject(metadata) ? metadata : {};
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const labels = isObject(fields.labels) ? fields.labels : {};
  return {
    name: text(fields.name),
    namespace: text(fields.namespace),
    labels: Object.fromEntries(
      Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
}
