import { spawnSync } from "node:child_process";
import test from "ava";
import { dynamodbClient } from "../../operations/dynamodb-client";
import { coordinatorRows } from "../../operations/dynamodb-coordinator";
import type { CoordinatorRow } from "../../restore-points/verification/coordinator-row";
import { startMoto } from "../fidelity/moto";
import { ScalarDb } from "./scalardb";

const GROUP_COMMIT = "scalar.db.consensus_commit.coordinator.group_commit.enabled=true";
const WRITE_SETS = "scalar.db.consensus_commit.coordinator.write_set_logging.enabled=true";

/** The layouts that a coordinator's items have had. */
const LAYOUTS = [
  { version: "3.14.0", settings: [GROUP_COMMIT], expects: "childIds" },
  { version: "3.19.1", settings: [WRITE_SETS], expects: "writeSet" },
] as const;

for (const { version, settings, expects } of LAYOUTS)
  test.serial(
    `the product reads in DynamoDB the rows that ScalarDB ${version} ${settings.join(" ")} reads there`,
    async (t) => {
      const [scalarDb, moto] = [ScalarDb.of(version), await motoServer()];
      if (typeof scalarDb === "string" || typeof moto === "string") {
        if (typeof scalarDb !== "string") scalarDb.end();
        if (typeof moto !== "string") moto.stop();
        t.log(`skipped: ${[scalarDb, moto].find((each) => typeof each === "string")}`);
        t.pass();
        return;
      }
      t.teardown(() => {
        scalarDb.end();
        moto.stop();
      });
      Object.assign(process.env, {
        AWS_ENDPOINT_URL: moto.url,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      });
      const expected = await scalarDb.dynamodbRows(moto.url, 10, settings);
      const actual: CoordinatorRow[] = [];
      for await (const page of coordinatorRows(dynamodbClient("us-east-1", {}), "coordinator.state", () => {}))
        actual.push(...page);
      t.true(expected.length > 0);
      t.true(
        expected.some((row) => row[expects] !== undefined),
        `no row has ${expects}`,
      );
      t.deepEqual(actual.sort(byId), expected.sort(byId));
    },
  );

const byId = (a: CoordinatorRow, b: CoordinatorRow) => (a.id < b.id ? -1 : 1);

/** The reason as text where it cannot be started. */
async function motoServer(): Promise<Awaited<ReturnType<typeof startMoto>> | string> {
  const { error } = spawnSync("moto_server", ["--help"]);
  return error ? `there is no moto_server (pip install 'moto[server]'): ${error.message}` : startMoto();
}
