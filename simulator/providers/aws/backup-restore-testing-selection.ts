import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { RestoreTestingSelection } from "../../cloud/aws/restore-testing";
import type { PropertyMap } from "../provider";
import { TESTING_NAME } from "./backup-restore-testing-plan";
import { ARN, type ResourceType, regionOf, STRINGS, textMap, texts } from "./resource-type";

export const backupRestoreTestingSelection: ResourceType = {
  token: "aws:backup/restoreTestingSelection:RestoreTestingSelection",
  inputs: {
    iamRoleArn: { type: "string", required: true, format: ARN },
    name: { type: "string", replaces: true, format: TESTING_NAME },
    protectedResourceArns: { ...STRINGS, computed: true },
    protectedResourceType: { type: "string", required: true, replaces: true },
    restoreMetadataOverrides: { type: "map", computed: true, of: { type: "string" } },
    restoreTestingPlanName: { type: "string", required: true, replaces: true },
    validationWindowHours: { type: "integer", computed: true, range: [1, 168] },
  },
  outputs: [],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, selection) {
    cloud.backup.region(regionOf(selection)).restoreTesting.putSelection(request(selection));
    return { id: `${selection.name}:${selection.restoreTestingPlanName}`, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { state }) {
    const selection = cloud.backup
      .region(regionOf(state))
      .restoreTesting.findSelection(state.restoreTestingPlanName as string, state.name as string);
    return (
      selection && {
        iamRoleArn: selection.roleArn,
        name: selection.name,
        protectedResourceArns: selection.resourceArns,
        protectedResourceType: selection.resourceType,
        restoreMetadataOverrides: selection.metadataOverrides,
        restoreTestingPlanName: selection.planName,
        validationWindowHours: selection.validationWindowHours || undefined,
      }
    );
  },

  update(cloud, { state }, wanted) {
    cloud.backup.region(regionOf(state)).restoreTesting.putSelection(request(wanted));
    return CONTROL_PLANE;
  },

  delete(cloud, { state }) {
    cloud.backup
      .region(regionOf(state))
      .restoreTesting.deleteSelection(state.restoreTestingPlanName as string, state.name as string);
    return CONTROL_PLANE;
  },
};

function request(selection: PropertyMap): RestoreTestingSelection {
  return {
    name: selection.name as string,
    planName: selection.restoreTestingPlanName as string,
    roleArn: selection.iamRoleArn as string,
    resourceType: selection.protectedResourceType as string,
    resourceArns: texts(selection.protectedResourceArns),
    metadataOverrides: textMap(selection.restoreMetadataOverrides),
    validationWindowHours: (selection.validationWindowHours as number | undefined) ?? 0,
  };
}
