import { Scene } from "../unit/simulator/providers/aws/deployed";
import { flat, type Sent } from "./moto-proxy";
import { ACCOUNTS, CHANGE, CUSTOMERS, LEDGER, OTHER_NAME, REPLACED, type Switched } from "./switched";
import { REGION } from "./terraform";

const INSTANCE = "aws:rds/instance:Instance";
const MINUTE = 60_000;

/** What the simulated provider does about databases whose names have moved. */
export async function switchedInSimulation(): Promise<Switched> {
  const scene = await Scene.start();
  const rds = scene.aws.rds.region(REGION);
  const instance = await scene.create(INSTANCE, LEDGER, "ledger");
  const cluster = await scene.create("aws:rds/cluster:Cluster", CUSTOMERS, "customers");
  const table = await scene.create("aws:dynamodb/table:Table", ACCOUNTS, "accounts");
  const { outputs: before } = instance;
  const { clusterResourceId } = cluster.outputs;

  rds.modifyDBInstance({
    DBInstanceIdentifier: "ledger",
    NewDBInstanceIdentifier: REPLACED,
    ApplyImmediately: true,
  });
  scene.clock.advance(10 * MINUTE);
  rds.deleteDBCluster({ DBClusterIdentifier: "customers", SkipFinalSnapshot: true });
  scene.aws.dynamodb.region(REGION).deleteTable("accounts");
  await instance.refresh();
  const gap: Switched["gap"] = {
    instance: { identifier: String(instance.outputs.identifier), verdict: await instance.verdict(LEDGER) },
    cluster: (await cluster.refresh()) ? "there" : "gone",
    table: (await table.refresh()) ? "there" : "gone",
  };

  await scene.create(INSTANCE, LEDGER, "another-instance");
  await scene.create("aws:rds/cluster:Cluster", CUSTOMERS, "another-cluster");
  await instance.refresh();
  await cluster.refresh();
  const after: Switched["after"] = {
    instance: instance.outputs.resourceId === before.resourceId ? "same" : "another",
    cluster: cluster.outputs.clusterResourceId === clusterResourceId ? "same" : "another",
    instanceVerdict: await instance.verdict(LEDGER),
  };

  let sent: Sent | undefined;
  const recorded =
    <Input extends object, Answer>(send: (input: Input) => Answer) =>
    (input: Input): Answer => {
      sent = flat(input);
      return send(input);
    };
  rds.instances.modify = recorded(rds.instances.modify.bind(rds.instances));
  rds.instances.delete = recorded(rds.instances.delete.bind(rds.instances));
  const sentBy = async (act: () => Promise<void>): Promise<Sent | undefined> => {
    sent = undefined;
    instance.outputs = before;
    await act().catch(() => {});
    return sent;
  };
  const urn = `urn:pulumi:test::test::${INSTANCE}::imported`;
  return {
    gap,
    after,
    update: await sentBy(() => instance.update({ ...LEDGER, ...CHANGE })),
    rename: await sentBy(() => instance.update({ ...LEDGER, identifier: OTHER_NAME })),
    deletion: await sentBy(async () => {
      await scene.create(INSTANCE, LEDGER, "yet-another");
      await instance.delete();
    }),
    imported:
      (await scene.provider.read({ urn, type: INSTANCE, id: REPLACED }))?.id === before.resourceId
        ? "resource id"
        : "name",
  };
}
