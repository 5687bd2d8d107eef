import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";

async function run(t: ExecutionContext, operation: string, request: object, environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["./register.cjs", "./operations/main.ts", operation], {
    cwd: join(__dirname, "../../.."),
    env: { ...process.env, ...environment },
  });
  t.teardown(() => child.kill("SIGKILL"));
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.end(JSON.stringify(request));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { stdout, stderr, code };
}

test("an operation is a process: its request on stdin, the access in its environment, each step printed", async (t) => {
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const endpoint = await serveAws(aws);
  t.teardown(() => endpoint.close());
  aws.dynamodb.region(REGION).createTable({
    TableName: "ledger.accounts",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  });
  const protect = (tables: string[]) =>
    run(
      t,
      "protect-dynamodb-tables",
      { region: REGION, tables, goal: { recoveryPeriodInDays: 7, deletionProtection: true } },
      {
        AWS_ENDPOINT_URL: endpoint.url,
        SCALAR_BACKUP_AWS_ACCESS: JSON.stringify({ accessKey: "test", secretKey: "test" }),
      },
    );
  const done = await protect(["ledger.accounts"]);
  t.is(done.code, 0, done.stderr);
  t.regex(done.stdout, /ledger\.accounts/);
  t.is(aws.dynamodb.region(REGION).table("ledger.accounts").recoveryPeriodInDays, 7);

  const failed = await protect(["ledger.gone"]);
  t.is(failed.code, 1);
  t.regex(failed.stderr, /^protect-dynamodb-tables failed: .*ledger\.gone/);
});

test("an operation that there is not is a wrong call, and told those that there are", async (t) => {
  const { code, stderr } = await run(t, "protect-everything", {});
  t.is(code, 2);
  t.regex(stderr, /^unknown operation protect-everything; there are: protect-dynamodb-tables, /);
});
