// Preloaded into the processes of a rehearsal: sends requests for the document endpoint of any Cosmos DB account to the
// simulated Azure, as a name service of the simulated world. Both clients of Node.js are covered: https and fetch.
import { createRequire, syncBuiltinESMExports } from "node:module";

const require = createRequire(import.meta.url);
const http = require("node:http");
const https = require("node:https");

const simulated = () => new URL(process.env.SIMULATED_AZURE_URL);
const isSimulated = (host) => /^[a-z0-9-]+\.documents\.azure\.com$/.test(host ?? "");

const { request } = https;
https.request = (...args) => {
  const [first, second] = args;
  const isUrl = typeof first === "string" || first instanceof URL;
  const url = isUrl ? new URL(first) : undefined;
  const options = isUrl ? (typeof second === "function" ? {} : (second ?? {})) : first;
  const host = options.hostname ?? options.host ?? url?.hostname;
  if (!isSimulated(host)) return request(...args);
  const path = options.path ?? (url ? url.pathname + url.search : "/");
  const { agent: _agent, protocol: _protocol, host: _host, ...rest } = options;
  const { hostname, port } = simulated();
  return http.request(
    { ...rest, hostname, port, path: `/documents/${host}${path}` },
    args.find((arg) => typeof arg === "function"),
  );
};
https.get = (...args) => {
  const sent = https.request(...args);
  sent.end();
  return sent;
};
syncBuiltinESMExports();

const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (!isSimulated(url.hostname)) return fetch(input, init);
  const target = new URL(`/documents/${url.hostname}${url.pathname}${url.search}`, simulated());
  return input instanceof Request ? fetch(new Request(target, input), init) : fetch(target, init);
};
