import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { TABLES } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { kindOf } from "../../simulator/cloud/kubernetes/kinds";
import type { ObjectManifest } from "../../simulator/cloud/kubernetes/objects";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import type { ResourceState, StackState } from "../../simulator/engine/state";
import { REGION } from "../programs/rehearsed";
import { BothEngines } from "./both-engines";
import { build, CLUSTER, config, ELSEWHERE } from "./upgraded-stack";

const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
/** The state of a stack with a drill, as the program of an earlier commit has left it (`fixtures/make.ts`). */
const earlier = JSON.parse(readFileSync(join(__dirname, "fixtures", "earlier-state.json"), "utf8"));

if (!findPulumi())
  test.skip(`no earlier stack is upgraded, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

(findPulumi() ? test.serial : test.serial.skip)(
  `a stack that commit ${earlier.commit} has deployed is upgraded: no database, copy or record is replaced or lost`,
  async (t) => {
    t.timeout(900_000);
    const withDrill = { ...config, "scalar-backup:restore": { at: earlier.at } };
    const both = await BothEngines.start(t, withDrill, buildWithCopies, {}, earlier.embedded);
    await both.real.stack.importState(earlier.real);
    for (const run of ["preview", "up"] as const) {
      const { operations } = await both.run(t, run);
      const lost = operations.filter(({ kind }) => kind === "replace" || kind === "delete");
      t.deepEqual(
        lost.map(({ kind, type, name }) => `${kind} ${type} ${name}`).sort(),
        [
          // The stack lets go of the record (it stays in the cluster), and writes to it as a patch from now on.
          "delete kubernetes:core/v1:ConfigMap scalar-pause-windows",
          // A new version of the pauser exists next to the old one until the CronJob uses it.
          "replace kubernetes:core/v1:ConfigMap scalar-pause-pauser",
        ],
        run,
      );
    }
    for (const { cloud } of [both.real, both.embedded]) {
      t.is(cloud.aws.dynamodb.region(ELSEWHERE).tableNames().length, TABLES.length);
      t.truthy(cloud.kubernetes.store.find(CONFIG_MAPS, "scalar", "scalar-pause-windows"));
    }
  },
);

/** The databases, their copies, and the record: what the program looks for. */
function buildWithCopies(cloud: SimulatedCloud): void {
  build(cloud);
  const sources = cloud.aws.dynamodb.region(REGION);
  const copyTags = [
    { Key: "scalar-backup:copy", Value: "drill" },
    { Key: "scalar-backup:restored-to", Value: earlier.at },
  ];
  for (const TableName of sources.tableNames()) {
    cloud.aws.dynamodb.region(ELSEWHERE).createTable({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: sources.table(TableName).describe().KeySchema,
      AttributeDefinitions: sources.table(TableName).describe().AttributeDefinitions,
      Tags: copyTags,
    });
  }
  const rds = cloud.aws.rds.region(REGION);
  const copy = `${CLUSTER}-${earlier.at.replaceAll(/[-:]/g, "").toLowerCase()}`;
  rds.createDBCluster({
    DBClusterIdentifier: copy,
    Engine: "aurora-postgresql",
    DBSubnetGroupName: "scalar-databases",
    MasterUsername: "scalar",
    MasterUserPassword: "not-a-real-password",
    Tags: copyTags,
  });
  // They get the tag that names their stack, in place.
  for (const number of [1, 2])
    rds.createDBInstance({
      DBInstanceIdentifier: `${copy}-${number}`,
      DBClusterIdentifier: copy,
      Engine: "aurora-postgresql",
      DBInstanceClass: "db.r7g.large",
      Tags: copyTags,
    });
  // Kubernetes is asked even by a preview what an update would come to.
  for (const { urn, type, external, inputs, id } of earlier.embedded as StackState) {
    if (!type.startsWith("kubernetes:") || external) continue;
    const { id: otherId } =
      (earlier.real.deployment.resources as ResourceState[]).find((each) => each.urn === urn) ?? {};
    for (const name of new Set([id, otherId].map((each) => each?.split("/").at(-1)))) {
      const manifest = { ...inputs, metadata: { ...(inputs.metadata as object), name } } as unknown as ObjectManifest;
      cloud.kubernetes.store.create(manifest, { fieldManager: "pulumi-kubernetes" });
    }
  }
}
