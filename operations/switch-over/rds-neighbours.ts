import {
  paginateDescribeBlueGreenDeployments,
  paginateDescribeDBClusterEndpoints,
  paginateDescribeDBProxies,
  paginateDescribeDBProxyTargets,
  type RDSClient,
} from "@aws-sdk/client-rds";

/** A database that is to be replaced. */
export interface Replaced {
  what: "instance" | "cluster";
  identifier: string;
  arn: string;
}

/**
 * What leads to a database besides its own endpoint, and would go on leading to the replaced data, each as the rest of a sentence
 * that begins with the database. What a rename does to proxies, blue/green deployments and custom endpoints is documented nowhere.
 */
export async function neighboursOf(client: RDSClient, database: Replaced): Promise<string[]> {
  const found = await Promise.all([
    proxiesOf(client, database),
    deploymentsOf(client, database),
    database.what === "cluster" ? endpointsOf(client, database) : [],
  ]);
  return found.flat();
}

async function proxiesOf(client: RDSClient, { identifier }: Replaced): Promise<string[]> {
  const problems: string[] = [];
  for await (const page of paginateDescribeDBProxies({ client }, {}))
    for (const { DBProxyName = "" } of page.DBProxies ?? [])
      for await (const targets of paginateDescribeDBProxyTargets({ client }, { DBProxyName }))
        if (
          targets.Targets?.some(
            ({ RdsResourceId, TrackedClusterId }) => RdsResourceId === identifier || TrackedClusterId === identifier,
          )
        )
          problems.push(
            `is a target of the proxy ${DBProxyName}; remove it from there, and register what has its name afterwards`,
          );
  return problems;
}

async function deploymentsOf(client: RDSClient, { arn }: Replaced): Promise<string[]> {
  const problems: string[] = [];
  for await (const page of paginateDescribeBlueGreenDeployments({ client }, {}))
    for (const { BlueGreenDeploymentName: name = "", Source, Target } of page.BlueGreenDeployments ?? [])
      if (Source === arn || Target === arn)
        problems.push(`is part of the blue/green deployment ${name}; delete that deployment first`);
  return problems;
}

async function endpointsOf(client: RDSClient, { identifier }: Replaced): Promise<string[]> {
  const problems: string[] = [];
  for await (const page of paginateDescribeDBClusterEndpoints({ client }, { DBClusterIdentifier: identifier }))
    for (const { EndpointType, DBClusterEndpointIdentifier: name = "" } of page.DBClusterEndpoints ?? [])
      if (EndpointType === "CUSTOM")
        problems.push(
          `has the custom endpoint ${name}, whose clients would go on reading the replaced data; delete it, and create it for the restored cluster afterwards`,
        );
  return problems;
}
