import type { SimulatedClock } from "../clock";
import { ACCOUNT } from "./account";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import { checkDocument, resourceArns, verdictOf } from "./policy-document";

/**
 * AWS's managed policies that are known here, with those of their actions that matter here; attaching any other is an error,
 * as a misspelt one is at AWS.
 */
const MANAGED_POLICIES = new Map<string, readonly string[]>(
  Object.entries({
    "service-role/AWSBackupServiceRolePolicyForBackup": [
      "backup:CopyFromBackupVault",
      "backup:CopyIntoBackupVault",
      "backup:DescribeBackupVault",
      "backup:TagResource",
      "dynamodb:CreateBackup",
      "dynamodb:DeleteBackup",
      "dynamodb:DescribeBackup",
      "dynamodb:DescribeTable",
      "dynamodb:ListTagsOfResource",
      "dynamodb:StartAwsBackupJob",
      "rds:*",
    ],
    "service-role/AWSBackupServiceRolePolicyForRestores": ["dynamodb:RestoreTable*", "rds:Restore*", "rds:Delete*"],
    AWSBackupServiceRolePolicyForS3Backup: [],
    AWSBackupServiceRolePolicyForS3Restore: [],
    "service-role/AmazonRDSEnhancedMonitoringRole": [],
  }),
);

/** Characters of the inline policies of a role in aggregate [IAM User Guide, "IAM and AWS STS quotas"]. */
const ROLE_POLICIES_LIMIT = 10_240;

export interface Role {
  name: string;
  path: string;
  arn: string;
  uniqueId: string;
  createdAt: number;
  /** The policy document as JSON text. */
  assumeRolePolicy: string;
  description: string | undefined;
  maxSessionDuration: number;
  permissionsBoundary: string | undefined;
  tags: Record<string, string>;
  /** ARNs of the attached policies, in the order of attaching. */
  policies: string[];
  /** Policies that belong to the role alone: JSON text by name. */
  inlinePolicies: Map<string, string>;
}

export interface RoleRequest {
  name: string;
  path?: string;
  assumeRolePolicy: string;
  description?: string;
  maxSessionDuration?: number;
  permissionsBoundary?: string;
  tags?: Record<string, string>;
}

/** IAM, which knows no regions. */
export class Iam {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #roles = new Map<string, Role>();
  /** Where the account is: it has no regions of other partitions. */
  partition = "aws";

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  /** @throws NoSuchEntity */
  role(name: string): Role {
    const role = this.find(name);
    if (!role) throw new AwsError("NoSuchEntity", `The role with name ${name} cannot be found.`, 404);
    return role;
  }

  find(nameOrArn: string): Role | undefined {
    return this.#roles.get(nameOrArn.replace(/^arn:.*\//, ""));
  }

  roles(): Role[] {
    return [...this.#roles.values()];
  }

  createRole(request: RoleRequest): Role {
    if (this.#roles.has(request.name))
      throw new AwsError("EntityAlreadyExists", `Role with name ${request.name} already exists.`, 409);
    if (!/^[\w+=,.@-]{1,64}$/.test(request.name))
      throw new AwsError(
        "ValidationError",
        "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
      );
    const path = request.path ?? "/";
    const role: Role = {
      name: request.name,
      path,
      arn: `arn:${this.partition}:iam::${ACCOUNT}:role${path}${request.name}`,
      uniqueId: `AROA${this.#identifiers.capitals(17)}`,
      createdAt: this.#clock.now(),
      assumeRolePolicy: checkDocument(request.assumeRolePolicy),
      description: request.description,
      maxSessionDuration: request.maxSessionDuration ?? 3600,
      permissionsBoundary: request.permissionsBoundary,
      tags: { ...request.tags },
      policies: [],
      inlinePolicies: new Map(),
    };
    this.#roles.set(role.name, role);
    return role;
  }

  updateRole(name: string, changes: Partial<Omit<RoleRequest, "name" | "path">>): Role {
    const role = this.role(name);
    if (changes.assumeRolePolicy !== undefined) changes.assumeRolePolicy = checkDocument(changes.assumeRolePolicy);
    return Object.assign(role, changes);
  }

  deleteRole(name: string): void {
    const role = this.role(name);
    if (role.policies.length > 0)
      throw new AwsError("DeleteConflict", "Cannot delete entity, must detach all policies first.", 409);
    if (role.inlinePolicies.size > 0)
      throw new AwsError("DeleteConflict", "Cannot delete entity, must delete policies first.", 409);
    this.#roles.delete(name);
  }

  attachRolePolicy(name: string, policyArn: string): void {
    const role = this.role(name);
    if (this.#managedActions(policyArn) === undefined)
      throw new AwsError("NoSuchEntity", `Policy ${policyArn} does not exist or is not attachable.`, 404);
    if (!role.policies.includes(policyArn)) role.policies.push(policyArn);
  }

  detachRolePolicy(name: string, policyArn: string): void {
    const role = this.role(name);
    if (!role.policies.includes(policyArn))
      throw new AwsError("NoSuchEntity", `Policy ${policyArn} was not found.`, 404);
    role.policies = role.policies.filter((each) => each !== policyArn);
  }

  putRolePolicy(name: string, policyName: string, policy: string): void {
    const { inlinePolicies } = this.role(name);
    const others = [...inlinePolicies].filter(([other]) => other !== policyName).map(([, document]) => document);
    const strange = resourceArns(policy).find((arn) => !arn.startsWith(`arn:${this.partition}:`));
    if (strange)
      throw new AwsError(
        "MalformedPolicyDocument",
        `Partition "${strange.split(":")[1]}" is not valid for resource "${strange}".`,
      );
    // White space does not count [IAM User Guide, "IAM and AWS STS quotas"].
    const size = [checkDocument(policy), ...others].join("").replaceAll(/\s/g, "").length;
    if (size > ROLE_POLICIES_LIMIT)
      throw new AwsError(
        "LimitExceeded",
        `Maximum policy size of ${ROLE_POLICIES_LIMIT} bytes exceeded for role ${name}`,
        409,
      );
    inlinePolicies.set(policyName, policy);
  }

  deleteRolePolicy(name: string, policyName: string): void {
    if (!this.role(name).inlinePolicies.delete(policyName))
      throw new AwsError("NoSuchEntity", `The role policy with name ${policyName} cannot be found.`, 404);
  }

  #managedActions(policyArn: string): readonly string[] | undefined {
    const prefix = `arn:${this.partition}:iam::aws:policy/`;
    return policyArn.startsWith(prefix) ? MANAGED_POLICIES.get(policyArn.slice(prefix.length)) : undefined;
  }

  /** Whether who works as the role may do something. */
  allows(role: Role, action: string, resource: string): boolean {
    const managed = role.policies.map((policy) =>
      JSON.stringify({
        Statement: [{ Effect: "Allow", Action: this.#managedActions(policy) ?? [], Resource: "*" }],
      }),
    );
    const verdicts = [...managed, ...role.inlinePolicies.values()].map((policy) =>
      verdictOf(policy, { action, resource, context: { "aws:PrincipalAccount": ACCOUNT } }),
    );
    return !verdicts.includes("denied") && verdicts.includes("allowed");
  }

  /** Whether a service such as `backup.amazonaws.com` may take the role. */
  trusts(role: Role, service: string): boolean {
    const statements = [JSON.parse(role.assumeRolePolicy).Statement].flat();
    return statements.some(
      (statement) => statement.Effect === "Allow" && [statement.Principal?.Service].flat().includes(service),
    );
  }
}
