import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import test, { type ExecutionContext } from "ava";
import { awsClientConfig } from "../../../operations/aws";
import { ArmRequestError } from "../../../operations/azure-arm";
import { objectOf } from "../../../operations/kubernetes/connection";
import { kubernetesHint, type Purpose } from "../../../operations/missing-right";

/** What clouds have answered, as people have reported it; accounts and names are replaced. */
const USER = "User: arn:aws:sts::123456789012:assumed-role/ci/session is not authorized to perform: ";
const AWS = {
  /** github.com/awslabs/pireporter/issues/8 */
  rds: `${USER}rds:DescribeDBInstances on resource: arn:aws:rds:us-east-1:123456789012:db:* because no identity-based policy allows the rds:DescribeDBInstances action`,
  /** github.com/CloudSnorkel/cdk-rds-sanitized-snapshots/issues/110 */
  tags: `${USER}rds:AddTagsToResource on resource: arn:aws:rds:us-east-1:123456789012:db:orders-20261128 because no identity-based policy allows the rds:AddTagsToResource action`,
  /** github.com/vantage-sh/ec2instances.info/pull/951: without a resource. */
  engineVersions: `${USER}rds:DescribeDBEngineVersions because no identity-based policy allows the rds:DescribeDBEngineVersions action`,
  /** github.com/cartography-cncf/cartography/issues/1481 */
  denied: `${USER}dynamodb:ListTables on resource: arn:aws:dynamodb:ap-south-1:123456789012:table/* with an explicit deny in a service control policy`,
  /** github.com/sebdah/dynamic-dynamodb/issues/321: without a reason, as before 2021. */
  plain: `${USER}dynamodb:ListTables on resource: *`,
  /** IAM User Guide, "Troubleshoot access denied error messages" */
  boundary: `${USER}dynamodb:ListTables on resource: arn:aws:dynamodb:us-east-1:123456789012:table/* because no permissions boundary allows the dynamodb:ListTables action`,
};

