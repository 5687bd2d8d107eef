import { ACCOUNT } from "../account";
import { AwsError } from "../error";
import { verdictOf } from "../policy-document";

/** One action on one resource, for which AWS looks for a policy that allows it. */
export interface Access {
  /** As in a policy: `rds:ModifyDBInstance`. */
  action: string;
  /** An ARN, or `*` where the action knows no resources. */
  resource: string;
  /** The condition keys of the request: `iam:PassedToService`. */
  context?: Record<string, string>;
}

/** The account's one user, as whom programs and providers work. The user may do everything until policies restrict them. */
export class Caller {
  readonly arn = `arn:aws:iam::${ACCOUNT}:user/rehearsal`;
  #policies: readonly string[] | undefined;
  #watching: ((access: Access) => void) | undefined;

  /** From now on, only what these documents allow is allowed; without any, everything again. */
  restrict(policies: readonly string[] | undefined): void {
    this.#policies = policies;
  }

  /** Has each access reported before it is decided. */
  watch(by: ((access: Access) => void) | undefined): void {
    this.#watching = by;
  }

  /** By the rules for identity-based policies [IAM User Guide, "Policy evaluation logic"]. */
  allows({ action, resource, context }: Access): boolean {
    if (this.#policies === undefined) return true;
    const verdicts = this.#policies.map((policy) => verdictOf(policy, { action, resource, context: context ?? {} }));
    return !verdicts.includes("denied") && verdicts.includes("allowed");
  }

  /** @throws AccessDeniedException for the first access that no policy allows */
  authorize(accesses: readonly Access[]): void {
    for (const access of accesses) {
      this.#watching?.(access);
      if (this.allows(access)) continue;
      const { action, resource } = access;
      // [IAM User Guide, "Troubleshoot access denied error messages"]
      throw new AwsError(
        "AccessDeniedException",
        `User: ${this.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
        403,
      );
    }
  }
}
