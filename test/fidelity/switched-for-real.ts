import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { instanceIds, type Sent, startProxy } from "./moto-proxy";
import { ACCOUNTS, CHANGE, CUSTOMERS, LEDGER, OTHER_NAME, REPLACED, type Switched } from "./switched";
import { block, provider, REGION } from "./terraform";
import { TerraformFolder } from "./terraform-folder";

const INSTANCE = "aws_db_instance.ledger";
const CLUSTER = "aws_rds_cluster.customers";
const TABLE = "aws_dynamodb_table.accounts";
/** It stops waiting when it has sent its request. */
const TIMEOUTS = { update: "5s", delete: "5s" };

/** What the real provider does about databases whose names have moved. */
export async function switchedForReal(moto: string, plugins: string): Promise<Switched> {
  const proxy = await startProxy(moto, instanceIds());
  const cloud = outsideTheProgram(proxy.url);
  try {
    return await TerraformFolder.with(async (folder) => {
      const write = (ledger = LEDGER) =>
        folder.write({
          ...provider(proxy.url),
          resource: {
            aws_db_instance: { ledger: { ...block(ledger), timeouts: TIMEOUTS }, imported: block(LEDGER) },
            aws_rds_cluster: { customers: block(CUSTOMERS) },
            aws_dynamodb_table: { accounts: block(ACCOUNTS) },
          },
        });
      const targets = [INSTANCE, CLUSTER, TABLE].map((address) => `-target=${address}`);
      const plan = async () => {
        await folder.run("plan", "-no-color", "-out=plan", ...targets);
        const { resource_changes: changes } = JSON.parse(await folder.run("show", "-json", "plan"));
        return new Map<string, Change>(changes.map((each: Change & { address: string }) => [each.address, each]));
      };
      /** What is sent of an action that fails, or whose end it does not wait for. */
      const sentBy = async (action: string, ...args: string[]): Promise<Sent | undefined> => {
        const before = proxy.requests.length;
        await folder.attempt(...args, "-no-color", "-auto-approve", "-refresh=false", `-target=${INSTANCE}`);
        return proxy.requests.slice(before).find((each) => each.action === action)?.sent;
      };
      await write();
      await folder.init(plugins);
      await folder.run("apply", "-no-color", "-auto-approve", ...targets);
      const created = JSON.parse(await folder.run("show", "-json")).values.root_module.resources as Resource[];
      const createdValue = (address: string, name: string) =>
        created.find((each) => each.address === address)?.values[name] as string;

      await cloud.closeNames();
      const inTheGap = await plan();
      await cloud.takeNames();
      const after = await plan();
      const found = (address: string, id: string) =>
        after.get(address)?.change.before?.[id] === createdValue(address, id) ? "same" : "another";

      const deletion = await sentBy("DeleteDBInstance", "destroy");
      await write({ ...LEDGER, ...CHANGE });
      const update = await sentBy("ModifyDBInstance", "apply");
      // A failed update leaves what was wanted in the state: only the name differs from it.
      await write({ ...LEDGER, ...CHANGE, identifier: OTHER_NAME });
      const rename = await sentBy("ModifyDBInstance", "apply");
      await folder.run("import", "-no-color", "aws_db_instance.imported", REPLACED);
      const imported = JSON.parse(await folder.run("show", "-json")).values.root_module.resources as Resource[];
      return {
        gap: {
          instance: {
            identifier: String(inTheGap.get(INSTANCE)?.change.before?.identifier),
            verdict: verdictOf(inTheGap.get(INSTANCE)),
          },
          cluster: verdictOf(inTheGap.get(CLUSTER)) === "create" ? "gone" : "there",
          table: verdictOf(inTheGap.get(TABLE)) === "create" ? "gone" : "there",
        },
        after: {
          instance: found(INSTANCE, "resource_id"),
          cluster: found(CLUSTER, "cluster_resource_id"),
          instanceVerdict: verdictOf(after.get(INSTANCE)),
        },
        deletion,
        update,
        rename,
        imported:
          imported.find(({ address }) => address === "aws_db_instance.imported")?.values.id ===
          createdValue(INSTANCE, "resource_id")
            ? "resource id"
            : "name",
      };
    });
  } finally {
    proxy.stop();
  }
}

interface Change {
  change: { actions: string[]; before: Record<string, unknown> | null };
}

interface Resource {
  address: string;
  values: Record<string, unknown>;
}

function verdictOf(planned: Change | undefined): string {
  const actions = planned?.change.actions.join() ?? "no-op";
  return { "no-op": "no change", update: "in place" }[actions] ?? actions;
}

/** What somebody else does. */
function outsideTheProgram(endpoint: string) {
  const config = { endpoint, region: REGION, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const rds = new RDSClient(config);
  const dynamodb = new DynamoDBClient(config);
  return {
    async closeNames() {
      await rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: "ledger",
          NewDBInstanceIdentifier: REPLACED,
          ApplyImmediately: true,
        }),
      );
      await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: "customers", SkipFinalSnapshot: true }));
      await dynamodb.send(new DeleteTableCommand({ TableName: "accounts" }));
    },
    async takeNames() {
      await rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: "ledger",
          Engine: "mysql",
          DBInstanceClass: "db.m5.large",
          AllocatedStorage: 100,
          MasterUsername: "scalar",
          MasterUserPassword: "a-password",
        }),
      );
      await rds.send(
        new CreateDBClusterCommand({
          DBClusterIdentifier: "customers",
          Engine: "aurora-postgresql",
          EngineVersion: "16.6",
          MasterUsername: "scalar",
          MasterUserPassword: "a-password",
        }),
      );
      await dynamodb.send(
        new CreateTableCommand({
          TableName: "accounts",
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        }),
      );
    },
  };
}
