import type { BlueGreenDeployment, DBClusterEndpoint, DBProxy, DBProxyTarget } from "@aws-sdk/client-rds";
import { arn } from "./account";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import type { Cluster } from "./rds-cluster";

interface Proxy {
  name: string;
  target: { instance: string } | { cluster: string };
}

interface CustomEndpoint {
  name: string;
  cluster: Cluster;
  staticMembers: string[];
  excludedMembers: string[];
}

/**
 * What names databases of a region without being one: proxies, blue/green deployments, custom endpoints. They can be looked at; a
 * test adds them. What a rename does to them is documented nowhere: here they keep the names that they were given.
 */
export class RdsNeighbours {
  readonly #region: string;
  readonly #identifiers: Identifiers;
  readonly #proxies: Proxy[] = [];
  readonly #deployments: BlueGreenDeployment[] = [];
  readonly #endpoints: CustomEndpoint[] = [];

  constructor(region: string, identifiers: Identifiers) {
    this.#region = region;
    this.#identifiers = identifiers;
  }

  addProxy(name: string, target: Proxy["target"]): void {
    this.#proxies.push({ name, target });
  }

  addBlueGreenDeployment(name: string, source: string, target: string): void {
    this.#deployments.push({
      BlueGreenDeploymentIdentifier: `bgd-${this.#identifiers.hex(16)}`,
      BlueGreenDeploymentName: name,
      Source: source,
      Target: target,
      Status: "AVAILABLE",
    });
  }

  addCustomEndpoint(name: string, cluster: Cluster, members: { static?: string[]; excluded?: string[] }): void {
    const { static: staticMembers = [], excluded: excludedMembers = [] } = members;
    this.#endpoints.push({ name, cluster, staticMembers, excludedMembers });
  }

  /** @throws DBProxyNotFoundFault */
  proxies(name: string | undefined): DBProxy[] {
    const found = name === undefined ? this.#proxies : [this.#proxy(name)];
    return found.map((proxy) => ({
      DBProxyName: proxy.name,
      DBProxyArn: arn("rds", this.#region, `db-proxy:${proxy.name}`),
      Status: "available",
      Endpoint: `${proxy.name}.proxy.${this.#region}.rds.amazonaws.com`,
    }));
  }

  /** @throws DBProxyNotFoundFault */
  proxyTargets(name: string): DBProxyTarget[] {
    const { target } = this.#proxy(name);
    return "instance" in target
      ? [{ RdsResourceId: target.instance, Type: "RDS_INSTANCE" }]
      : [{ RdsResourceId: target.cluster, TrackedClusterId: target.cluster, Type: "TRACKED_CLUSTER" }];
  }

  blueGreenDeployments(): BlueGreenDeployment[] {
    return this.#deployments;
  }

  /** Those that Aurora gives a cluster, and the custom ones. */
  clusterEndpoints(clusters: Cluster[]): DBClusterEndpoint[] {
    return clusters.flatMap((cluster) => [
      { ...of(cluster), EndpointType: "WRITER", Endpoint: cluster.endpoint },
      { ...of(cluster), EndpointType: "READER", Endpoint: cluster.readerEndpoint },
      ...this.#endpoints
        .filter((endpoint) => endpoint.cluster === cluster)
        .map((endpoint) => ({
          ...of(cluster),
          DBClusterEndpointIdentifier: endpoint.name,
          EndpointType: "CUSTOM",
          CustomEndpointType: "ANY",
          StaticMembers: endpoint.staticMembers,
          ExcludedMembers: endpoint.excludedMembers,
        })),
    ]);
  }

  #proxy(name: string): Proxy {
    const proxy = this.#proxies.find((each) => each.name === name);
    if (!proxy) throw new AwsError("DBProxyNotFoundFault", `DBProxy not found: ${name}`, 404);
    return proxy;
  }
}

function of(cluster: Cluster): DBClusterEndpoint {
  return { DBClusterIdentifier: cluster.identifier, Status: "available" };
}
