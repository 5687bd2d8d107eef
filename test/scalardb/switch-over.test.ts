/** Real ScalarDB on a set of tables that copies have replaced, on moto. */
import { ListTablesCommand, UpdateContinuousBackupsCommand } from "@aws-sdk/client-dynamodb";
import test from "ava";
import { runSwitchOver } from "../../operations/switch-over/protocol";
import { copyTable, tablesMember } from "../fidelity/switched-tables";
import { INSTANT, obedientPods } from "../unit/operations/switch-over/world";
import { scalarDbOnMoto } from "./on-moto";

const TRANSACTIONS = 20;

for (const version of ["3.14.0", "3.19.1"])
  test.serial(
    `ScalarDB ${version} reads and writes the copies under the production names, and their indexes`,
    async (t) => {
      const world = await scalarDbOnMoto(t, version);
      if (world === undefined) return;
      const { scalarDb, moto, client } = world;
      const run = (seed: number, first = false) =>
        scalarDb.dynamodbRecords(moto, { first, transactions: TRANSACTIONS, seed });

      const then = await run(1, true);
      const { TableNames: tables = [] } = await client.send(new ListTablesCommand({}));
      t.log(tables.join(", "));
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
      for (const table of tables) {
        // As a stack protects them: a switch-over replaces no table of which AWS would keep nothing.
        await client.send(new UpdateContinuousBackupsCommand({ TableName: table, PointInTimeRecoverySpecification }));
        await copyTable(client, table);
      }
      const now = await run(2);
      t.deepEqual(now.before, then.after);
      t.notDeepEqual(now.after, then.after);

      const pods = obedientPods();
      await runSwitchOver(INSTANT, { pods, members: [tablesMember(tables, pods)] }, () => {});
      const switched = await run(3);
      t.deepEqual(switched.before, then.after, "the records of the copies");
      t.notDeepEqual(switched.after, switched.before);
      const last = await run(4);
      t.deepEqual(last.before, switched.after);
      t.log(`${Object.keys(last.after).length} records`);
    },
  );
