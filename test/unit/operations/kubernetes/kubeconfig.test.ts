import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { type ClusterChoice, type Environment, selectCluster } from "../../../../operations/kubernetes/kubeconfig";

/**
 * The rules are those of https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ and of
 * client-go's clientcmd. Not proven here: that a real API server accepts the credentials; `npm run test:cluster` does that.
 */

function folder(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
}

const cluster = (name: string, fields: object = {}) => ({ name, cluster: { server: `https://${name}`, ...fields } });
const context = (name: string, fields: object = {}) => ({ name, context: { cluster: name, user: name, ...fields } });
const user = (name: string, fields: object = { token: `${name}-token` }) => ({ name, user: fields });

function kubeconfig(names: string[], more: object = {}): string {
  return JSON.stringify({
    clusters: names.map((name) => cluster(name)),
    contexts: names.map((name) => context(name)),
    users: names.map((name) => user(name)),
    ...more,
  });
}

const select = (choice: ClusterChoice, environment: Environment = {}) =>
  selectCluster(choice, { HOME: "/no-home", ...environment });
const server = (choice: ClusterChoice, environment?: Environment) => select(choice, environment).server;

test("the current context decides, kubernetes:context overrides it, and kubernetes:cluster the context's cluster", (t) => {
  const text = kubeconfig(["one", "two"], { "current-context": "one" });
  t.like(select({ kubeconfig: text }), { context: "one", server: "https://one", credentials: { token: "one-token" } });
  t.like(select({ kubeconfig: text, context: "two" }), { context: "two", server: "https://two" });
  t.like(select({ kubeconfig: text, cluster: "two" }), {
    context: "one",
    server: "https://two",
    credentials: { token: "one-token" },
  });
});

test("KUBECONFIG's files are merged: the first that sets something decides, and missing files do not matter", (t) => {
  const directory = folder(t);
  const [first, second] = [join(directory, "first"), join(directory, "second")];
  writeFileSync(first, kubeconfig(["one"]));
  writeFileSync(
    second,
    kubeconfig(["one", "two"], {
      "current-context": "two",
      clusters: [cluster("one", { server: "https://not" }), cluster("two")],
    }),
  );
  const environment = { KUBECONFIG: `/missing:${first}::${second}` };
  t.is(server({}, environment), "https://two");
  t.is(server({ context: "one" }, environment), "https://one");
});

test("without KUBECONFIG it is ~/.kube/config, and what a file names is relative to it", (t) => {
  const HOME = folder(t);
  const directory = join(HOME, ".kube");
  mkdirSync(directory);
  for (const name of ["ca", "cert", "key", "token"]) writeFileSync(join(directory, name), `${name} of the file\n`);
  const config = `
current-context: one
clusters: [{ name: one, cluster: { server: "https://one", certificate-authority: ca } }]
contexts: [{ name: one, context: { cluster: one, user: one } }]
users: [{ name: one, user: { client-certificate: cert, client-key: key, tokenFile: token, token: older } }]
`;
  writeFileSync(join(directory, "config"), config);
  t.like(select({}, { HOME }), {
    server: "https://one",
    certificateAuthority: "ca of the file\n",
    credentials: { token: "token of the file", certificate: "cert of the file\n", key: "key of the file\n" },
  });
  writeFileSync(join(directory, "other"), kubeconfig(["two"]));
  t.is(server({ kubeconfig: "~/.kube/other", context: "two" }, { HOME }), "https://two", "a path");
});

test("inline data takes precedence over files, and TLS settings are read", (t) => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const text = kubeconfig(["one"], {
    "current-context": "one",
    clusters: [
      cluster("one", {
        "certificate-authority": "/missing",
        "certificate-authority-data": base64("CA"),
        "tls-server-name": "api.example",
        "insecure-skip-tls-verify": true,
      }),
    ],
    users: [
      user("one", {
        "client-certificate-data": base64("CERT"),
        "client-key-data": base64("KEY"),
        username: "u",
        password: "p",
        as: "someone",
        "as-uid": "0142",
        "as-groups": ["a", "b"],
        "as-user-extra": { "acme.com/reason 50%": ["restore", "drill"] },
      }),
    ],
  });
  t.deepEqual(select({ kubeconfig: text }), {
    context: "one",
    server: "https://one",
    certificateAuthority: "CA",
    insecure: true,
    serverName: "api.example",
    credentials: {
      token: undefined,
      username: "u",
      password: "p",
      certificate: "CERT",
      key: "KEY",
      exec: undefined,
      headers: {
        "Impersonate-User": "someone",
        "Impersonate-Uid": "0142",
        "Impersonate-Group": ["a", "b"],
        "Impersonate-Extra-acme.com%2Freason%2050%25": ["restore", "drill"],
      },
    },
  });
});

