import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { webTransport } from "../../../pauser/adapters/web";
import type { WebRequest } from "../../../pauser/ports";

// The real transport, against real servers on loopback.

async function listening(t: ExecutionContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const served = (t: ExecutionContext, listener: RequestListener) => listening(t, createServer(listener));

function send(port: number, request: Partial<WebRequest> = {}, signal = new AbortController().signal, scheme = "http") {
  const url = new URL(`${scheme}://127.0.0.1:${port}/services/secret?a=b`);
  return webTransport.send({ url, method: "GET", headers: {}, ...request }, signal);
}

test("sends method, headers and body, and returns status and text", async (t) => {
  const seen: unknown[] = [];
  const port = await served(t, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      seen.push(request.method, request.url, request.headers["content-length"], Buffer.concat(chunks).toString());
      response.writeHead(202).end("thanks");
    });
  });
  const answer = await send(port, { method: "POST", headers: { "content-type": "application/json" }, body: '{"é":1}' });
  t.like(answer, { status: 202, text: "thanks" });
  t.deepEqual(seen, ["POST", "/services/secret?a=b", "8", '{"é":1}']);
});

test("a server that never answers is given up with the signal", async (t) => {
  let asked = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const port = await served(t, () => asked());
  const over = new AbortController();
  const sent = send(port, {}, over.signal);
  await arrived;
  over.abort();
  await t.throwsAsync(sent, { name: "AbortError" });
});

test("an answer that never ends is not waited for", async (t) => {
  let written = 0;
  const port = await served(t, (_, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(10_000))) written += 10_000;
    };
    response.on("drain", more);
    response.on("error", () => {});
    more();
  });
  const { status, text } = await send(port);
  t.is(status, 200);
  t.is(text.length, 4096);
  t.true(written > 4096);
});

test("an answer that trickles is given up with the signal", async (t) => {
  const over = new AbortController();
  const port = await served(t, (_, response) => {
    response.writeHead(200).write("x");
    response.on("error", () => {});
    setImmediate(() => over.abort());
  });
  await t.throwsAsync(send(port, {}, over.signal));
});

test("a redirect is not followed", async (t) => {
  let asked = 0;
  const port = await served(t, (_, response) => {
    asked += 1;
    response.writeHead(308, { location: "/elsewhere" }).end();
  });
  t.like(await send(port), { status: 308, location: "/elsewhere" });
  t.is(asked, 1);
});

test("a closed port, and a server that closes the connection, are errors", async (t) => {
  const tcp = createTcpServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  await t.throwsAsync(send(port), { message: /socket hang up|ECONNRESET/ });
  await new Promise((resolve) => tcp.close(resolve));
  await t.throwsAsync(send(port), { message: /ECONNREFUSED/ });
});

test("a private CA is trusted if it is given, besides the public ones, and the name is checked all the same", async (t) => {
  const file = (name: string) => readFileSync(join(__dirname, "../fixtures/tls", name), "utf8");
  const options = { key: file("pod.key"), cert: file("pod.pem") };
  const port = await listening(
    t,
    createTlsServer(options, (_, response) => void response.end("ok")),
  );
  const over = new AbortController().signal;
  await t.throwsAsync(send(port, {}, over, "https"), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  await t.throwsAsync(send(port, { ca: file("other-ca.pem") }, over, "https"), {
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  });
  // Its certificate is for scalardb.example: the chain is accepted, and the name is not.
  await t.throwsAsync(send(port, { ca: file("ca.pem") }, over, "https"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
});
