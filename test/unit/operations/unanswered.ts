import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ExecutionContext } from "ava";

/** An AWS that never answers, with the variables by which an operation asks it. */
export async function unanswered(t: ExecutionContext) {
  let asked = () => {};
  const first = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = createServer(() => asked()).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // Cast: a server that listens on TCP.
  const { port } = server.address() as AddressInfo;
  const environment = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    SCALAR_BACKUP_AWS_ACCESS: JSON.stringify({ accessKey: "test", secretKey: "test" }),
  };
  return { first, environment };
}
