/** Addresses beyond which a range is nobody's own network: IPv4's largest blocks (/8). */
const LARGEST_NETWORK = 2 ** 24;

/** Whether a range (`203.0.113.0/24`, or one address) lets in strangers. `0.0.0.0` stands for all of Azure, other customers' included. */
export function isWideRange(range: string): boolean {
  const [, bits = "32"] = range.split("/");
  return range === "0.0.0.0" || 2 ** (32 - Number(bits)) > LARGEST_NETWORK;
}

/** The same of a first and a last address, as the firewall rules of Azure's servers have them. */
export function isWideSpan(first: string, last: string): boolean {
  return (first === "0.0.0.0" && last === "0.0.0.0") || numberOf(last) - numberOf(first) + 1 > LARGEST_NETWORK;
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
