import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { ARN, type ResourceType, regionOf, TAGS, text, textMap } from "./resource-type";

/** The role of a Kubernetes ServiceAccount's pods. */
export const eksPodIdentityAssociation: ResourceType = {
  token: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  inputs: {
    clusterName: { type: "string", required: true, replaces: true },
    namespace: { type: "string", required: true, replaces: true },
    roleArn: { type: "string", required: true, format: ARN },
    serviceAccount: { type: "string", required: true, replaces: true },
    tags: TAGS,
  },
  outputs: ["associationArn", "associationId", "tagsAll"],

  create(cloud, inputs) {
    const { id } = cloud.eks.region(regionOf(inputs)).createPodIdentityAssociation({
      clusterName: inputs.clusterName as string,
      namespace: inputs.namespace as string,
      serviceAccount: inputs.serviceAccount as string,
      roleArn: inputs.roleArn as string,
      tags: textMap(inputs.tagsAll),
    });
    return { id, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const found = cloud.eks.region(regionOf(state)).find(id);
    return (
      found && {
        associationArn: found.arn,
        associationId: found.id,
        clusterName: found.clusterName,
        namespace: found.namespace,
        roleArn: found.roleArn,
        serviceAccount: found.serviceAccount,
        tagsAll: { ...found.tags },
      }
    );
  },

  update(cloud, { id, state }, wanted) {
    cloud.eks
      .region(regionOf(state))
      .updatePodIdentityAssociation(id, { roleArn: text(wanted.roleArn), tags: textMap(wanted.tagsAll) });
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    cloud.eks.region(regionOf(state)).deletePodIdentityAssociation(id);
    return CONTROL_PLANE;
  },
};
