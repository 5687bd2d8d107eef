import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import test from "ava";
import { HeldAddress } from "../../../../../simulator/cloud/kubernetes/held-address";
import { kindOf } from "../../../../../simulator/cloud/kubernetes/kinds";
import { startCluster } from "./cluster";

const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });

/** Whether somebody else can take a port. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const taken = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(true));
    server.listen(port, "127.0.0.1", () => resolve(false));
  });
  server.close();
  return !taken;
}

async function endOf(socket: Socket): Promise<string> {
  const [error] = await Promise.race([
    once(socket, "close"),
    new Promise<unknown[]>((resolve) => socket.once("error", (failure) => resolve([failure]))),
  ]);
  return error instanceof Error ? (error as Error & { code: string }).code : "closed";
}

test("an address stays bound while nothing serves there: connections are reset, and refused once it is released", async (t) => {
  const held = await HeldAddress.bind("127.0.0.1", 0);
  const { port } = held;
  held.connectTo((socket) => socket.end("hello"));
  t.is(String((await once(connect(port, "127.0.0.1"), "data"))[0]), "hello");
  held.disconnect();
  t.false(await isFree(port));
  t.is(await endOf(connect(port, "127.0.0.1")), "ECONNRESET");
  held.release();
  t.is(await endOfReleased(port), "ECONNREFUSED");
});

/** How a connection to a released address ends. Another test may take the port the moment it is free: then one more is released. */
async function endOfReleased(port: number): Promise<string> {
  let end = await endOf(connect(port, "127.0.0.1"));
  for (let tries = 0; end !== "ECONNREFUSED" && tries < 5; tries++) {
    const another = await HeldAddress.bind("127.0.0.1", 0);
    const next = another.port;
    another.release();
    end = await endOf(connect(next, "127.0.0.1"));
  }
  return end;
}

test("a pod's port, and the API server's, are never free while they are down", async (t) => {
  const cluster = await startCluster(t);
  await cluster.installRelease({ namespace: "scalar", name: "db", product: "scalardb-cluster", replicas: 1 });
  const [pod] = cluster.pods();
  pod?.die();
  t.false(await isFree(pod?.port as number));
  await pod?.restart();
  cluster.apiServer.goAway();
  t.false(await isFree(Number(new URL(cluster.url).port)));
  cluster.apiServer.comeBack();
});

test("pods of a numeric targetPort get addresses at which that port is free", async (t) => {
  if (process.platform !== "linux") return t.pass("pods can have addresses of their own on Linux only");
  const cluster = await startCluster(t);
  const release = { namespace: "scalar", name: "db", product: "scalardb-cluster", targetPort: "numeric" } as const;
  const installed = await cluster.installRelease({ ...release, replicas: 1 });
  const port = cluster.pods()[0]?.port as number;
  const other = createServer().listen(port, "127.0.0.2");
  t.teardown(() => other.close());
  await once(other, "listening");
  cluster.store.mergePatch(DEPLOYMENTS, "scalar", "db-scalardb-cluster-node", { spec: { replicas: 2 } });
  await installed.reconcile();
  t.deepEqual(
    cluster
      .pods()
      .map(({ address, port: own }) => [address, own])
      .sort(),
    [
      ["127.0.0.1", port],
      ["127.0.0.3", port],
    ],
  );
});
