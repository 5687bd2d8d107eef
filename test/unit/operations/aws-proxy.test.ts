import { createServer } from "node:http";
import * as net from "node:net";
import test, { type ExecutionContext } from "ava";
import { accountOf } from "../../../operations/aws-account";
import { isException } from "../../../operations/aws-proxy";

const REGION = "ap-northeast-1";
const KEYS = { accessKey: "test", secretKey: "test" };
const STS = `sts.${REGION}.amazonaws.com:443`;

async function listen(t: ExecutionContext, server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  return (server.address() as net.AddressInfo).port; // Cast: a server that listens on a port has an address with it.
}

const VARIABLES = ["NO_PROXY", "no_proxy", "https_proxy", "HTTPS_PROXY", "AWS_ENDPOINT_URL", "AWS_MAX_ATTEMPTS"];

/** A proxy that lets nothing through, and what it was asked to connect to. */
async function proxyOf(t: ExecutionContext): Promise<string[]> {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  // Other files' tests come after these, in the same thread.
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  for (const name of VARIABLES) delete process.env[name];
  process.env.HTTPS_PROXY = `http://127.0.0.1:${await listen(t, proxy)}`;
  process.env.AWS_MAX_ATTEMPTS = "1";
  return asked;
}

test.serial("AWS is reached through the proxy that the environment names", async (t) => {
  const asked = await proxyOf(t);
  await t.throwsAsync(accountOf(REGION, KEYS));
  t.deepEqual(asked, [STS]);
});

test.serial("the credentials of an assumed role are fetched through the proxy", async (t) => {
  const asked = await proxyOf(t);
  const assumeRoles = [{ roleArn: "arn:aws:iam::123456789012:role/backup" }];
  await t.throwsAsync(accountOf(REGION, { ...KEYS, assumeRoles }));
  t.deepEqual([...new Set(asked)], [STS]);
});

test.serial("a host that NO_PROXY names is reached directly", async (t) => {
  const asked = await proxyOf(t);
  let direct = 0;
  const server = net.createServer((socket) => {
    direct += 1;
    socket.destroy();
  });
  const port = await listen(t, server);
  process.env.AWS_ENDPOINT_URL = `https://127.0.0.1:${port}`;
  await t.throwsAsync(accountOf(REGION, KEYS));
  t.deepEqual([asked, direct], [[`127.0.0.1:${port}`], 0]);
  process.env.NO_PROXY = "localhost,127.0.0.1";
  await t.throwsAsync(accountOf(REGION, KEYS));
  t.deepEqual([asked.length, direct], [1, 1]);
});

test("NO_PROXY names hosts, domains with what is in them, or all hosts", (t) => {
  const host = "dynamodb.ap-northeast-1.amazonaws.com";
  for (const list of ["*", host, "amazonaws.com", " .amazonaws.com", "*.amazonaws.com", "localhost, AMAZONAWS.com:443"])
    t.true(isException(host, list), list);
  for (const list of ["", ",", "aws.com", "ap-northeast-1", ".dynamodb.ap-northeast-1.amazonaws.com"])
    t.false(isException(host, list), list);
});
