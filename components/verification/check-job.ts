import type { Job } from "@pulumi/kubernetes/batch/v1/job";
import { variables } from "../job-variables";
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
      env: variables(args.env ?? {}, ours),
    },
  });
}