test("an exec plugin with a path is relative to its file, one without is left to the PATH", (t) => {
  const directory = folder(t);
  const commandOf = (command: string) => {
    const path = join(directory, "config");
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command,
      args: ["eks", 7],
      env: [{ name: "A", value: "b" }],
    };
    writeFileSync(path, kubeconfig(["one"], { "current-context": "one", users: [user("one", { exec })] }));
    return select({}, { KUBECONFIG: path }).credentials.exec;
  };
  t.deepEqual(commandOf("aws"), {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "aws",
    args: ["eks", "7"],
    env: [{ name: "A", value: "b" }],
    provideClusterInfo: false,
  });
  t.is(commandOf("./bin/login")?.command, join(directory, "bin/login"));
  t.is(commandOf("/bin/login")?.command, "/bin/login");
});

test("inside a pod, and without a kubeconfig, it is the pod's own cluster", (t) => {
  const directory = folder(t);
  writeFileSync(join(directory, "ca.crt"), "CA");
  writeFileSync(join(directory, "token"), "T\n");
  const inside = (choice: ClusterChoice, host = "fd00::1") =>
    selectCluster(
      choice,
      { HOME: "/no-home", KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: "443" },
      directory,
    );
  t.deepEqual(inside({}), {
    server: "https://[fd00::1]:443",
    certificateAuthority: "CA",
    insecure: false,
    credentials: { token: "T", headers: {} },
  });
  t.is(inside({}, "10.0.0.1").server, "https://10.0.0.1:443");
  t.is(inside({ kubeconfig: kubeconfig(["one"]), context: "one" }).server, "https://one");
  t.throws(() => selectCluster({}, { HOME: "/no-home" }, directory), { message: /^there is no kubeconfig/ });
});

const REFUSED: [title: string, choice: ClusterChoice, message: RegExp][] = [
  ["no kubeconfig", {}, /^there is no kubeconfig: neither kubernetes:kubeconfig, nor KUBECONFIG, nor/],
  [
    "no current context",
    { kubeconfig: kubeconfig(["one", "two"]) },
    /no current context; set kubernetes:context to one of one, two$/,
  ],
  [
    "a missing context",
    { kubeconfig: kubeconfig(["one"]), context: "tow" },
    /^the kubeconfig has no context "tow"; it has one$/,
  ],
  [
    "a missing cluster",
    { kubeconfig: kubeconfig(["one"]), context: "one", cluster: "x" },
    /no server for cluster "x" of context "one"$/,
  ],
  [
    "a proxy",
    { kubeconfig: kubeconfig(["one"], { clusters: [cluster("one", { "proxy-url": "http://p" })] }), context: "one" },
    /cluster "one" is reached through a proxy \(proxy-url\), which is not supported here$/,
  ],
  [
    "an auth-provider",
    {
      kubeconfig: kubeconfig(["one"], { users: [user("one", { "auth-provider": { name: "oidc" } })] }),
      context: "one",
    },
    /auth-provider, which is not supported here; use an exec plugin$/,
  ],
  ["a text", { kubeconfig: "s3cret" }, /^the kubeconfig \(kubernetes:kubeconfig\) is not a map$/],
  [
    "broken YAML",
    { kubeconfig: "token: s3cret\n: [" },
    /^the kubeconfig \(kubernetes:kubeconfig\) is not YAML: .+ in line 2$/,
  ],
];

for (const [title, choice, message] of REFUSED) {
  test(`refuses ${title} without quoting the kubeconfig`, (t) => {
    const error = t.throws(() => select(choice), { message });
    t.false(error?.message.includes("s3cret"));
  });
}
