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
