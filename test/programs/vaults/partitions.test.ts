import test from "ava";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";
import { errors, recordWindow, rehearsed } from "../rehearsed";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

for (const { partition, region } of [
  { partition: "aws-cn", region: "cn-north-1" },
  { partition: "aws-us-gov", region: "us-gov-west-1" },
])
  test(`a set in ${region} is protected, restored and kept by roles and plans of the partition ${partition}`, async (t) => {
    t.timeout(180_000);
    const release = { namespace: "scalar", name: "scalardb-cluster" };
    const { cloud, stack } = await rehearsed(t, {
      "aws:region": region,
      "scalar-backup:databases": [
        {
          name: "ledger",
          dynamodb: { existing: { namespaces: ["ledger"] }, windowBackups: { deleteAfter: 400, everyDays: 30 } },
        },
        { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
      ],
      "scalar-backup:pause": { schedule: "0 3 * * *", releases: [release], aws: { eksCluster: "payments" } },
      "scalar-backup:vault": {
        aws: {
          name: "payments",
          acceptCopiesFrom: ["210987654321"],
          rules: [{ name: "daily", lifecycle: { deleteAfter: 30 } }],
          keepRestored: { lifecycle: { deleteAfter: 400 } },
          restoreTesting: { dbSubnetGroupName: "scalar-databases", vpcSecurityGroupIds: ["sg-1"] },
          notifications: { emails: ["operations@example.com"] },
        },
      },
    });
    cloud.aws.iam.partition = partition;
    cloud.kubernetes.createNamespace(release.namespace);
    cloud.aws.eks.region(region).createCluster("payments");
    buildDynamodb(cloud, region);
    buildAurora(cloud, region, "customers-prod");
    const up = await stack.up();
    t.true(up.succeeded, errors(up));
    cloud.clock.advance(DAY);
    const at = recordWindow(cloud, release.namespace, [release.name]);
    cloud.clock.advance(HOUR);
    stack.config["scalar-backup:restore"] = { at };
    const drilled = await stack.up();
    t.true(drilled.succeeded, errors(drilled));
    cloud.clock.advance(HOUR);
    const jobs = cloud.aws.backup.region(region).jobs();
    t.true(jobs.length > 0);
    t.deepEqual(
      jobs.filter(({ state }) => state === "FAILED"),
      [],
    );
    const inputs = JSON.stringify(stack.state.map((resource) => resource.inputs));
    t.true(inputs.includes(`arn:${partition}:`));
    t.deepEqual(inputs.match(/.{100}arn:aws:.{50}/g), null, "no ARN of the partition aws is left");
  });
