import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { unanswered } from "./unanswered";

const REGION = "ap-northeast-1";
const PROGRAM = join(__dirname, "../../..");
/** The text that stacks' states hold: changing it changes every stack (docs/decisions/0011). */
const COMMAND = `node -e "require('scalar-backup/operations')"`;
/** The text of version 0.1. Its drills of Multi-AZ DB clusters are deleted by it when they end right after an upgrade. */
const EARLIER_COMMAND = `node "./register.cjs" "./operations/main.ts"`;

async function run(
  t: ExecutionContext,
  command: string,
  request: object,
  environment: Record<string, string> = {},
  cwd = PROGRAM,
) {
  const child = spawn("/bin/sh", ["-c", command], { cwd, env: { ...process.env, ...environment } });
  t.teardown(() => child.kill("SIGKILL"));
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.end(JSON.stringify(request));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { stdout, stderr, code };
}

async function tables(t: ExecutionContext) {
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const endpoint = await serveAws(aws);
  t.teardown(() => endpoint.close());
  const dynamodb = aws.dynamodb.region(REGION);
  dynamodb.createTable({
    TableName: "ledger.accounts",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  });
  const environment = {
    AWS_ENDPOINT_URL: endpoint.url,
    SCALAR_BACKUP_AWS_ACCESS: JSON.stringify({ accessKey: "test", secretKey: "test" }),
  };
  return { dynamodb, environment };
}

function protection(table: string) {
  return { region: REGION, tables: [table], goal: { recoveryPeriodInDays: 7, deletionProtection: true } };
}

test("an operation reads its request from stdin and its access from the environment, and prints each step", async (t) => {
  const { dynamodb, environment } = await tables(t);
  const done = await run(t, `${COMMAND} protect-dynamodb-tables`, protection("ledger.accounts"), environment);
  t.is(done.code, 0, done.stderr);
  t.regex(done.stdout, /ledger\.accounts/);
  t.is(dynamodb.table("ledger.accounts").recoveryPeriodInDays, 7);

  const failed = await run(t, `${COMMAND} protect-dynamodb-tables`, protection("ledger.gone"), environment);
  t.is(failed.code, 1);
  t.regex(failed.stderr, /^protect-dynamodb-tables failed: .*ledger\.gone/);
});

test("the command works in any folder of the clone, and with modules that NODE_OPTIONS imports", async (t) => {
  const { dynamodb, environment } = await tables(t);
  const NODE_OPTIONS = "--import=data:text/javascript,0";
  const folder = join(PROGRAM, "test/unit");
  const command = `${COMMAND} protect-dynamodb-tables`;
  const done = await run(t, command, protection("ledger.accounts"), { ...environment, NODE_OPTIONS }, folder);
  t.is(done.code, 0, done.stderr);
  t.is(dynamodb.table("ledger.accounts").recoveryPeriodInDays, 7);
});

test("the command text of version 0.1 still runs its operation", async (t) => {
  const { dynamodb, environment } = await tables(t);
  const command = `${EARLIER_COMMAND} protect-dynamodb-tables`;
  const done = await run(t, command, protection("ledger.accounts"), environment);
  t.is(done.code, 0, done.stderr);
  t.is(dynamodb.table("ledger.accounts").recoveryPeriodInDays, 7);
});

test("an unknown operation exits with 2 and lists the known ones", async (t) => {
  for (const operation of ["protect-everything", "toString"]) {
    const { code, stderr } = await run(t, `${COMMAND} ${operation}`, {});
    t.is(code, 2);
    t.regex(stderr, new RegExp(`^there is no operation ${operation}; expected one of: protect-dynamodb-tables, `));
  }
});

test("an operation ends with the shell that has started it, which is all that Pulumi's provider ends", async (t) => {
  const asked = await unanswered(t);
  const child = spawn("/bin/sh", ["-c", `${COMMAND} protect-dynamodb-tables; true`], {
    cwd: PROGRAM,
    env: { ...process.env, ...asked.environment },
  });
  t.teardown(() => child.kill("SIGKILL"));
  const said = text(child.stderr);
  child.stdin.end(JSON.stringify(protection("ledger.accounts")));
  await asked.first;
  child.kill("SIGKILL");
  // Read to its end, which only the end of the operation is.
  t.regex(await said, /interrupted: Pulumi has ended this operation/);
});
