import type {
  DeregisterScalableTargetRequest,
  PutScalingPolicyRequest,
  RegisterScalableTargetRequest,
  ScalableTarget,
  ScalingPolicy,
} from "@aws-sdk/client-application-auto-scaling";
import type { SimulatedClock } from "../clock";
import { ACCOUNT, arn } from "./account";
import type { DynamoDb } from "./dynamodb";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import type { Rds } from "./rds";
import { Regional } from "./regional";

/** The dimensions of a table and of its indexes, and the capacity each one scales. */
const DYNAMODB_DIMENSIONS: Record<string, "ReadCapacityUnits" | "WriteCapacityUnits"> = {
  "dynamodb:table:ReadCapacityUnits": "ReadCapacityUnits",
  "dynamodb:table:WriteCapacityUnits": "WriteCapacityUnits",
  "dynamodb:index:ReadCapacityUnits": "ReadCapacityUnits",
  "dynamodb:index:WriteCapacityUnits": "WriteCapacityUnits",
};

/** The number of an Aurora cluster's readers. */
const READERS = "rds:cluster:ReadReplicaCount";

/** The role that Application Auto Scaling works as, by the namespace. */
const SERVICE_ROLES: Record<string, string> = {
  dynamodb: "dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
  rds: "rds.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_RDSCluster",
};

/** [AWS API Reference, Application Auto Scaling, ServiceNamespace] */
const NAMESPACES = [
  "appstream",
  "cassandra",
  "comprehend",
  "custom-resource",
  "dynamodb",
  "ec2",
  "ecs",
  "elasticache",
  "elasticmapreduce",
  "kafka",
  "lambda",
  "neptune",
  "rds",
  "sagemaker",
  "workspaces",
];

/** @throws ValidationException for what is no namespace. [botocore: application-auto-scaling/2016-02-06, ServiceNamespace] */
export function checkNamespace(namespace: string | undefined): void {
  const refused = (value: string, constraint: string) =>
    new AwsError(
      "ValidationException",
      `1 validation error detected: Value ${value} at 'serviceNamespace' failed to satisfy constraint: Member must ${constraint}`,
    );
  if (namespace === undefined) throw refused("null", "not be null");
  if (!NAMESPACES.includes(namespace))
    throw refused(`'${namespace}'`, `satisfy enum value set: [${NAMESPACES.join(", ")}]`);
}

/** What names a target: together they are its key. */
interface TargetKey {
  ServiceNamespace?: string;
  ResourceId?: string;
  ScalableDimension?: string;
}

interface Target {
  description: ScalableTarget;
  tags: Record<string, string>;
}

/** Application Auto Scaling in all regions, for DynamoDB and for Aurora's readers. */
export class AutoScaling extends Regional<AutoScalingRegion> {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #dynamodb: DynamoDb;
  readonly #rds: Rds;

  constructor(clock: SimulatedClock, identifiers: Identifiers, dynamodb: DynamoDb, rds: Rds) {
    super();
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.#dynamodb = dynamodb;
    this.#rds = rds;
  }

  protected createRegion(name: string): AutoScalingRegion {
    return new AutoScalingRegion(name, this.#clock, this.#identifiers, this.#dynamodb, this.#rds);
  }
}

export class AutoScalingRegion {
  readonly name: string;
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #dynamodb: DynamoDb;
  readonly #rds: Rds;
  readonly #targets = new Map<string, Target>();
  readonly #policies = new Map<string, ScalingPolicy>();

  constructor(name: string, clock: SimulatedClock, identifiers: Identifiers, dynamodb: DynamoDb, rds: Rds) {
    this.name = name;
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.#dynamodb = dynamodb;
    this.#rds = rds;
  }

