import { Scene } from "../unit/simulator/providers/aws/deployed";
import { flat, type Sent } from "./moto-proxy";
import { INSTANT, SCALED, SENT_ROWS, TRIO, TRIO_INPUTS, TRIO_SNAPSHOT } from "./sent-rows";
import { REGION } from "./terraform";

/** What the simulated provider sends for each row. Whether the simulated AWS takes it is not looked at here. */
export async function sentInSimulation(): Promise<(Sent | undefined)[]> {
  const scene = await Scene.start();
  const rds = scene.aws.rds.region(REGION);
  const autoscaling = scene.aws.autoscaling.region(REGION);
  await scene.create("aws:rds/cluster:Cluster", TRIO_INPUTS, TRIO);
  rds.snapshots.take(rds.cluster(TRIO), {
    identifier: TRIO_SNAPSHOT,
    type: "manual",
    at: Date.parse(INSTANT),
    tags: {},
  });
  await scene.create("aws:dynamodb/table:Table", {
    name: "scaled",
    attributes: [{ name: "id", type: "S" }],
    hashKey: "id",
    readCapacity: 10,
    writeCapacity: 10,
  });
  await scene.create("aws:appautoscaling/target:Target", { ...SCALED, minCapacity: 5, maxCapacity: 50 });

  let sent: Sent | undefined;
  const recorded =
    <Input extends object, Answer>(send: (input: Input) => Answer) =>
    (input: Input): Answer => {
      sent = flat(input);
      return send(input);
    };
  rds.restoreDBClusterToPointInTime = recorded(rds.restoreDBClusterToPointInTime.bind(rds));
  rds.restoreDBClusterFromSnapshot = recorded(rds.restoreDBClusterFromSnapshot.bind(rds));
  autoscaling.putScalingPolicy = recorded(autoscaling.putScalingPolicy.bind(autoscaling));
  const all: (Sent | undefined)[] = [];
  for (const { type, inputs, title } of SENT_ROWS) {
    sent = undefined;
    try {
      await scene.create(type, inputs, title);
    } catch (error) {
      if (sent === undefined) throw error;
    }
    all.push(sent);
  }
  return all;
}
