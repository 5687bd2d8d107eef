import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { execCredential } from "../../../../operations/kubernetes/exec-credential";
import type { Credentials, Endpoint, ExecPlugin } from "../../../../operations/kubernetes/kubeconfig";
import { ClusterReader } from "../../../../operations/kubernetes/reader";

interface Seen {
  path: string;
  authorization?: string;
  impersonated?: string;
}

/** A server that answers each request with what `answer` says. */
async function serve(t: ExecutionContext, answer: (path: string) => [status: number, body: unknown]) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { authorization, "impersonate-user": impersonated } = request.headers;
    seen.push({ path: request.url ?? "", authorization, impersonated: impersonated as string | undefined });
    const [status, body] = answer(request.url ?? "");
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = (credentials: Partial<Credentials> = {}, path = "") => {
    const endpoint: Endpoint = {
      context: "test",
      server: url + path,
      insecure: false,
      credentials: { headers: {}, ...credentials },
    };
    return ClusterReader.open(endpoint, process.env);
  };
  return { seen, open, url };
}

/** A plugin that prints what the script prints. */
function plugin(t: ExecutionContext, script: string, more: Partial<ExecPlugin> = {}): ExecPlugin {
  const directory = mkdtempSync(join(tmpdir(), "plugin-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const command = join(directory, "plugin");
  writeFileSync(command, `#!${process.execPath}\n${script}\n`);
  chmodSync(command, 0o700);
  return {
    apiVersion: "client.authentication.k8s.io/v1",
    command,
    args: [],
    env: [],
    provideClusterInfo: false,
    ...more,
  };
}

test("reads all pages of a list, with the selector on each, behind a server's path", async (t) => {
  const { seen, open } = await serve(t, (path) =>
    path.includes("continue=")
      ? [200, { items: [{ b: 2 }] }]
      : [200, { metadata: { continue: "next" }, items: [{ a: 1 }] }],
  );
  const reader = await open({ token: "T", headers: { "Impersonate-User": "someone" } }, "/k8s/clusters/c-1/");
  t.deepEqual(await reader.list("/apis/apps/v1/deployments", "app in (a,b)"), [{ a: 1 }, { b: 2 }]);
  t.deepEqual(seen, [
    {
      path: "/k8s/clusters/c-1/apis/apps/v1/deployments?limit=500&labelSelector=app+in+%28a%2Cb%29",
      authorization: "Bearer T",
      impersonated: "someone",
    },
    {
      path: "/k8s/clusters/c-1/apis/apps/v1/deployments?limit=500&labelSelector=app+in+%28a%2Cb%29&continue=next",
      authorization: "Bearer T",
      impersonated: "someone",
    },
  ]);
});

test("an object that does not exist is undefined; a refusal is an error with the server's own words", async (t) => {
  const { open, url } = await serve(t, (path) =>
    path.startsWith("/missing")
      ? [404, { message: "not found" }]
      : path === "/html"
        ? [200, "<html>"]
        : [403, { message: "may not" }],
  );
  const reader = await open();
  t.is(await reader.get("/missing"), undefined);
  await t.throwsAsync(reader.get("/forbidden"), { message: `${url} refuses: may not`, name: "RefusedError" });
  await t.throwsAsync(reader.get("/html"), { message: `${url} does not answer GET /html with a JSON object` });
  await t.throwsAsync(reader.list("/missing"), { message: `${url} refuses: not found` }, "a collection always exists");
});

test("an exec plugin gets the documented variables, and its token is used", async (t) => {
  const { seen, open } = await serve(t, () => [200, {}]);
  const exec = plugin(
    t,
    `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
     const token = [process.argv.slice(2).join("+"), process.env.PROFILE, info.kind, info.spec.interactive, info.spec.cluster?.server !== undefined].join("/");
     console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: "ExecCredential", status: { token } }));`,
    { args: ["get", "token"], env: [{ name: "PROFILE", value: "prod" }], provideClusterInfo: true },
  );
  await (await open({ exec })).get("/x");
  t.is(seen[0]?.authorization, "Bearer get+token/prod/ExecCredential/false/true");
  await (await open({ exec, token: "own" })).get("/x");
  t.is(seen[1]?.authorization, "Bearer own", "a plugin is asked only where nothing else identifies the user");
  await (await open({ username: "u", password: "p" })).get("/x");
  t.is(seen[2]?.authorization, `Basic ${Buffer.from("u:p").toString("base64")}`);
});

const FAILING: [title: string, script: string, message: RegExp][] = [
  [
    "fails",
    "console.log('s3cret'); console.error('a\\nno session'); process.exit(3)",
    /"\S+plugin" failed with exit code 3: a no session$/,
  ],
  ["prints no JSON", "console.log('s3cret')", /did not print an ExecCredential with a status$/],
  ["prints no status", "console.log('{}')", /did not print an ExecCredential with a status$/],
];

for (const [title, script, message] of FAILING) {
  test(`an exec plugin that ${title} is an error without what it printed`, async (t) => {
    const { open } = await serve(t, () => [200, {}]);
    const error = await t.throwsAsync(open({ exec: plugin(t, script) }), { message });
    t.false(error?.message.includes("s3cret"));
  });
}

test("an exec plugin that is not installed is named", async (t) => {
  const { open } = await serve(t, () => [200, {}]);
  const exec = plugin(t, "", { command: "no-such-plugin-anywhere" });
  await t.throwsAsync(open({ exec }), {
    message: 'the kubeconfig\'s credential plugin "no-such-plugin-anywhere" is not on the PATH',
  });
});

test("a plugin that waits is ended, and a server that does not answer is given up", async (t) => {
  const exec = plugin(t, "setInterval(() => {}, 1000)");
  const endpoint = { server: "http://127.0.0.1", insecure: false, credentials: { headers: {} } };
  await t.throwsAsync(execCredential(exec, endpoint, process.env, 100), {
    message: /plugin" did not end within 0\.1 s$/,
  });

  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const server = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const reader = await ClusterReader.open({ ...endpoint, server }, process.env, 100);
  await t.throwsAsync(reader.get("/x"), { message: `${server} did not answer within 0.1 s` });
});
