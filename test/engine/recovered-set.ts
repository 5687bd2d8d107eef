import type { ExecutionContext } from "ava";
import { PROGRAM } from "../../rehearsal/engines";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import type { SimulatedProvider } from "../../simulator/providers/provider";
import { sdkVersion } from "../../simulator/providers/sdk-version";
import { errors, REGION, recordNextWindow } from "../programs/rehearsed";
import { MINUTE, RELEASE } from "../programs/verified-set";
import { findPlugin, howToGetPlugin } from "./provider-plugin";

const plugin = findPlugin("command");

/** What a switch-over on the real engine lacks here, and how to get it. */
export const missing =
  plugin === undefined ? howToGetPlugin("command") : findPulumi() === undefined ? HOW_TO_GET_PULUMI : undefined;

/** A set with the verified copies of a recovery, and with newer data than theirs. */
export async function recovered(t: ExecutionContext) {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const providers = cloud.providers();
  const deletions = watchDeletions(providers);
  const stack = new PulumiStack({
    program: PROGRAM,
    providers,
    plugins: [{ name: "command", version: sdkVersion("command"), file: plugin ?? "" }],
    environment: () => cloud.environment(),
    config: {
      "aws:region": REGION,
      "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
      "scalar-backup:databases": [
        { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
        { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
      ],
    } as Record<string, unknown>,
  });
  t.teardown(() => stack.close());
  const up = async () => {
    const result = await stack.up();
    t.true(result.succeeded, errors(result));
    cloud.clock.advance(result.simulatedMillis);
    return result;
  };
  const write = (balance: number) => {
    cloud.aws.dynamodb.region(REGION).table("ledger.accounts").putItem("a", { balance });
    cloud.aws.rds.region(REGION).cluster("customers-prod").put("accounts", "b", { balance });
  };
  await up();
  cloud.clock.advance(60 * MINUTE);
  write(5);
  const at = recordNextWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(20 * MINUTE);
  write(7);
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  await up();
  cloud.clock.advance(20 * MINUTE);
  return { cloud, stack, deletions, at, up };
}

/** What is deleted in a cloud, from now on. */
function watchDeletions(providers: readonly SimulatedProvider[]): string[] {
  const deletions: string[] = [];
  for (const provider of providers) {
    const remove = provider.delete.bind(provider);
    provider.delete = async (request) => {
      deletions.push(request.urn);
      return await remove(request);
    };
  }
  return deletions;
}
