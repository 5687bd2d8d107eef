import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { azureAccount } from "../../../operations/azure";

const HOUR_SECONDS = 3600;

/** An Azure CLI that says how often it was asked for a token. @param lives For how many seconds its tokens are valid. */
async function azureCli(t: ExecutionContext, lives: number) {
  const folder = mkdtempSync(join(tmpdir(), "azure-cli-"));
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });
  const calls = join(folder, "calls");
  appendFileSync(calls, "");
  const failing = join(folder, "fail-once");
  writeFileSync(
    join(folder, "az"),
    `#!/bin/sh
echo "$*" >> ${calls}
if [ -e ${failing} ]; then rm ${failing}; echo "the network is down" >&2; exit 1; fi
number=$(wc -l < ${calls})
printf '{"accessToken":"token%d","expires_on":%d}' "$number" "$(($(date +%s) + ${lives}))"
`,
    { mode: 0o755 },
  );
  process.env.PATH = `${folder}${delimiter}${path}`;
  return {
    account: await azureAccount({ subscriptionId: "11111111-2222-3333-4444-555555555555" }),
    calls: () => readFileSync(calls, "utf8").split("\n").length - 1,
    failOnce: () => writeFileSync(failing, ""),
  };
}

test.serial("asks the Azure CLI for one token, however many requests there are", async (t) => {
  const { account, calls } = await azureCli(t, HOUR_SECONDS);
  const tokens = await Promise.all([account.token(), account.token(), account.token()]);
  t.deepEqual([...tokens, await account.token()], ["token1", "token1", "token1", "token1"]);
  t.is(calls(), 1);
});

test.serial("asks for another token shortly before the end of the one that it has", async (t) => {
  const { account, calls } = await azureCli(t, 4 * 60);
  t.deepEqual([await account.token(), await account.token()], ["token1", "token2"]);
  t.is(calls(), 2);
});

test.serial("asks again after a failure, which it does not keep", async (t) => {
  const { account, calls, failOnce } = await azureCli(t, HOUR_SECONDS);
  failOnce();
  await t.throwsAsync(account.token(), { message: /the network is down/ });
  t.is(await account.token(), "token2");
  t.is(calls(), 2);
});
