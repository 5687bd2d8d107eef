import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";

const ROOT = join(__dirname, "../../..");
/** Two clients of different packages of the SDK, made in a process of their own as look-ups make them. */
const CLIENTS = `
  require("./register/index.cjs");
  const { awsClientConfig } = require("./operations/aws.ts");
  const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
  const { RDSClient } = require("@aws-sdk/client-rds");
  const config = () => awsClientConfig("ap-northeast-1", { accessKey: "a", secretKey: "b" });
  for (const Client of [DynamoDBClient, RDSClient]) new Client(config());
  process.emitWarning("another one");
  process.on("exit", () => console.log("done"));
`;
const said = (env: NodeJS.ProcessEnv) =>
  execFileSync(process.execPath, ["-e", `process.stderr.write = (text) => process.stdout.write(text);${CLIENTS}`], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    encoding: "utf8",
  });

test("the AWS SDK's warning of an old Node.js is one line, once, and other warnings stay", (t) => {
  const old = Number.parseInt(process.versions.node, 10) < 22;
  const text = said({});
  t.is(text.match(/needs Node\.js 22 or later; this is v/g)?.length ?? 0, old ? 1 : 0, text);
  t.notRegex(text, /a\.co\/c895JFp/);
  t.regex(text, /another one/);
});

test("a user who has switched the AWS SDK's warning off hears nothing of it", (t) => {
  t.notRegex(said({ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" }), /Node\.js 22|c895JFp/);
});
