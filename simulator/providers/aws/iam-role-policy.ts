import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap } from "../provider";
import type { ResourceType } from "./resource-type";

/** A policy that belongs to a role alone. */
export const iamRolePolicy: ResourceType = {
  token: "aws:iam/rolePolicy:RolePolicy",
  global: true,
  inputs: {
    name: {
      type: "string",
      computed: true,
      replaces: true,
      format: { pattern: /^[\w+=,.@-]{1,128}$/, description: "1 to 128 letters, digits and any of _+=,.@-" },
    },
    policy: { type: "json", required: true },
    role: { type: "string", required: true, replaces: true },
  },
  outputs: [],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, inputs) {
    cloud.iam.putRolePolicy(inputs.role as string, inputs.name as string, textOf(inputs));
    return { id: `${inputs.role}:${inputs.name}`, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id }) {
    const [role = "", name = ""] = id.split(":");
    const policy = cloud.iam.find(role)?.inlinePolicies.get(name);
    return policy === undefined ? undefined : { name, policy, role };
  },

  update(cloud, { state }, wanted) {
    cloud.iam.putRolePolicy(state.role as string, state.name as string, textOf(wanted));
    return CONTROL_PLANE;
  },

  delete(cloud, { state }) {
    cloud.iam.deleteRolePolicy(state.role as string, state.name as string);
    return CONTROL_PLANE;
  },
};

function textOf({ policy }: PropertyMap): string {
  return typeof policy === "string" ? policy : JSON.stringify(policy);
}
