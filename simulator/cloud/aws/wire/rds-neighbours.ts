import type * as rds from "@aws-sdk/client-rds";
import type { AwsCloud } from "../aws";
import { page } from "./json";
import type { QueryOperations } from "./query";
import { FILTERS, filtered, lastOf, records } from "./rds-members";

/** RDS's look-ups of what names databases without being one. */
export function neighbourOperations(cloud: AwsCloud): QueryOperations["operations"] {
  const at = (region: string) => cloud.rds.region(region);
  return {
    DescribeDBProxies: {
      members: { DBProxyName: "string", MaxRecords: "number", Marker: "string" },
      run(input: rds.DescribeDBProxiesRequest, region) {
        const all = at(region).neighbours.proxies(input.DBProxyName);
        const { elements, next } = page(all, input.Marker, records(input.MaxRecords));
        return { DBProxies: elements, Marker: next };
      },
    },
    DescribeDBProxyTargets: {
      members: { DBProxyName: "string", MaxRecords: "number", Marker: "string" },
      run: (input: rds.DescribeDBProxyTargetsRequest, region) => ({
        Targets: at(region).neighbours.proxyTargets(input.DBProxyName as string),
      }),
    },
    DescribeBlueGreenDeployments: {
      members: { Filters: FILTERS, MaxRecords: "number", Marker: "string" },
      run(input: rds.DescribeBlueGreenDeploymentsRequest, region) {
        const wanted = filtered(at(region).neighbours.blueGreenDeployments(), input.Filters, {
          source: ({ Source }) => [Source as string],
          target: ({ Target }) => [Target as string],
        });
        const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
        return { BlueGreenDeployments: elements, Marker: next };
      },
    },
    DescribeDBClusterEndpoints: {
      members: { DBClusterIdentifier: "string", Filters: FILTERS, MaxRecords: "number", Marker: "string" },
      run(input: rds.DescribeDBClusterEndpointsMessage, region) {
        const { DBClusterIdentifier: identifier } = input;
        const clusters = identifier ? [at(region).cluster(lastOf(identifier))] : at(region).clusters();
        const wanted = filtered(at(region).neighbours.clusterEndpoints(clusters), input.Filters, {
          "db-cluster-endpoint-type": ({ EndpointType }) => [(EndpointType as string).toLowerCase()],
        });
        const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
        return { DBClusterEndpoints: elements, Marker: next };
      },
    },
  };
}
