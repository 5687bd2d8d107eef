import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import test from "ava";
import { ArmClient } from "../../../operations/azure-arm";
import { AzureCloud } from "../../../simulator/cloud/azure/azure";
import { serveAzure } from "../../../simulator/cloud/azure/wire";
import { SimulatedClock } from "../../../simulator/cloud/clock";

test("requests to the Resource Manager go through the proxy that the environment names", async (t) => {
  const azure = new AzureCloud(new SimulatedClock(), 1);
  const endpoint = await serveAzure(azure);
  const forwarded: string[] = [];
  const proxy = createServer((request, response) => {
    const { method, url = "", headers } = request;
    forwarded.push(new URL(url).pathname);
    const onwards = send(url, { method, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(response);
    });
    request.pipe(onwards);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.teardown(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await endpoint.close();
  });
  // A server that listens on a port has an address with it.
  const { port } = proxy.address() as AddressInfo;
  for (const name of ["NO_PROXY", "no_proxy", "http_proxy", "ALL_PROXY", "all_proxy"]) delete process.env[name];
  Object.assign(process.env, endpoint.environment(), { HTTP_PROXY: `http://127.0.0.1:${port}` });

  const client = await ArmClient.connect({ subscriptionId: azure.subscription });
  const id = `${client.resourceGroup("scalar")}/providers/Microsoft.DocumentDB/databaseAccounts/none`;
  t.is(await client.find(id, "2025-10-15"), undefined);
  t.true(forwarded.includes(id), forwarded.join("\n"));
});
