import type * as iam from "@aws-sdk/client-iam";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import type { QueryOperations } from "./query";

const STRINGS = { list: "member", of: "string" } as const;

/** IAM, the query protocol of 2010-05-08. [botocore, iam/2010-05-08] */
export function iamOperations(cloud: AwsCloud): QueryOperations {
  return {
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    action: "iam",
    elementNames: {},
    operations: {
      SimulatePrincipalPolicy: {
        members: {
          PolicySourceArn: "string",
          ActionNames: STRINGS,
          ResourceArns: STRINGS,
          ContextEntries: {
            list: "member",
            of: { structure: { ContextKeyName: "string", ContextKeyValues: STRINGS, ContextKeyType: "string" } },
          },
          MaxItems: "number",
          Marker: "string",
        },
        run(input: iam.SimulatePrincipalPolicyRequest): Partial<iam.SimulatePolicyResponse> {
          const { PolicySourceArn, ActionNames = [], ResourceArns = ["*"], ContextEntries = [] } = input;
          if (PolicySourceArn !== cloud.caller.arn)
            throw new AwsError("NoSuchEntity", `The entity with ARN ${PolicySourceArn} cannot be found.`, 404);
          const context = Object.fromEntries(
            ContextEntries.map(({ ContextKeyName, ContextKeyValues = [] }) => [ContextKeyName, ContextKeyValues[0]]),
          ) as Record<string, string>; // Cast: the SDK's members may be absent, and these are not.
          // Every action on every resource [IAM API Reference, SimulatePrincipalPolicy].
          const EvaluationResults = ActionNames.flatMap((action) =>
            ResourceArns.map((resource) => ({
              EvalActionName: action,
              EvalResourceName: resource,
              EvalDecision: cloud.caller.allows({ action, resource, context }) ? "allowed" : "implicitDeny",
            })),
          ) as iam.EvaluationResult[]; // Cast: the type lists the decisions.
          return { EvaluationResults, IsTruncated: false };
        },
      },
    },
  };
}