  targets(): ScalableTarget[] {
    return [...this.#targets.values()].map((target) => target.description);
  }

  findTarget(key: TargetKey): ScalableTarget | undefined {
    return this.#targets.get(keyOf(key))?.description;
  }

  policies(): ScalingPolicy[] {
    return [...this.#policies.values()];
  }

  findPolicy(key: TargetKey & { PolicyName?: string }): ScalingPolicy | undefined {
    return this.#policies.get(policyKey(key));
  }

  /** Registers, or changes what is registered. A capacity outside the new limits is moved inside at once. */
  registerScalableTarget(input: RegisterScalableTargetRequest): ScalableTarget {
    const key = keyOf(input);
    const known = this.#targets.get(key);
    const minimum = input.MinCapacity ?? known?.description.MinCapacity;
    const maximum = input.MaxCapacity ?? known?.description.MaxCapacity;
    if (minimum === undefined || maximum === undefined)
      throw new AwsError(
        "ValidationException",
        "MinCapacity and MaxCapacity are required to register a new scalable target",
      );
    if (minimum > maximum)
      throw new AwsError("ValidationException", "Maximum capacity cannot be less than minimum capacity");
    const capacity = DYNAMODB_DIMENSIONS[input.ScalableDimension ?? ""];
    if (input.ServiceNamespace === "dynamodb" && capacity)
      this.#moveInside(input.ResourceId as string, capacity, minimum, maximum);
    else if (input.ServiceNamespace === "rds" && input.ScalableDimension === READERS)
      this.#checkCluster(input.ResourceId as string);
    else
      throw new AwsError(
        "ValidationException",
        `Unsupported service namespace, resource type or scalable dimension: ${key}`,
      );

    const target: Target = known ?? {
      description: {
        ServiceNamespace: input.ServiceNamespace,
        ResourceId: input.ResourceId,
        ScalableDimension: input.ScalableDimension,
        MinCapacity: minimum,
        MaxCapacity: maximum,
        RoleARN: undefined,
        CreationTime: new Date(this.#clock.now()),
        ScalableTargetARN: arn(
          "application-autoscaling",
          this.name,
          `scalable-target/0ec5${this.#identifiers.hex(28)}`,
        ),
      },
      tags: {},
    };
    Object.assign(target.description, {
      MinCapacity: minimum,
      MaxCapacity: maximum,
      RoleARN:
        input.RoleARN ?? `arn:aws:iam::${ACCOUNT}:role/aws-service-role/${SERVICE_ROLES[input.ServiceNamespace]}`,
      SuspendedState: {
        DynamicScalingInSuspended: false,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: false,
        ...target.description.SuspendedState,
        ...input.SuspendedState,
      },
    });
    Object.assign(target.tags, input.Tags);
    this.#targets.set(key, target);
    return target.description;
  }

  /** A target's policies go with it. */
  deregisterScalableTarget(input: DeregisterScalableTargetRequest): void {
    const key = keyOf(input);
    if (!this.#targets.delete(key)) throw noTarget(input);
    for (const name of this.#policies.keys()) if (name.startsWith(`${key}|`)) this.#policies.delete(name);
  }

  putScalingPolicy(input: PutScalingPolicyRequest): ScalingPolicy {
    if (!this.#targets.has(keyOf(input))) throw noTarget(input);
    if (input.PolicyType !== "TargetTrackingScaling")
      throw new AwsError(
        "ValidationException",
        `Unsupported policy type for ${input.ServiceNamespace}: ${input.PolicyType}`,
      );
    const configuration = input.TargetTrackingScalingPolicyConfiguration;
    if (!configuration?.TargetValue)
      throw new AwsError(
        "ValidationException",
        "TargetTrackingScalingPolicyConfiguration with a TargetValue is required",
      );
    const key = policyKey(input);
    const known = this.#policies.get(key);
    const policy: ScalingPolicy = {
      PolicyARN:
        known?.PolicyARN ??
        arn(
          "autoscaling",
          this.name,
          `scalingPolicy:${this.#identifiers.uuid()}:resource/${input.ServiceNamespace}/${input.ResourceId}:policyName/${input.PolicyName}`,
        ),
      PolicyName: input.PolicyName,
      ServiceNamespace: input.ServiceNamespace,
      ResourceId: input.ResourceId,
      ScalableDimension: input.ScalableDimension,
      PolicyType: input.PolicyType,
      TargetTrackingScalingPolicyConfiguration: configuration,
      CreationTime: known?.CreationTime ?? new Date(this.#clock.now()),
      Alarms: known?.Alarms ?? [
        {
          AlarmName: `TargetTracking-${input.ResourceId}-AlarmHigh-${this.#identifiers.uuid()}`,
          AlarmARN: arn("cloudwatch", this.name, `alarm:TargetTracking-${input.ResourceId}-AlarmHigh`),
        },
      ],
    };
    this.#policies.set(key, policy);
    return policy;
  }

  deleteScalingPolicy(input: TargetKey & { PolicyName?: string }): void {
    if (!this.#policies.delete(policyKey(input)))
      throw new AwsError(
        "ObjectNotFoundException",
        `No scaling policy found for service namespace: ${input.ServiceNamespace}, resource ID: ${input.ResourceId}, scalable dimension: ${input.ScalableDimension}, policy name: ${input.PolicyName}`,
      );
  }

  /** Tags of a target by its ARN. */
  tags(targetArn: string): Record<string, string> {
    const target = [...this.#targets.values()].find((each) => each.description.ScalableTargetARN === targetArn);
    if (!target) throw new AwsError("ResourceNotFoundException", `The specified resource doesn't exist: ${targetArn}`);
    return target.tags;
  }

  #checkCluster(resourceId: string): void {
    const cluster = this.#rds.region(this.name).find(resourceId.replace(/^cluster:/, ""));
    if (!resourceId.startsWith("cluster:") || !cluster?.settings.engine.startsWith("aurora"))
      throw new AwsError("ValidationException", `RDS cluster does not exist: ${resourceId}`);
    if (cluster.instances.length === 0)
      throw new AwsError("ValidationException", `There are no DB instances in the RDS cluster: ${resourceId}`);
  }

  #moveInside(
    resourceId: string,
    capacity: "ReadCapacityUnits" | "WriteCapacityUnits",
    minimum: number,
    maximum: number,
  ): void {
    const [, tableName, indexName] = /^table\/([^/]+)(?:\/index\/([^/]+))?$/.exec(resourceId) ?? [];
    const table = tableName === undefined ? undefined : this.#dynamodb.region(this.name).find(tableName);
    if (!table) throw new AwsError("ValidationException", `DynamoDB table does not exist: ${resourceId}`);
    const scaled = indexName
      ? table.settings.globalIndexes.find((index) => index.IndexName === indexName)?.ProvisionedThroughput
      : table.settings.throughput;
    if (!scaled) return;
    scaled[capacity] = Math.min(Math.max(scaled[capacity] ?? minimum, minimum), maximum);
  }
}

/** @throws ValidationException */
function keyOf(key: TargetKey): string {
  checkNamespace(key.ServiceNamespace);
  return `${key.ServiceNamespace}|${key.ResourceId}|${key.ScalableDimension}`;
}

function policyKey(key: TargetKey & { PolicyName?: string }): string {
  return `${keyOf(key)}|${key.PolicyName}`;
}

function noTarget(key: TargetKey): AwsError {
  return new AwsError(
    "ObjectNotFoundException",
    `No scalable target registered for service namespace: ${key.ServiceNamespace}, resource ID: ${key.ResourceId}, scalable dimension: ${key.ScalableDimension}`,
  );
}
