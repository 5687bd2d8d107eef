import test, { type ExecutionContext } from "ava";
import { buildExisting } from "./existing";
import { changes, errors, REGION, rehearsed } from "./rehearsed";

const HOUR = 60 * 60_000;
const SET = [{ name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } }];

/** A protected cluster, and an instant to restore it to, with the identifier of the copy. */
async function protectedCluster(t: ExecutionContext) {
  const { cloud, stack } = await rehearsed(t, { "scalar-backup:databases": SET });
  buildExisting(cloud, SET);
  const rds = cloud.aws.rds.region(REGION);
  const first = await stack.up();
  t.true(first.succeeded, errors(first));
  cloud.clock.advance(4 * HOUR);
  const at = new Date(Math.floor((cloud.clock.now() - HOUR) / 1000) * 1000).toISOString().replace(".000Z", "Z");
  const copy = `trio-prod-${at.replaceAll(/[-:]/g, "").toLowerCase()}`;
  /** A cluster that has the copy's name already. */
  const createCopy = (tags: Record<string, string>) =>
    rds.createDBCluster({
      DBClusterIdentifier: copy,
      Engine: "postgres",
      MasterUsername: "scalar",
      MasterUserPassword: "not-a-real-password",
      DBClusterInstanceClass: "db.m6gd.large",
      AllocatedStorage: 100,
      Iops: 1000,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
  return { cloud, stack, rds, at, copy, createCopy, first };
}

test("an existing cluster keeps its own backups for as long as is asked for, with no plan of AWS Backup", async (t) => {
  const { stack, rds, first } = await protectedCluster(t);
  t.is(rds.cluster("trio-prod").settings.backupRetentionPeriod, 35);
  t.deepEqual(
    changes(first).filter((change) => /Plan|Selection|Vault|protection/.test(change)),
    ["create Command trio-protection"],
  );
  t.deepEqual(changes(await stack.preview()), []);
});

test("somebody else's cluster of the copy's name ends the preview, and is left alone", async (t) => {
  const { stack, rds, at, copy, createCopy } = await protectedCluster(t);
  createCopy({ team: "others" });
  stack.config["scalar-backup:restore"] = { at };
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    /database trio: cluster trio-prod-\S+ in \S+ exists already, is not this copy, and is not changed/,
  );
  t.deepEqual(rds.cluster(copy).tags, { team: "others" });
});

test("a drill's copy that an earlier version declared ends the preview, with the way out", async (t) => {
  const { stack, at, createCopy } = await protectedCluster(t);
  createCopy({ "scalar-backup:copy": "drill", "scalar-backup:restored-to": at });
  stack.config["scalar-backup:restore"] = { at };
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(errors(refused), /was made by an earlier version of this program.*end the drill.*then restore again/);
});

test("a recovery's copy that an earlier version declared is taken over as it is", async (t) => {
  const { stack, rds, at, copy, createCopy } = await protectedCluster(t);
  createCopy({ "scalar-backup:copy": "recovery", "scalar-backup:restored-to": at });
  const { resourceId } = rds.cluster(copy);
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  const recovered = await stack.up();
  t.true(recovered.succeeded, errors(recovered));
  t.is(rds.cluster(copy).resourceId, resourceId);
  t.like(rds.cluster(copy).tags, { "scalar-backup:stack": "organization/scalar-backup/rehearsal" });
  t.true(rds.cluster(copy).settings.deletionProtection);
  t.deepEqual(changes(await stack.preview()), []);

  // It stays when the restore ends.
  delete stack.config["scalar-backup:restore"];
  const ended = await stack.up();
  t.true(ended.succeeded, errors(ended));
  t.truthy(rds.find(copy));
});

test("a copy is without the tags that no copy is to have, though AWS gives it those of its source", async (t) => {
  const { stack, rds, at, copy } = await protectedCluster(t);
  const tags = { plan: "daily", team: "orders" };
  rds.cluster("trio-prod").tags = tags;
  stack.config["scalar-backup:tagsNotCopied"] = ["plan"];
  stack.config["scalar-backup:restore"] = { at };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  t.is(rds.cluster(copy).tags.plan, undefined);
  t.is(rds.cluster(copy).tags.team, "orders");
  t.deepEqual(changes(await stack.preview()), []);
});

test("a drill that becomes a recovery keeps its copy, and the copy then stays", async (t) => {
  const { stack, rds, at, copy } = await protectedCluster(t);
  stack.config["scalar-backup:restore"] = { at };
  t.true((await stack.preview()).succeeded);
  const drilled = await stack.up();
  t.true(drilled.succeeded, errors(drilled));
  const { resourceId } = rds.cluster(copy);
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  const recovered = await stack.up();
  t.true(recovered.succeeded, errors(recovered));
  t.is(rds.cluster(copy).resourceId, resourceId);
  t.is(rds.cluster(copy).tags["scalar-backup:copy"], "recovery");
  delete stack.config["scalar-backup:restore"];
  const ended = await stack.up();
  t.true(ended.succeeded, errors(ended));
  t.truthy(rds.find(copy), "a recovery's copy is not deleted");
});

test("reports a drill's copy that does not exist any more, with the fix", async (t) => {
  const { stack, rds, at, copy } = await protectedCluster(t);
  stack.config["scalar-backup:restore"] = { at };
  const drilled = await stack.up();
  t.true(drilled.succeeded, errors(drilled));
  rds.deleteDBCluster({ DBClusterIdentifier: copy, SkipFinalSnapshot: true });
  const lost = await stack.preview();
  t.false(lost.succeeded);
  t.regex(errors(lost), /was restored and exists no more: end the restore/);
  delete stack.config["scalar-backup:restore"];
  const ended = await stack.up();
  t.true(ended.succeeded, errors(ended));
});
