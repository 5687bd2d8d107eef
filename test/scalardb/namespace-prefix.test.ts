/** Real ScalarDB on copies whose namespaces have another prefix, on moto. */
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import test from "ava";
import { renameNamespaces } from "../../operations/dynamodb-namespaces";
import { copyTableAs } from "../fidelity/switched-tables";
import { INSTANT, REGION } from "../unit/operations/switch-over/world";
import { scalarDbOnMoto } from "./on-moto";

const TRANSACTIONS = 10;
const PREFIXES = [
  { from: "", to: "r1_" },
  { from: "r1_", to: "r2-" },
];

for (const version of ["3.14.0", "3.16.0", "3.17.0", "3.19.1"])
  test.serial(
    `ScalarDB ${version} reads and writes copies under another namespace prefix, and their indexes`,
    async (t) => {
      const world = await scalarDbOnMoto(t, version);
      if (world === undefined) return;
      const { scalarDb, moto, client } = world;
      const use = (
        prefix: string,
        seed: number,
        how: { first?: boolean; leaves?: boolean; transactions?: number } = {},
      ) =>
        scalarDb.dynamodbRecords(moto, {
          first: false,
          transactions: TRANSACTIONS,
          seed,
          settings: prefix === "" ? [] : [`scalar.db.dynamo.namespace.prefix=${prefix}`],
          ...how,
        });

      await use("", 1, { first: true });
      for (const { from, to } of PREFIXES) {
        // Of the two transactions that are under way, one is committed.
        const { after: known } = await use(from, 2, { leaves: true });
        const { TableNames: all = [] } = await client.send(new ListTablesCommand({}));
        const tables = all.filter((name) => (from === "" ? !name.startsWith("r") : name.startsWith(from)));
        t.is(tables.length, 6, tables.join(", "));
        for (const table of tables) await copyTableAs(client, table, `${to}${table.slice(from.length)}`);
        await t.throwsAsync(
          use(to, 3),
          { message: /The table does not exist|table.*not.*found/i },
          "before the renaming",
        );

        const renaming = { region: REGION, from, to, tables, metadataNamespace: "scalardb", instant: INSTANT };
        const access = { accessKey: "test", secretKey: "test" };
        await renameNamespaces(renaming, access, (line) => t.log(line));
        const switched = await use(to, 4);
        const committed = Object.fromEntries(
          ["ledger", "customers", "orders"].map((each) => [`${each} 0 0`, "committed"]),
        );
        t.deepEqual(switched.before, { ...known, ...committed });
        t.notDeepEqual(switched.after, switched.before);

        // To go back, the property is taken away: the sources are as they were.
        const back = await use(from, 5, { transactions: 0 });
        t.deepEqual(back.before, { ...known, ...committed });
        // What has been renamed already is left alone.
        await renameNamespaces(renaming, access, () => {});
        t.deepEqual((await use(to, 6, { transactions: 0 })).before, switched.after);
      }
    },
  );
