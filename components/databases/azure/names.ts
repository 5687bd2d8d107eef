import { createHash } from "node:crypto";
import { instantSuffix } from "../kind";

/** The name of a private endpoint to a copy: like the one to its source. Azure takes 80 characters. */
export function endpointName(source: string, instant: string): string {
  return `${source.slice(0, 63)}-${instantSuffix(instant)}`;
}

/** The DNS zone group of an endpoint: Azure knows one to each. */
export const ZONE_GROUP = "default";

/**
 * The physical name of a copy: the source's, and the instant. Names of Azure's databases are unique in the world and of
 * small letters; a name that has to be cut ends with four digits of its hash, so that it differs from others with the
 * same beginning.
 */
export function copyName(source: string, instant: string, maxLength: number): string {
  const suffix = instantSuffix(instant);
  const room = maxLength - suffix.length - 1;
  const name = source.toLowerCase();
  if (name.length <= room) return `${name}-${suffix}`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 4);
  return `${name.slice(0, room - 5).replace(/-+$/, "")}-${hash}-${suffix}`;
}
