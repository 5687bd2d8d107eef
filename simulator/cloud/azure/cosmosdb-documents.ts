/**
 * The data plane of Cosmos DB for NoSQL, as far as documents are read. [Microsoft Learn, Azure Cosmos DB REST API reference:
 * "List documents", "Query documents", "Get partition key ranges", "Common request headers", "HTTP status codes"]
 */

import { createHash } from "node:crypto";
import { checkFirewall, checkToken } from "./cosmosdb-access";
import type { Container, CosmosAccount, Item } from "./cosmosdb-account";
import { type Projection, readQuery } from "./cosmosdb-query";
import { type DocumentAnswer, DocumentError, type DocumentRequest } from "./cosmosdb-wire";
import type { JsonObject } from "./json";

/** [Microsoft Learn, "Azure Cosmos DB service quotas": maximum response size of a paginated query] */
const PAGE_BYTES = 4 * 2 ** 20;
const DEFAULT_PAGE_ITEMS = 100;
/** `x-ms-max-item-count: -1` lets the service decide. */
const MOST_PAGE_ITEMS = 1000;
const VERSIONS = ["2018-12-31", "2020-07-15"];
const HEADERS = [
  "x-ms-client-request-id",
  "x-ms-return-client-request-id",
  "x-ms-continuation",
  "x-ms-date",
  "x-ms-documentdb-isquery",
  "x-ms-documentdb-partitionkey",
  "x-ms-documentdb-partitionkeyrangeid",
  "x-ms-documentdb-query-enablecrosspartition",
  "x-ms-max-item-count",
  "x-ms-version",
];

/** Where the request is, and by whose clock. */
interface Scene {
  account: CosmosAccount;
  /** The public address of the caller. */
  address: string;
  now: number;
}

/** @throws {DocumentError} */
export function answerDocuments(request: DocumentRequest, { account, address, now }: Scene): DocumentAnswer {
  checkFirewall(account, address);
  const { method, path, headers } = request;
  if (!VERSIONS.includes(headers["x-ms-version"] ?? ""))
    throw badRequest(`The x-ms-version ${headers["x-ms-version"]} is unknown, or not simulated.`);
  const unknown = Object.keys(headers).find((name) => /^(x-ms-|a-im$)/.test(name) && !HEADERS.includes(name));
  if (unknown) throw badRequest(`The header ${unknown} is unknown, or not simulated.`);
  const [, link, database, name, type] = /^\/(dbs\/([^/]+)\/colls\/([^/]+))\/(docs|pkranges)\/?$/.exec(path) ?? [];
  if (link === undefined || type === undefined || !["GET", "POST"].includes(method))
    throw badRequest(`The request ${method} ${path} is invalid, or not simulated.`);
  checkToken(account, request, { type, link: decodeURI(link) }, now);
  if (account.revoked)
    throw new DocumentError(403, "Forbidden", "The account's access to its customer-managed key is revoked.");
  const container = account.container(decodeURIComponent(database ?? ""), decodeURIComponent(name ?? ""));
  if (container === undefined)
    throw new DocumentError(
      404,
      "NotFound",
      'Message: {"Errors":["Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found"]}',
    );
  if (type === "docs") return answerPage(request, container, account, now);
  if (method !== "GET") throw badRequest("Partition key ranges are read with GET.");
  return {
    status: 200,
    headers: {},
    body: { _rid: RID, PartitionKeyRanges: ranges(container), _count: container.ranges },
  };
}

