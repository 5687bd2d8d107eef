import test from "ava";
import type { ResourceState } from "../../simulator/engine/embedded";
import type { PropertyMap } from "../../simulator/providers/provider";
import { buildExisting } from "./existing";
import { changes, errors, REGION, rehearsed } from "./rehearsed";

const HOUR = 60 * 60_000;
const SET = [{ name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } }];
const COMMAND = "command:local:Command";
/** In place of an earlier version's text: running it fails. */
const EARLIER = "exit 9";

test("a new command text runs no operation on a copy that exists; a new request, and a deletion, run by the new text", async (t) => {
  const {
    cloud,
    stack: first,
    goingOnFrom,
  } = await rehearsed(t, {
    "scalar-backup:databases": SET,
    "aws:accessKey": "key",
    "aws:secretKey": "s1",
  });
  buildExisting(cloud, SET);
  const rds = cloud.aws.rds.region(REGION);
  let stack = first;
  const up = async () => {
    const result = await stack.up();
    t.true(result.succeeded, errors(result));
    return changes(result);
  };
  await up();
  cloud.clock.advance(4 * HOUR);
  const at = new Date(Math.floor((cloud.clock.now() - HOUR) / 1000) * 1000).toISOString().replace(".000Z", "Z");
  const suffix = at.replaceAll(/[-:]/g, "").toLowerCase();
  stack.config["scalar-backup:restore"] = { at };
  await up();
  const commands = [`update Command trio-copy-${suffix}-completion`, `update Command trio-copy-${suffix}-restore`];
  const copy = rds.cluster(`trio-prod-${suffix}`);

  // What an earlier version has left behind, and a change of the copy that its users made.
  stack = goingOnFrom(stack.state.map(withEarlierText));
  copy.settings.preferredMaintenanceWindow = "sat:01:00-sat:01:30";
  t.deepEqual(changes(await stack.preview()), commands);
  t.deepEqual(await up(), commands);
  t.is(copy.settings.preferredMaintenanceWindow, "sat:01:00-sat:01:30", "the copy was completed again");
  t.deepEqual(changes(await stack.preview()), [], "a preview right after the upgrade");

  // Other credentials for the same request.
  stack.config["aws:secretKey"] = "s2";
  t.deepEqual(await up(), commands);
  t.is(copy.settings.preferredMaintenanceWindow, "sat:01:00-sat:01:30", "the copy was completed again");
  t.deepEqual(changes(await stack.preview()), [], "a preview right after the credentials' change");

  // A new request.
  rds.cluster("trio-prod").tags = { team: "orders" };
  t.deepEqual(await up(), commands);
  t.is(copy.tags.team, "orders");
  t.not(copy.settings.preferredMaintenanceWindow, "sat:01:00-sat:01:30", "the new request did not run");
  t.deepEqual(changes(await stack.preview()), [], "a preview right after the new request");

  delete stack.config["scalar-backup:restore"];
  await up();
  t.is(rds.find(`trio-prod-${suffix}`), undefined);
});

function withEarlierText(resource: ResourceState): ResourceState {
  if (resource.type !== COMMAND) return resource;
  const earlier = ({ update, ...properties }: PropertyMap) => ({
    ...properties,
    create: EARLIER,
    ...(properties.delete === undefined ? {} : { delete: EARLIER }),
  });
  return { ...resource, inputs: earlier(resource.inputs), outputs: earlier(resource.outputs) };
}
