import { IAMClient, paginateSimulatePrincipalPolicy } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { answered } from "./answered";
import { type AwsAccessSource, awsClientConfig } from "./aws";

/** As whom AWS knows these credentials. */
export interface AwsIdentity {
  account: string;
  /** Of a user or a role: a session's ARN is that of its role. */
  principal: string;
}

/** Actions that are to be allowed on each of these resources. */
export interface AskedActions {
  actions: readonly string[];
  resources: readonly string[];
  /** Values of condition keys, such as `iam:PassedToService`. */
  context?: Record<string, string>;
}

export interface DeniedAction {
  action: string;
  resource: string;
  /** `explicitDeny` or `implicitDeny`. */
  decision: string;
}

/** IAM takes no more in one request [IAM API Reference, SimulatePrincipalPolicy: the whole policy is evaluated for each pair]. */
const PAIRS_PER_REQUEST = 100;

export async function awsIdentity(region: string, access: AwsAccessSource): Promise<AwsIdentity> {
  const identity = await new STSClient(awsClientConfig(region, access)).send(new GetCallerIdentityCommand({}));
  const arn = answered(identity, "Arn");
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return {
    account: answered(identity, "Account"),
    // The path of a role is not in its session's ARN: IAM finds it by its name all the same only if there is none.
    principal: role === undefined ? arn : `arn:${partition}:iam::${account}:role/${role}`,
  };
}

/**
 * Those of the actions that the principal's policies do not allow, by IAM's own simulation. It does not know resource policies, service
 * control policies of other accounts, or session policies.
 * @throws {Error} when the caller may not ask (iam:SimulatePrincipalPolicy)
 */
export async function deniedActions(
  { principal }: AwsIdentity,
  asked: readonly AskedActions[],
  region: string,
  access: AwsAccessSource,
): Promise<DeniedAction[]> {
  const client = new IAMClient(awsClientConfig(region, access));
  const denied: DeniedAction[] = [];
  for (const { actions, resources, context = {} } of asked)
    for (const some of chunked(actions, Math.max(1, Math.floor(PAIRS_PER_REQUEST / resources.length)))) {
      const request = {
        PolicySourceArn: principal,
        ActionNames: some,
        ResourceArns: [...resources],
        ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
          ContextKeyName,
          ContextKeyValues: [value],
          ContextKeyType: "string" as const,
        })),
      };
      for await (const { EvaluationResults = [] } of paginateSimulatePrincipalPolicy({ client }, request))
        for (const { EvalActionName = "", EvalResourceName = "*", EvalDecision = "" } of EvaluationResults)
          if (EvalDecision !== "allowed")
            denied.push({ action: EvalActionName, resource: EvalResourceName, decision: EvalDecision });
    }
  return denied;
}

function chunked<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