/** Of a read feed (GET) or a query (POST). */
function answerPage(request: DocumentRequest, container: Container, account: CosmosAccount, now: number) {
  const { headers } = request;
  const projection = request.method === "GET" ? (document: Item) => document : projectionOf(request);
  const range = headers["x-ms-documentdb-partitionkeyrangeid"];
  if (range !== undefined && !ranges(container).some(({ id }) => id === range))
    throw new DocumentError(410, "Gone", `Partition key range ${range} is gone.`, { "x-ms-substatus": "1002" });
  const key = headers["x-ms-documentdb-partitionkey"];
  const after = startOf(headers["x-ms-continuation"]);
  const rest = documentsOf(container, account.now())
    .filter((each) => range === undefined || String(each.range) === range)
    .filter((each) => key === undefined || JSON.stringify([each.key]) === JSON.stringify(JSON.parse(key)))
    .filter(({ position }) => position > after)
    .sort((one, other) => (one.position < other.position ? -1 : 1));

  const most = countOf(headers["x-ms-max-item-count"]);
  let bytes = 0;
  let count = 0;
  for (const { document } of rest) {
    const size = Buffer.byteLength(JSON.stringify(document));
    if (count === most || (count > 0 && bytes + size > PAGE_BYTES)) break;
    bytes += size;
    count += 1;
  }
  // [Microsoft Learn, "Request Units in Azure Cosmos DB"] Reading 1 KB costs about 1 unit.
  const charge = Math.max(1, Math.ceil(bytes / 1024));
  const wait = account.throughput.consume(charge, now);
  if (wait)
    throw new DocumentError(
      429,
      "429",
      'Message: {"Errors":["Request rate is large. More Request Units may be needed, so no changes were made. Please retry this request later. Learn more: http://aka.ms/cosmosdb-error-429"]}',
      { "x-ms-retry-after-ms": String(wait.retryAfterMillis), "x-ms-substatus": "3200" },
    );
  const page = rest.slice(0, count);
  return {
    status: 200,
    headers: {
      "x-ms-item-count": String(count),
      "x-ms-request-charge": String(charge),
      ...(count < rest.length ? { "x-ms-continuation": continuation(page.at(-1)?.position as string) } : {}),
    },
    body: { _rid: RID, Documents: page.map(({ document }) => projection(document)) as JsonObject[], _count: count },
  };
}

function projectionOf({ headers, body }: DocumentRequest): Projection {
  if (
    headers["x-ms-documentdb-isquery"]?.toLowerCase() !== "true" ||
    headers["content-type"] !== "application/query+json"
  )
    throw badRequest(
      "A query needs the headers x-ms-documentdb-isquery: True and Content-Type: application/query+json; documents are not created here.",
    );
  const { query, parameters = [] } = parsed(body) as { query?: string; parameters?: unknown[] };
  if (typeof query !== "string" || parameters.length > 0) throw badRequest("The query's parameters are not simulated.");
  const crosses =
    headers["x-ms-documentdb-partitionkey"] === undefined &&
    headers["x-ms-documentdb-partitionkeyrangeid"] === undefined;
  if (crosses && headers["x-ms-documentdb-query-enablecrosspartition"]?.toLowerCase() !== "true")
    throw badRequest(
      "Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception.",
    );
  return readQuery(query);
}

const RID = "simulated";

/** The documents with the properties that the service adds, except `_ts`, and where they are stored. */
function documentsOf(container: Container, at: number) {
  return [...container.items.at(at).values()].map((item) => {
    const { id, concatenatedPartitionKey } = item;
    if (typeof id !== "string")
      throw new Error(`the simulated Cosmos DB has a document without an id: ${JSON.stringify(item)}`);
    const key = typeof concatenatedPartitionKey === "string" ? concatenatedPartitionKey : id;
    const digest = createHash("md5").update(key).digest();
    const range = Math.floor((digest.readUInt32BE() / 2 ** 32) * container.ranges);
    const etag = createHash("md5").update(JSON.stringify(item)).digest("hex");
    const document: Item = {
      ...item,
      _rid: digest.toString("base64"),
      _etag: `"${etag}"`,
      _attachments: "attachments/",
    };
    return { document, key, range, position: `${digest.toString("hex")} ${id}` };
  });
}

/** Ranges of hashes, in equal parts. */
function ranges({ ranges: count }: Container) {
  const edge = (index: number) =>
    index === 0
      ? ""
      : index === count
        ? "FF"
        : Math.floor((index / count) * 2 ** 32)
            .toString(16)
            .toUpperCase();
  return Array.from({ length: count }, (_, index) => ({
    _rid: RID,
    id: String(index),
    minInclusive: edge(index),
    maxExclusive: edge(index + 1),
    status: "online",
    parents: [],
  }));
}

function countOf(header: string | undefined): number {
  if (header === undefined) return DEFAULT_PAGE_ITEMS;
  const count = Number(header);
  if (!Number.isInteger(count) || (count < 1 && count !== -1)) throw badRequest(`Invalid max item count: ${header}`);
  return count === -1 ? MOST_PAGE_ITEMS : count;
}

function continuation(position: string): string {
  return JSON.stringify({ token: Buffer.from(position).toString("base64"), range: { min: "", max: "FF" } });
}

function startOf(header: string | undefined): string {
  if (header === undefined) return "";
  const { token } = parsed(header) as { token?: unknown };
  if (typeof token !== "string") throw badRequest("Invalid Continuation Token");
  return Buffer.from(token, "base64").toString("utf8");
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw badRequest("The request's JSON is invalid.");
  }
}

function badRequest(message: string): DocumentError {
  return new DocumentError(400, "BadRequest", message);
}
