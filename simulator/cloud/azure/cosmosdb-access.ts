import { createHmac, timingSafeEqual } from "node:crypto";
import { BlockList, isIPv4 } from "node:net";
import type { CosmosAccount } from "./cosmosdb-account";
import { DocumentError, type DocumentRequest } from "./cosmosdb-wire";
import { type JsonValue, object, text } from "./json";

/** How far a request's date may be from the service's clock: inferred; a request with an old date would decide it. */
const DATE_TOLERANCE_MILLIS = 15 * 60_000;

/**
 * [Microsoft Learn, "Configure an IP firewall" and "Configure access from virtual networks"] With rules, a request from any
 * other public address is refused; without public access, every one.
 */
export function checkFirewall({ properties }: CosmosAccount, address: string): void {
  const { publicNetworkAccess, ipRules, isVirtualNetworkFilterEnabled } = properties;
  const rules = ((ipRules ?? []) as JsonValue[]).map((rule) => text(object(rule).ipAddressOrRange) ?? "");
  const isOpen = publicNetworkAccess !== "Disabled";
  const isFiltered = rules.length > 0 || isVirtualNetworkFilterEnabled === true;
  if (isOpen && (!isFiltered || contains(rules, address))) return;
  throw blocked(address);
}

/** The refusal of a firewall. */
export function blocked(address: string): DocumentError {
  return new DocumentError(
    403,
    "Forbidden",
    `Request originated from IP ${address} through public internet. This is blocked by your Cosmos DB account firewall settings. More info: https://aka.ms/cosmosdb-tsg-forbidden`,
  );
}

function contains(rules: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const rule of rules) {
    const [network = "", prefix] = rule.split("/");
    const family = isIPv4(network) ? "ipv4" : "ipv6";
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/**
 * Checks the token of one of the account's keys. All four may read. [Microsoft Learn, "Access control in the Azure Cosmos DB
 * SQL API": constructing the hashed token signature for a master token]
 */
export function checkToken(
  account: CosmosAccount,
  { method, headers }: DocumentRequest,
  resource: { type: string; link: string },
  now: number,
): void {
  const { authorization, "x-ms-date": date } = headers;
  if (authorization === undefined)
    throw unauthorized(
      "Required Header authorization is missing. Ensure a valid Authorization token is passed. Learn more: https://aka.ms/cosmosdb-tsg-unauthorized",
    );
  const token = new URLSearchParams(decodeURIComponent(authorization).replaceAll("+", "%2B"));
  if (token.get("type") !== "master" || token.get("ver") !== "1.0")
    throw unauthorized("Only tokens of the type master and the version 1.0 are simulated.");
  if (account.properties.disableLocalAuth === true)
    throw unauthorized("Local Authorization is disabled. Use an AAD token to authorize all requests.");
  if (date === undefined) throw unauthorized("The request has no x-ms-date header.");
  const payload = `${method.toLowerCase()}\n${resource.type}\n${resource.link}\n${date.toLowerCase()}\n\n`;
  const given = Buffer.from(token.get("sig") ?? "", "base64");
  const isSigned = Object.values(account.keys).some((key) => {
    const signature = createHmac("sha256", Buffer.from(key, "base64")).update(payload).digest();
    return given.length === signature.length && timingSafeEqual(given, signature);
  });
  if (!isSigned)
    throw unauthorized(
      `The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol. For more info: https://aka.ms/cosmosdb-tsg-unauthorized. Server used the following payload to sign: '${payload}'`,
    );
  // [Microsoft Learn, "HTTP status codes for Azure Cosmos DB"] 403 for a token that has expired.
  if (!(Math.abs(Date.parse(date) - now) <= DATE_TOLERANCE_MILLIS))
    throw new DocumentError(
      403,
      "Forbidden",
      `The authorization token is not valid at the current time. Please create another token and retry (token start time: ${date}, current server time: ${new Date(now).toUTCString()}).`,
    );
}

function unauthorized(message: string): DocumentError {
  return new DocumentError(401, "Unauthorized", message);
}