/** An AWS whose services refuse everything with a message, by the protocol of each. */
async function refusing(t: ExecutionContext, message: string) {
  const server = createServer((request, response) => {
    request.resume();
    if (request.headers["x-amz-target"] !== undefined) {
      response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      return response.end(
        JSON.stringify({ __type: "com.amazon.coral.service#AccessDeniedException", Message: message }),
      );
    }
    response.writeHead(403, { "content-type": "text/xml" });
    const error = `<Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message>`;
    return response.end(`<ErrorResponse><Error>${error}</Error><RequestId>it</RequestId></ErrorResponse>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = { ...awsClientConfig("us-east-1", { accessKey: "it", secretKey: "it" }), endpoint };
  return {
    listTables: () => new DynamoDBClient(config).send(new ListTablesCommand({})),
    describeInstances: () => new RDSClient(config).send(new DescribeDBInstancesCommand({})),
  };
}

const IN = "of the package scalar-backup";

for (const [call, message, hint] of [
  [
    "describeInstances",
    AWS.rds,
    `permissions/aws/preview.json (statement RdsReads2) ${IN} grants it (docs/permissions.md)`,
  ],
  [
    "describeInstances",
    AWS.tags,
    `permissions/aws/restore.json (statement RdsClusterCopiesInstanceCopies) or permissions/aws/recover.json (statement RdsClustersInstances) ${IN} grants it (docs/permissions.md)`,
  ],
  [
    "describeInstances",
    AWS.engineVersions,
    `no document in permissions/ ${IN} grants it: allow it by one of your own (docs/permissions.md)`,
  ],
  [
    "listTables",
    AWS.denied,
    `the deny in that service control policy prevails over permissions/aws/preview.json (statement DynamodbAll) ${IN} (docs/permissions.md)`,
  ],
  [
    "listTables",
    AWS.plain,
    `permissions/aws/preview.json (statement DynamodbAll) ${IN} grants it (docs/permissions.md)`,
  ],
  [
    "listTables",
    AWS.boundary,
    `that permissions boundary has to allow what permissions/aws/preview.json (statement DynamodbAll) ${IN} grants (docs/permissions.md)`,
  ],
] as const)
  test(`a call that AWS refuses says which document grants it: ${message.slice(USER.length)}`, async (t) => {
    const aws = await refusing(t, message);
    const error = await t.throwsAsync<Error>(aws[call]());
    t.is(error.message, `${message}; ${hint}`);
  });

/** github.com/turbot/steampipe-plugin-aws/issues/1156: AWS Backup's answer without a message. */
test("an AWS that does not say which right is missing leaves it to doctor", async (t) => {
  const aws = await refusing(t, "");
  const error = await t.throwsAsync<Error>(aws.listTables());
  t.regex(
    error.message,
    /; "scalar-backup doctor" lists the rights that are missing, docs\/permissions\.md of the package/,
  );
});

test("a right on a resource that no document covers is said to be granted on others", async (t) => {
  const message = AWS.rds.replaceAll("DescribeDBInstances", "DeleteDBInstance").replace(":db:*", ":snapshot:last");
  const error = await t.throwsAsync<Error>((await refusing(t, message)).describeInstances());
  t.regex(error.message, /RdsInstanceCopies\).* grants it on other resources \(docs\/permissions\.md\)$/);
});

const CLIENT = "The client 'a1b2' with object id 'c3d4'";
const GROUP = "/subscriptions/e5f6/resourceGroups/data/providers";

for (const [code, message, hint] of [
  // github.com/MicrosoftDocs/azure-docs/issues/66187
  [
    "AuthorizationFailed",
    `${CLIENT} does not have authorization to perform action 'Microsoft.DocumentDb/databaseAccounts/listKeys/action' over scope '${GROUP}/Microsoft.DocumentDb/databaseAccounts/ledger' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    `please refresh your credentials; permissions/azure/restore.json (role group) ${IN} grants it (docs/permissions.md)`,
  ],
  // Its wildcard gives it, and leaves out another action.
  [
    "AuthorizationFailed",
    `${CLIENT} does not have authorization to perform action 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/retrieveContinuousBackupInformation/action' over scope '${GROUP}/Microsoft.DocumentDB/databaseAccounts/ledger' or the scope is invalid.`,
    `permissions/azure/preview.json (role group) ${IN} grants it (docs/permissions.md)`,
  ],
  [
    "AuthorizationFailed",
    `${CLIENT} does not have authorization to perform action 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/partitionMerge/action' over scope '${GROUP}/Microsoft.DocumentDB/databaseAccounts/ledger' or the scope is invalid.`,
    `no document in permissions/ ${IN} grants it: allow it by one of your own (docs/permissions.md)`,
  ],
  // github.com/kubernetes-sigs/cloud-provider-azure/issues/1999, in the form for several actions
  [
    "LinkedAuthorizationFailed",
    `${CLIENT} has permission to perform action 'Microsoft.DBforPostgreSQL/flexibleServers/write' on scope '${GROUP}/x'; however, it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action,Microsoft.Network/privateDnsZones/join/action' on the linked scope(s) '${GROUP}/y,${GROUP}/z' (respectively) or the linked scope(s) are invalid.`,
    `are invalid; permissions/azure/restore.json (role group) ${IN} grants it (docs/permissions.md)`,
  ],
  // github.com/Azure/aad-pod-identity/issues/613, with another action
  [
    "LinkedAuthorizationFailed",
    `${CLIENT} has permission to perform action 'Microsoft.DBforMySQL/flexibleServers/write' on scope '${GROUP}/Microsoft.DBforMySQL/flexibleServers/orders'; however, it does not have permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '${GROUP}/Microsoft.Network/virtualNetworks/net/subnets/db' or the linked scope(s) are invalid.`,
    `are invalid; permissions/azure/restore.json (role group) ${IN} grants it (docs/permissions.md)`,
  ],
] as const)
  test(`Azure's refusal says which role grants it: ${code}, ${/not have .*? '([^']+)'/.exec(message)?.[1]}`, (t) => {
    const error = new ArmRequestError(code, message, 403);
    t.true(error.message.startsWith(`${code}: ${CLIENT}`), error.message);
    t.true(error.message.endsWith(hint), error.message);
  });

/** github.com/Azure/OpenShift/issues/41: a tenant's problem, which no role solves. */
test("another refusal of Azure's stays as it is", (t) => {
  const message =
    "The client has permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action' on scope '/subscriptions/a', however the current tenant 'b' is not authorized to access linked subscription 'c'.";
  t.is(new ArmRequestError("LinkedAuthorizationFailed", message, 403).message, `LinkedAuthorizationFailed: ${message}`);
  t.is(new ArmRequestError("ResourceNotFound", message, 404).message, `ResourceNotFound: ${message}`);
});

/** As kube-apiserver 1.36.3 answers; test/cluster has the same from a running one. */
const forbidden = (verb: string, resource: string, group: string) =>
  `${resource}${group === "" ? "" : `.${group}`} is forbidden: User "system:serviceaccount:scalar:operator" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "scalar"`;

for (const [verb, resource, group, purpose, hint] of [
  ["list", "deployments", "apps", "look-up", `; the Role of a preview in docs/permissions.md ${IN} grants it`],
  [
    "get",
    "leases",
    "coordination.k8s.io",
    "look-up",
    `; the Role of a \`pulumi refresh\` in docs/permissions.md ${IN} grants it`,
  ],
  ["list", "pods", "", "look-up", `; the Role of an \`up\` in docs/permissions.md ${IN} grants it`],
  ["create", "jobs", "batch", "look-up", `; the Role of Jobs in docs/permissions.md ${IN} grants it`],
  ["patch", "deployments/scale", "apps", "switch-over", `; the Role in docs/recovery.md#rights ${IN} grants it`],
  [
    "list",
    "nodes",
    "",
    "look-up",
    `; no document in permissions/ ${IN} grants it: allow it by one of your own (docs/permissions.md)`,
  ],
] satisfies [string, string, string, Purpose, string][])
  test(`an API server's refusal says which Role grants ${verb} ${resource} for a ${purpose}`, (t) => {
    const message = forbidden(verb, resource, group);
    const answer = { status: 403, text: JSON.stringify({ kind: "Status", message, reason: "Forbidden" }) };
    const connection = { server: "https://it", name: "it", send: () => t.fail() as never };
    const error = t.throws(() => objectOf(connection, { method: "GET", path: "/it" }, answer, purpose));
    t.is(error?.message, `https://it refuses: ${message}${hint}`);
  });

test("a quota and an admission refuse with 403, too, and no Role helps", (t) => {
  for (const message of [
    'pods "a" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=2, limited: pods=2',
    'pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
  ])
    t.is(kubernetesHint(message, "look-up"), "");
});
