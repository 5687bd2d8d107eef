import { Policy, Target } from "@pulumi/aws/appautoscaling";
import type * as pulumi from "@pulumi/pulumi";
import { answered } from "../../operations/answered";
import type { Scaling } from "../../operations/autoscaling";

/**
 * The seconds for which AWS lets readers of Aurora cool down where a policy does not say. The provider sends 0 for what is
 * left out, so they are said for the copy. DynamoDB's default is 0. [AWS CDK API Reference, BaseTargetTrackingProps]
 */
const AURORA_COOLDOWN_SECONDS = 300;

/** Declares autoscaling of a copy as its source has it. */
export function declareScaling(
  logical: string,
  { target, policies }: Scaling,
  copy: { resourceId: string; region: string },
  options: { parent: pulumi.Resource; dependsOn: pulumi.Input<pulumi.Resource>[]; retainOnDelete: boolean },
): void {
  const { region, resourceId } = copy;
  const { parent, retainOnDelete } = options;
  const cooldown = target.ServiceNamespace === "rds" ? AURORA_COOLDOWN_SECONDS : undefined;
  const declared = new Target(
    logical,
    {
      region,
      resourceId,
      serviceNamespace: answered(target, "ServiceNamespace"),
      scalableDimension: answered(target, "ScalableDimension"),
      minCapacity: answered(target, "MinCapacity"),
      maxCapacity: answered(target, "MaxCapacity"),
    },
    options,
  );
  for (const policy of policies) {
    const tracking = policy.TargetTrackingScalingPolicyConfiguration;
    // A metric of the user's own names the source in its dimensions, and would drive the copy by the source's load.
    const metric = tracking?.PredefinedMetricSpecification?.PredefinedMetricType;
    if (tracking === undefined || metric === undefined) continue;
    new Policy(
      `${logical}-${policy.PolicyName}`,
      {
        region,
        name: policy.PolicyName,
        policyType: "TargetTrackingScaling",
        serviceNamespace: declared.serviceNamespace,
        resourceId: declared.resourceId,
        scalableDimension: declared.scalableDimension,
        targetTrackingScalingPolicyConfiguration: {
          targetValue: answered(tracking, "TargetValue"),
          scaleInCooldown: tracking.ScaleInCooldown ?? cooldown,
          scaleOutCooldown: tracking.ScaleOutCooldown ?? cooldown,
          disableScaleIn: tracking.DisableScaleIn,
          predefinedMetricSpecification: { predefinedMetricType: metric },
        },
      },
      { parent, retainOnDelete },
    );
  }
}
