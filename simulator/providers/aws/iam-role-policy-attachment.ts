import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { ARN, type ResourceType } from "./resource-type";

export const iamRolePolicyAttachment: ResourceType = {
  token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  global: true,
  inputs: {
    policyArn: { type: "string", required: true, replaces: true, format: ARN },
    role: { type: "string", required: true, replaces: true },
  },
  outputs: [],

  create(cloud, { role, policyArn }) {
    cloud.iam.attachRolePolicy(role as string, policyArn as string);
    return { id: `${role}/${policyArn}`, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id }) {
    const [, role = "", policyArn = ""] = /^([^/]+)\/(arn:.*)$/.exec(id) ?? [];
    return cloud.iam.find(role)?.policies.includes(policyArn) ? { role, policyArn } : undefined;
  },

  update() {
    throw new Error("an attachment can't be changed in place: all its inputs replace it");
  },

  delete(cloud, { state }) {
    cloud.iam.detachRolePolicy(state.role as string, state.policyArn as string);
    return CONTROL_PLANE;
  },
};
