import { type AzureResourceType, COMMON_OUTPUTS, NAME, TEXT } from "./resource-type";

/** It is made anew for another principal or scope; Azure refuses other changes. */
export const roleAssignment: AzureResourceType = {
  token: "azure-native:authorization:RoleAssignment",
  armType: "Microsoft.Authorization/roleAssignments",
  apiVersion: "2022-04-01",
  path: ["roleAssignmentName"],
  scope: "scope",
  inputs: {
    principalId: { ...NAME, required: true },
    principalType: TEXT,
    roleAssignmentName: NAME,
    roleDefinitionId: { ...TEXT, required: true },
    scope: { ...NAME, required: true },
  },
  topLevel: [],
  outputs: [...COMMON_OUTPUTS, "createdOn"],
  located: false,
};
