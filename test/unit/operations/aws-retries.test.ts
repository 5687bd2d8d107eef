import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import test, { type ExecutionContext } from "ava";
import { awsClientConfig } from "../../../operations/aws";

const DAY = 24 * 60 * 60_000;
const TABLE: Answer = { body: { Table: { TableName: "it" } } };

interface Answer {
  status?: number;
  body: object;
}

const refused = (code: string, status = 400): Answer => ({
  status,
  body: { __type: `service#${code}`, message: code },
});

/** A DynamoDB whose clock is so far ahead of this machine's, which gives these answers, and the last one again and again. */
async function service(t: ExecutionContext, aheadMillis: number, answers: readonly Answer[]) {
  const dates: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const { status = 200, body } = answers[Math.min(dates.length, answers.length - 1)] ?? TABLE;
    dates.push(String(request.headers["x-amz-date"]));
    response.writeHead(status, {
      "content-type": "application/x-amz-json-1.0",
      date: new Date(Date.now() + aheadMillis).toUTCString(),
    });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { accessKey: "it", secretKey: "it" };
  const client = new DynamoDBClient({ ...awsClientConfig("ap-northeast-1", access), endpoint });
  return { dates, ask: () => client.send(new DescribeTableCommand({ TableName: "it" })) };
}

test.afterEach.always(() => {
  delete process.env.AWS_MAX_ATTEMPTS;
});

test.serial(
  "on a machine whose clock is a day off, an error that waiting cannot change is not asked for again",
  async (t) => {
    for (const code of ["ResourceNotFoundException", "ValidationException"]) {
      const { ask, dates } = await service(t, DAY, [refused(code)]);
      await t.throwsAsync(ask(), { name: code });
      t.is(dates.length, 1, code);
    }
  },
);

test.serial("what is refused because of the clock is asked for again with the corrected one", async (t) => {
  const { ask, dates } = await service(t, DAY, [refused("InvalidSignatureException"), TABLE]);
  t.is((await ask()).Table?.TableName, "it");
  t.is(dates.length, 2);
  const [first = "", second = ""] = dates.map((date) => date.slice(0, 8));
  t.true(second > first, `${first}, ${second}`);
});

test.serial("a refusal that may come of the clock is asked for again once", async (t) => {
  const { ask, dates } = await service(t, DAY, [refused("AccessDeniedException")]);
  await t.throwsAsync(ask(), { name: "AccessDeniedException" });
  t.is(dates.length, 2);
});

test.serial("throttling and errors of the service are tried again, whatever the clock", async (t) => {
  const cases = [0, DAY].flatMap((aheadMillis) =>
    [refused("ThrottlingException"), refused("InternalServerError", 500)].map((answer) => ({ aheadMillis, answer })),
  );
  // At the same time, because each waits for seconds.
  await Promise.all(
    cases.map(async ({ aheadMillis, answer }) => {
      const { ask, dates } = await service(t, aheadMillis, [answer, answer, TABLE]);
      t.is((await ask()).Table?.TableName, "it");
      t.is(dates.length, 3);
    }),
  );
});

test.serial("AWS_MAX_ATTEMPTS says how often, as it does for the AWS CLI", async (t) => {
  for (const [given, attempts] of [
    ["1", 1],
    ["2", 2],
  ] as const) {
    process.env.AWS_MAX_ATTEMPTS = given;
    const { ask, dates } = await service(t, 0, [refused("InternalServerError", 500)]);
    await t.throwsAsync(ask());
    t.is(dates.length, attempts);
  }
});
