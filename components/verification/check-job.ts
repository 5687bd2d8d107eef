import type { Job } from "@pulumi/kubernetes/batch/v1/job";
import * as pulumi from "@pulumi/pulumi";
import { declareVerificationJob, PROPERTIES_FILE, type VerifiedCopies } from "./job";
import type { CheckArgs } from "./job-args";

/** Declares the user's own Job on copies that are accepted. */
export function declareCheckJob(copies: VerifiedCopies, args: CheckArgs): Job {
  const ours = {
    SCALAR_DB_PROPERTIES: PROPERTIES_FILE,
    ...(copies.release !== undefined && { SCALAR_RELEASE: copies.release }),
  };
  return declareVerificationJob(copies, args, {
    task: "check",
    // A check that failed has refused the copies.
    retries: 0,
    serviceAccountName: args.serviceAccountName,
    container: {
      image: args.image,
      ...(args.command && { command: args.command }),
      ...(args.args && { args: args.args }),
      env: Object.entries({ ...args.env, ...ours }).map(([name, value]) => ({
        name,
        // It may be a password: the stack's configuration comes decrypted, and nothing says which values are secrets. Pulumi encrypts the
        // whole spec for it, which a Job without such variables is spared.
        value: Object.hasOwn(ours, name) ? value : pulumi.secret(value),
      })),
    },
  });
}
