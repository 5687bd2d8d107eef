import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** IAM takes role names of at most 64 characters; the provider's automatic names end in a hyphen and 7 more. */
const MAX_LENGTH = 64;
const AUTOMATIC_SUFFIX = 8;
const HASH_LENGTH = 8;

/**
 * The name of a role whose logical name leaves no room for the provider's suffix: shortened, and unique by a hash of the stack and
 * the logical name. Other roles keep the provider's automatic names: another name would replace a role that exists.
 */
export function roleName(logical: string): { name?: string } {
  if (logical.length + AUTOMATIC_SUFFIX <= MAX_LENGTH) return {};
  const whole = [pulumi.getProject(), pulumi.getStack(), logical].join("/");
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, HASH_LENGTH);
  return { name: `${logical.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}` };
}
