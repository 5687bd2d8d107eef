/** The same as test/programs/operation-commands.test.ts, by the real engine and the real command provider. */
import test from "ava";
import { PROGRAM } from "../../rehearsal/engines";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { sdkVersion } from "../../simulator/providers/sdk-version";
import { buildExisting } from "../programs/existing";
import { changes, errors, REGION } from "../programs/rehearsed";
import { findPlugin, howToGetPlugin } from "./provider-plugin";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DATABASES = [{ name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } }];
const EARLIER = "exit 9";
const BY_HAND = "sat:01:00-sat:01:30";

const plugin = findPlugin("command");
const missing =
  plugin === undefined ? howToGetPlugin("command") : findPulumi() === undefined ? HOW_TO_GET_PULUMI : undefined;
if (missing !== undefined)
  test.skip(`the real command provider upgrades no earlier commands, because it or the engine is not here: ${missing}`, () => {});

(missing === undefined ? test.serial : test.serial.skip)(
  "an upgraded stack's commands run no operation on a copy, until its request changes or it is deleted",
  async (t) => {
    t.timeout(10 * MINUTE);
    const cloud = await SimulatedCloud.start({ seed: 1 });
    t.teardown(() => cloud.stop());
    buildExisting(cloud, DATABASES);
    const stack = new PulumiStack({
      program: PROGRAM,
      providers: cloud.providers(),
      plugins: [{ name: "command", version: sdkVersion("command"), file: plugin ?? "" }],
      environment: () => cloud.environment(),
      config: { "aws:region": REGION, "scalar-backup:databases": DATABASES } as Record<string, unknown>,
    });
    t.teardown(() => stack.close());
    const rds = cloud.aws.rds.region(REGION);
    const up = async () => {
      const result = await stack.up();
      t.true(result.succeeded, errors(result));
      return changes(result);
    };
    await up();
    cloud.clock.advance(4 * HOUR);
    const at = new Date(Math.floor((cloud.clock.now() - HOUR) / 1000) * 1000).toISOString().replace(".000Z", "Z");
    const logical = `trio-copy-${at.replaceAll(/[-:]/g, "").toLowerCase()}`;
    stack.config["scalar-backup:restore"] = { at };
    await up();
    const commands = [`update Command ${logical}-completion`, `update Command ${logical}-restore`];
    const copy = rds.cluster(logical.replace("trio-copy", "trio-prod"));

    // What an earlier version has left behind, and a change of the copy that its users made.
    const state = await stack.exportState();
    for (const { type, inputs, outputs } of state.deployment.resources) {
      if (type !== "command:local:Command") continue;
      for (const properties of [inputs, outputs]) {
        delete properties.update;
        properties.create = EARLIER;
        if (properties.delete !== undefined) properties.delete = EARLIER;
      }
    }
    await stack.importState(state);
    copy.settings.preferredMaintenanceWindow = BY_HAND;
    t.deepEqual(await up(), commands);
    t.is(copy.settings.preferredMaintenanceWindow, BY_HAND, "the copy was completed again");
    t.deepEqual(changes(await stack.preview()), [], "a preview right after the upgrade");

    rds.cluster("trio-prod").tags = { team: "orders" };
    t.deepEqual(await up(), commands);
    t.is(copy.tags.team, "orders");
    t.not(copy.settings.preferredMaintenanceWindow, BY_HAND, "the new request did not run");

    stack.config["scalar-backup:restore"] = undefined;
    await up();
    t.is(rds.find(logical.replace("trio-copy", "trio-prod")), undefined);
  },
);
