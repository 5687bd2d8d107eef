import { createHash } from "node:crypto";

/** The maximum length of a Job's name, and of a label's value: the Job's controller writes the name into a label. */
const LONGEST = 63;

/** How much of a digest keeps shortened names apart. */
const DIGEST_LENGTH = 8;

/**
 * A name that Kubernetes accepts for a Job and for a label's value. Shorter names stay as they are; longer ones are cut, and end with
 * a digest of the whole name, so that releases whose names begin alike keep Jobs of their own.
 */
export function jobName(name: string): string {
  if (name.length <= LONGEST) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST_LENGTH);
  const beginning = name.slice(0, LONGEST - DIGEST_LENGTH - 1).replace(/[-._]+$/, "");
  return `${beginning}-${digest}`;
}
