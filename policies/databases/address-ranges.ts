/** A larger range cannot be one organization's network: IPv4's largest blocks (/8). */
const LARGEST_NETWORK = 2 ** 24;

/**
 * Whether a range (`203.0.113.0/24`, or one address) includes other organizations. `0.0.0.0` means all of Azure,
 * including other customers.
 */
export function isWideRange(range: string): boolean {
  const [, bits = "32"] = range.split("/");
  return range === "0.0.0.0" || 2 ** (32 - Number(bits)) > LARGEST_NETWORK;
}

/** The same for a first and a last address, the form of Azure servers' firewall rules. */
export function isWideSpan(first: string, last: string): boolean {
  return (first === "0.0.0.0" && last === "0.0.0.0") || numberOf(last) - numberOf(first) + 1 > LARGEST_NETWORK;
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
