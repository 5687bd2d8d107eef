import { createHmac } from "node:crypto";
import { BlockList, isIPv4 } from "node:net";
import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { AzureTransport, type HttpRequest, isNetworkProblem } from "./azure-transport";
import { waitingClock } from "./clock";
import type { CosmosAccount } from "./cosmosdb";

/** The newest version of the data plane's protocol that Azure's REST reference documents for queries. */
const VERSION = "2018-12-31";
/** The most documents of a page that the service allows. */
const PAGE_DOCUMENTS = 1000;
/** A page of a container that transactions use: short, so that it does not use up their request units at once. */
const LIVE_PAGE_DOCUMENTS = 100;
const REQUEST_TIMEOUT_MILLIS = 60_000;
/** How often a request is sent that gets no answer, or an error of the service's own. */
const ATTEMPTS = 6;
/** How long a reader that is throttled waits in all, until a page comes. */
const THROTTLED_MILLIS = 10 * 60_000;
/** Azure documents that changes of a firewall take up to 15 minutes. */
const FIREWALL_MILLIS = 15 * 60_000;
const FIREWALL_POLL_MILLIS = 15_000;
const LEAST_WAIT_MILLIS = 100;
const SECOND = 1000;

/** A container, and by what its documents are read. */
export interface DocumentSource {
  account: CosmosAccount;
  /** One of the account's keys, in base 64. */
  key: string;
  database: string;
  container: string;
  /** For a container that transactions use: how many request units a second reading may use. Absent for a copy. */
  unitsPerSecond?: number;
}

/** Documents that cannot be read. The message says why, and how to fix it. */
export class UnreadableDocuments extends Error {}

/**
 * What a query selects, page by page, over all partitions. The service answers simple selections (properties, no ORDER BY, no
 * aggregates) over REST. [Azure Cosmos DB REST reference, "Query documents"]
 * @throws {UnreadableDocuments}
 */
export async function* queryDocuments(
  source: DocumentSource,
  query: string,
): AsyncGenerator<readonly Record<string, unknown>[]> {
  const { account, unitsPerSecond = Number.POSITIVE_INFINITY } = source;
  const transport = new AzureTransport(endpointOf(account));
  const clock = waitingClock();
  let continuation: string | undefined;
  do {
    const asked = clock.now();
    const answer = await readPage(source, transport, query, continuation);
    // JSON.parse returns `any`: this is the answer that the reference documents.
    const { Documents = [] }: { Documents?: Record<string, unknown>[] } = JSON.parse(answer.bodyAsText || "{}");
    yield Documents;
    continuation = answer.headers.get("x-ms-continuation") || undefined;
    // [Azure Cosmos DB REST reference, "Common response headers": the request units that the request has used]
    const due = asked + (Number(answer.headers.get("x-ms-request-charge") ?? 0) / unitsPerSecond) * SECOND;
    if (continuation !== undefined && due > clock.now()) await clock.wait(due - clock.now());
  } while (continuation !== undefined);
}

async function readPage(
  source: DocumentSource,
  transport: AzureTransport,
  query: string,
  continuation: string | undefined,
): Promise<PipelineResponse> {
  const clock = waitingClock();
  const began = clock.now();
  for (let attempt = 1; ; ) {
    let answer: PipelineResponse | undefined;
    try {
      answer = await transport.send(requestOf(source, query, continuation));
    } catch (error) {
      if (!isNetworkProblem(error)) throw error;
      if (attempt === ATTEMPTS) throw unreachable(source, error);
    }
    if (answer?.status === 200) return answer;
    const waited = clock.now() - began;
    const problem = answer && problemOf(answer);
    if (answer?.status === 429 && waited < THROTTLED_MILLIS) {
      await clock.wait(throttledMillis(answer.headers.get("x-ms-retry-after-ms") ?? ""));
    } else if (problem?.origin !== undefined && isLetIn(source.account, problem.origin) && waited < FIREWALL_MILLIS) {
      await clock.wait(FIREWALL_POLL_MILLIS);
    } else {
      const passing = answer === undefined || answer.status === 408 || answer.status === 449 || answer.status >= 500;
      if (answer !== undefined && (!passing || attempt === ATTEMPTS)) throw refusal(source, answer.status, problem);
      await clock.wait(Math.min(2 ** attempt, 30) * 1000);
      attempt += 1;
    }
  }
}

function requestOf(
  { account, key, database, container, unitsPerSecond }: DocumentSource,
  query: string,
  continuation: string | undefined,
): HttpRequest {
  const date = new Date(waitingClock().now()).toUTCString();
  const link = `dbs/${database}/colls/${container}`;
  return {
    method: "POST",
    url: `${endpointOf(account)}/dbs/${encodeURIComponent(database)}/colls/${encodeURIComponent(container)}/docs`,
    headers: {
      authorization: masterToken({ method: "POST", type: "docs", link, date }, key),
      "content-type": "application/query+json",
      "x-ms-date": date,
      "x-ms-version": VERSION,
      "x-ms-documentdb-isquery": "True",
      "x-ms-documentdb-query-enablecrosspartition": "True",
      "x-ms-max-item-count": String(unitsPerSecond === undefined ? PAGE_DOCUMENTS : LIVE_PAGE_DOCUMENTS),
      ...(continuation !== undefined && { "x-ms-continuation": continuation }),
    },
    body: JSON.stringify({ query, parameters: [] }),
    timeout: REQUEST_TIMEOUT_MILLIS,
  };
}

