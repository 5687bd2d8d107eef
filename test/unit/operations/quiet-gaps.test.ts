import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { findQuietGaps } from "../../../operations/quiet-gaps";
import { TransactionState } from "../../../rehearsal/scalardb/record";
import { toItem } from "../../../rehearsal/scalardb/stores/dynamodb-layout";
import { formatInstant, instantMillis } from "../../../restore-points/instant";
import type { QuietGaps } from "../../../restore-points/quiet-gaps";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { virtualClock } from "./virtual-clock";

const REGION = "ap-northeast-1";
const ACCESS = { accessKey: "test", secretKey: "test" };
const TABLES = ["ledger_coordinator.state", "auditor_coordinator.state"];

/** Two live coordinators of 100 read units a second, with a commit every second of an hour but for a gap each. */
test.serial("gaps are those of all coordinators, read at a tenth of what the tables serve", async (t) => {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const endpoint = await serveAws(aws);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  const region = aws.dynamodb.region(REGION);
  const start = Math.floor(clock.now() / 1000) * 1000 - 3_600_000;
  for (const [index, name] of TABLES.entries()) {
    region.createTable({
      TableName: name,
      ProvisionedThroughput: { ReadCapacityUnits: 100, WriteCapacityUnits: 10 },
      KeySchema: [{ AttributeName: "concatenatedPartitionKey", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "concatenatedPartitionKey", AttributeType: "B" }],
    });
    const table = region.table(name);
    for (let second = 0; second <= 3600; second++) {
      // Both are quiet from 1,020 to 1,060 only.
      const quiet = index === 0 ? second > 1000 && second < 1060 : second > 1020 && second < 1080;
      if (quiet) continue;
      const tx_id = `${name}-${second}`;
      const row = { tx_id, tx_state: TransactionState.COMMITTED, tx_created_at: start + second * 1000 };
      table.putItem(tx_id, toItem(row), clock.now());
    }
  }
  const waiting = virtualClock(t);
  const [said, reported]: [string[], string[]] = [[], []];
  const search = {
    tables: TABLES.map((table) => ({ region: REGION, table })),
    containers: [],
    from: formatInstant(start),
    to: formatInstant(start + 3_600_000),
  };
  await findQuietGaps(
    search,
    ACCESS,
    (line) => said.push(line),
    (line) => reported.push(line),
  );
  t.is(said.length, 1);
  // It was printed by this version.
  const found = JSON.parse(said[0] ?? "") as QuietGaps;
  t.is(found.rows, 2 * 3601 - 2 * 59);
  t.deepEqual(
    found.gaps.map(({ from, to, seconds }) => [instantMillis(from) - start, instantMillis(to) - start, seconds]),
    [[1_025_000, 1_055_000, 40]],
  );
  t.regex(
    reported[0] ?? "",
    /^ledger_coordinator\.state in ap-northeast-1: all of it is read once, about \d+ read units, at 10 a second: 1 minute or less$/,
  );
  const units = TABLES.reduce((sum, name) => sum + region.table(name).sizeBytes / 4096, 0);
  t.true(waiting.waitedMillis() > (units / 10 - 20) * 1000, `${waiting.waitedMillis()} ms for ${units} units`);
});

test.serial("the command reads the coordinator that the stack's outputs name", async (t) => {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const endpoint = await serveAws(aws);
  const folder = mkdtempSync(join(tmpdir(), "quiet-gaps-"));
  t.teardown(async () => {
    rmSync(folder, { recursive: true });
    await endpoint.close();
  });
  const [table] = TABLES;
  const region = aws.dynamodb.region(REGION);
  region.createTable({
    TableName: table ?? "",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "concatenatedPartitionKey", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "concatenatedPartitionKey", AttributeType: "B" }],
  });
  const start = instantMillis("2026-11-22T03:00:00Z");
  for (const second of [0, 60]) {
    const row = { tx_id: `${second}`, tx_state: TransactionState.COMMITTED, tx_created_at: start + second * 1000 };
    region.table(table ?? "").putItem(row.tx_id, toItem(row), clock.now());
  }
  const outputs = join(folder, "outputs.json");
  const range = { name: "ledger", earliest: formatInstant(start), latest: formatInstant(start + 60_000) };
  const restorePoints = { asOf: range.latest, pauseRequired: true, databases: [range], points: [], unlisted: 0 };
  const databases = [{ name: "ledger", kind: "dynamodb", coordinator: { region: REGION, table } }];
  writeFileSync(outputs, JSON.stringify({ restorePoints, databases }));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["register/index.cjs", "restore-points/cli.ts", "--quiet-gaps", "--json", "--outputs", outputs],
    {
      cwd: join(__dirname, "../../.."),
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: endpoint.url,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
    },
  );
  // It was printed by this version.
  const { gaps } = JSON.parse(stdout) as QuietGaps;
  t.deepEqual(
    gaps.map(({ from, to }) => [from, to]),
    [["2026-11-22T03:00:05Z", "2026-11-22T03:00:55Z"]],
  );
  t.regex(
    stderr,
    /^ledger_coordinator\.state in ap-northeast-1: all of it is read once, about 1 read units, at 200 a second/m,
  );
});
