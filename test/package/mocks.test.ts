import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import test from "ava";
import { consumer } from "./packed";

/** A user's unit test of a program with the library: mocks in place of the engine. */
const UNIT_TEST = `
const pulumi = require("@pulumi/pulumi");
const declared = [];
async function main() {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => (declared.push(type.split(":").at(-1) + " " + name), { id: name, state: inputs }),
    call: () => ({}),
  });
  const { ScalarBackup } = require("scalar-backup");
  const backup = new ScalarBackup("scalar", {
    databases: [{ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } }],
    aws: { region: "ap-northeast-1" },
    pause: {
      schedule: "0 3 * * *",
      rendezvousSeconds: 60,
      cluster: "tokyo",
      releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
      otherClusters: [
        {
          cluster: "osaka",
          releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
          kubernetes: { context: "dev" },
        },
      ],
    },
  });
  const required = await new Promise((resolve) => backup.pauseRequired.apply(resolve));
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(JSON.stringify({ declared, required }));
}
main();
`;

test("a user's unit test with mocks needs no credentials, and asks no cluster of the user's kubeconfig", async (t) => {
  const cluster = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(404).end();
  });
  const asked: string[] = [];
  await new Promise<void>((resolve) => cluster.listen(0, "127.0.0.1", resolve));
  t.teardown(() => cluster.close());
  const { port } = cluster.address() as AddressInfo;
  const folder = await consumer(t, {
    files: {
      "package.json": JSON.stringify({ name: "consumer" }),
      "unit.js": UNIT_TEST,
      "kubeconfig.json": JSON.stringify(kubeconfigOf(`http://127.0.0.1:${port}`)),
    },
  });
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    KUBECONFIG: join(folder, "kubeconfig.json"),
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ["unit.js"], { cwd: folder, env }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr, { cause: error })) : resolve(stdout),
    );
  });
  const { declared, required } = JSON.parse(output);
  t.true(required.required);
  t.true(declared.includes("ScalarBackup scalar"));
  t.true(declared.includes("CronJob scalar-pause"), declared.join(", "));
  t.deepEqual(asked, []);
});

/** A developer's kubeconfig, with a token that must not leave the machine. */
function kubeconfigOf(server: string) {
  return {
    "current-context": "dev",
    contexts: [{ name: "dev", context: { cluster: "dev", user: "dev" } }],
    clusters: [{ name: "dev", cluster: { server } }],
    users: [{ name: "dev", user: { token: "secret" } }],
  };
}
