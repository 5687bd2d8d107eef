import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap } from "../provider";
import { ARN, flag, number, type ResourceType, TAGS, text, textMap } from "./resource-type";

export const iamRole: ResourceType = {
  token: "aws:iam/role:Role",
  global: true,
  inputs: {
    assumeRolePolicy: { type: "json", required: true },
    description: { type: "string" },
    forceDetachPolicies: { type: "boolean", default: false },
    maxSessionDuration: { type: "integer", default: 3600, range: [3600, 43200] },
    name: {
      type: "string",
      computed: true,
      replaces: true,
      format: { pattern: /^[\w+=,.@-]{1,64}$/, description: "1 to 64 letters, digits and any of _+=,.@-" },
    },
    path: { type: "string", default: "/", replaces: true },
    permissionsBoundary: { type: "string", format: ARN },
    tags: TAGS,
  },
  outputs: ["arn", "createDate", "managedPolicyArns", "uniqueId", "tagsAll"],
  // [pulumi-aws, provider/resources.go, aws_iam_role]
  autoName: { property: "name", maxLength: 64 },

  create(cloud, role) {
    const name = role.name as string;
    cloud.iam.createRole({
      name,
      path: text(role.path),
      ...settings(role),
    });
    return { id: name, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id }) {
    const role = cloud.iam.find(id);
    return (
      role && {
        arn: role.arn,
        assumeRolePolicy: role.assumeRolePolicy,
        createDate: `${new Date(role.createdAt).toISOString().slice(0, 19)}Z`,
        description: role.description ?? "",
        managedPolicyArns: [...role.policies],
        maxSessionDuration: role.maxSessionDuration,
        name: role.name,
        path: role.path,
        permissionsBoundary: role.permissionsBoundary,
        uniqueId: role.uniqueId,
        tagsAll: { ...role.tags },
      }
    );
  },

  update(cloud, { id }, wanted) {
    cloud.iam.updateRole(id, settings(wanted));
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    if (flag(state.forceDetachPolicies))
      for (const policy of cloud.iam.role(id).policies) cloud.iam.detachRolePolicy(id, policy);
    cloud.iam.deleteRole(id);
    return CONTROL_PLANE;
  },
};

function settings(role: PropertyMap) {
  const { assumeRolePolicy: policy } = role;
  return {
    assumeRolePolicy: typeof policy === "string" ? policy : JSON.stringify(policy),
    description: text(role.description),
    maxSessionDuration: number(role.maxSessionDuration),
    permissionsBoundary: text(role.permissionsBoundary),
    tags: textMap(role.tagsAll),
  };
}
