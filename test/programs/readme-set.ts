import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";

/** The databases and the release of README's example, with one pod. */
export async function buildReadmeSet(cloud: SimulatedCloud, region: string): Promise<void> {
  buildDynamodb(cloud, region);
  buildAurora(cloud, region, "customers-prod");
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
}
