import { arn } from "./account";
import { AwsError } from "./error";
import type { Iam } from "./iam";

export interface RestoreTestingPlan {
  name: string;
  arn: string;
  algorithm: string;
  includeVaults: string[];
  excludeVaults: string[];
  recoveryPointTypes: string[];
  selectionWindowDays: number;
  schedule: string;
  timeZone: string;
  startWindowHours: number;
  tags: Record<string, string>;
}

export interface RestoreTestingSelection {
  name: string;
  planName: string;
  roleArn: string;
  resourceType: string;
  resourceArns: string[];
  metadataOverrides: Record<string, string>;
  validationWindowHours: number;
}

/** What restore testing can restore, with the metadata that may be overridden, in any case of letters. */
const OVERRIDES: Record<string, readonly string[]> = {
  Aurora: ["dbsubnetgroupname", "vpcsecuritygroupids", "dbclusterparametergroupname", "kmskeyid", "port"],
  RDS: ["dbsubnetgroupname", "vpcsecuritygroupids", "dbparametergroupname", "dbinstanceclass", "kmskeyid", "port"],
  DynamoDB: ["encryptiontype", "kmsmasterkeyarn"],
};

/** Restore testing of AWS Backup in one region, as far as plans and selections go. */
export class RestoreTesting {
  readonly #region: string;
  readonly #iam: Iam;
  readonly #hasVault: (name: string) => boolean;
  readonly #plans = new Map<string, RestoreTestingPlan>();
  readonly #selections = new Map<string, RestoreTestingSelection>();

  constructor(region: string, iam: Iam, hasVault: (name: string) => boolean) {
    this.#region = region;
    this.#iam = iam;
    this.#hasVault = hasVault;
  }

  findPlan(name: string): RestoreTestingPlan | undefined {
    return this.#plans.get(name);
  }

  findSelection(planName: string, name: string): RestoreTestingSelection | undefined {
    return this.#selections.get(`${planName}/${name}`);
  }

  createPlan(request: Omit<RestoreTestingPlan, "arn">): RestoreTestingPlan {
    checkName(request.name, "restore testing plan");
    if (this.#plans.has(request.name))
      throw new AwsError("AlreadyExistsException", `Restore testing plan ${request.name} already exists`);
    return this.#put(request);
  }

  updatePlan(request: Omit<RestoreTestingPlan, "arn">): RestoreTestingPlan {
    return this.#put(request);
  }

  deletePlan(name: string): void {
    if ([...this.#selections.values()].some((selection) => selection.planName === name))
      throw new AwsError("InvalidRequestException", "The restore testing plan still has selections");
    this.#plans.delete(name);
  }

  putSelection(selection: RestoreTestingSelection): void {
    checkName(selection.name, "restore testing selection");
    if (!this.#plans.has(selection.planName))
      throw new AwsError("ResourceNotFoundException", `Restore testing plan ${selection.planName} does not exist`);
    const role = this.#iam.find(selection.roleArn);
    if (!role || !this.#iam.trusts(role, "backup.amazonaws.com"))
      throw invalid(`IAM Role ${selection.roleArn} cannot be assumed by AWS Backup`);
    const allowed = OVERRIDES[selection.resourceType];
    if (!allowed) throw invalid(`Invalid protected resource type ${selection.resourceType}`);
    const strange = Object.keys(selection.metadataOverrides).find((key) => !allowed.includes(key.toLowerCase()));
    if (strange) throw invalid(`Invalid restore metadata override ${strange} for ${selection.resourceType}`);
    if (selection.resourceArns.length === 0) throw invalid("Protected resources must be given");
    if (selection.resourceArns.some((resource) => resource !== "*" && resource.includes("*")))
      throw invalid('Protected resource ARNs take no wildcards, but for "*" alone');
    this.#selections.set(`${selection.planName}/${selection.name}`, selection);
  }

  deleteSelection(planName: string, name: string): void {
    this.#selections.delete(`${planName}/${name}`);
  }

  #put(request: Omit<RestoreTestingPlan, "arn">): RestoreTestingPlan {
    for (const vault of request.includeVaults)
      if (vault !== "*" && !this.#hasVault(vault.split(":").at(-1) as string))
        throw invalid(`Backup vault ${vault} does not exist`);
    const plan = { ...request, arn: arn("backup", this.#region, `restore-testing-plan:${request.name}`) };
    this.#plans.set(plan.name, plan);
    return plan;
  }
}

function checkName(name: string, what: string): void {
  if (!/^[a-zA-Z0-9_]{1,50}$/.test(name))
    throw invalid(`Invalid name of a ${what}: ${name}. 1 to 50 letters, digits and underscores`);
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