function endpointOf({ properties, name }: CosmosAccount): string {
  return (properties.documentEndpoint ?? `https://${name}.documents.azure.com`).replace(/\/$/, "");
}

/**
 * The authorization of a request by an account's key.
 * [Azure Cosmos DB REST reference, "Access control": the signature of method, type, link and date, in small letters but the link]
 */
export function masterToken(
  { method, type, link, date }: { method: string; type: string; link: string; date: string },
  key: string,
): string {
  const payload = `${method.toLowerCase()}\n${type}\n${link}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(payload).digest("base64");
  return encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
}

/** What a refusal says. */
interface Problem {
  message: string;
  /** Where the request came from, in a refusal of the account's firewall: an address, or a subnet's service endpoint. */
  origin?: string;
}

/** [Microsoft Learn, "Troubleshoot forbidden exceptions": the message says by which route a request came] */
function problemOf({ bodyAsText }: PipelineResponse): Problem {
  const text = bodyAsText ?? "";
  const message = messageOf(text).replaceAll(/\s+/g, " ").slice(0, 500);
  const [, address, way] =
    /^Request originated from (?:(?:client )?IP ([0-9a-f.:]+)|.*? through (service endpoint|private endpoint))/.exec(
      message,
    ) ?? [];
  const origin = address ?? way;
  return { message, ...(origin !== undefined && { origin }) };
}

function messageOf(text: string): string {
  try {
    const { message = text }: { message?: string } = JSON.parse(text);
    return message;
  } catch {
    // A proxy's page.
    return text;
  }
}

/** Whether the account's settings let an origin in. If they do, the firewall does not apply them yet. */
function isLetIn({ properties }: CosmosAccount, origin: string): boolean {
  const { publicNetworkAccess, ipRules = [], isVirtualNetworkFilterEnabled, virtualNetworkRules = [] } = properties;
  if (publicNetworkAccess === "Disabled") return false;
  if (!isIPv4(origin)) return origin === "service endpoint" && virtualNetworkRules.length > 0;
  if (ipRules.length === 0) return isVirtualNetworkFilterEnabled !== true;
  const allowed = new BlockList();
  for (const { ipAddressOrRange } of ipRules) {
    const [network = "", bits] = ipAddressOrRange.split("/");
    if (bits === undefined) allowed.addAddress(network);
    else allowed.addSubnet(network, Number(bits));
  }
  return allowed.check(origin);
}

function refusal(
  { account, database, container, unitsPerSecond }: DocumentSource,
  status: number,
  problem?: Problem,
): Error {
  const { message = "no message", origin } = problem ?? {};
  const where = `account ${account.name}`;
  const live = unitsPerSecond !== undefined;
  if (origin !== undefined) {
    const fix = live
      ? "run this where the firewall lets it in"
      : `add ${isIPv4(origin) ? `"${origin}"` : "its public address"} to databases[].cosmosdb.restoreTo.verifiedFrom, or run "pulumi up" where the firewall lets it in`;
    return new UnreadableDocuments(
      `the firewall of ${where} does not let ${isIPv4(origin) ? origin : `this machine (${origin})`} in, from where its coordinator has to be read; ${fix}`,
    );
  }
  if (status === 401)
    return new UnreadableDocuments(
      `${where} refuses its own key (401): ${message}. If keys are switched off (disableLocalAuth), or were regenerated, run this again once they are valid`,
    );
  if (status === 403 && /current (time|server time)/.test(message))
    return new UnreadableDocuments(`${where} refuses this machine's time: ${message} Correct its clock`);
  if (status === 404)
    return new UnreadableDocuments(
      `${where} has no container ${container} of database ${database}, so it has no ${live ? "" : "copy of "}ScalarDB's coordinator; set existing.coordinatorNamespace to scalar.db.consensus_commit.coordinator.namespace`,
    );
  if (status === 429)
    return new UnreadableDocuments(
      `${where} has refused to read on for ${THROTTLED_MILLIS / 60_000} minutes (429); run this again`,
    );
  return new UnreadableDocuments(`${where} cannot be read (${status}): ${message}`);
}

/** How long a request that came too soon waits. @param header of Cosmos DB's answer; a second if it is no number */
export function throttledMillis(header: string): number {
  const millis = header === "" ? Number.NaN : Number(header);
  return Number.isFinite(millis) ? Math.max(millis, LEAST_WAIT_MILLIS) : 1000;
}

function unreachable({ account, unitsPerSecond }: DocumentSource, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const fix =
    unitsPerSecond === undefined
      ? `run "pulumi up" where the host's name can be resolved to its public address: a private DNS zone privatelink.documents.azure.com knows no temporary accounts`
      : "run this where the account can be reached";
  return new UnreadableDocuments(`${endpointOf(account)} cannot be reached (${message}); ${fix}`);
}
