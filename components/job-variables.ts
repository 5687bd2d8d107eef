import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { SECRET } from "./schema-tools";

/** Variables of a Job of the user's: each may be a password. */
export const variablesSchema = z.record(z.string(), z.string().meta(SECRET)).meta(SECRET);

/**
 * Variables as a container has them, each a secret: the stack's configuration comes decrypted, and nothing says which values are secrets. Pulumi
 * encrypts the whole spec for one, which a Job without such variables is spared.
 * @param ours The program's own variables, which no variable of the user's replaces.
 */
export function variables(
  env: Record<string, string>,
  ours: Record<string, string> = {},
): types.input.core.v1.EnvVar[] {
  return Object.entries({ ...env, ...ours }).map(([name, value]) => ({
    name,
    value: Object.hasOwn(ours, name) ? value : pulumi.secret(value),
  }));
}
