import * as durations from "../../../cloud/aws/durations";
import { isAbsent, type Problem } from "../../schema";
import type { Changes } from "../diff";
import { flag, object, type ResourceType, regionOf, text } from "../resource-type";
import { indexProblems, inputs } from "./inputs";
import { retriedWhileLimited } from "./limits";
import { outputsOf } from "./outputs";
import { recoveryRequest } from "./parts";
import { create, restore, update } from "./requests";

const RESTORE_SOURCES = ["restoreSourceName", "restoreSourceTableArn"] as const;

export const dynamodbTable: ResourceType = {
  token: "aws:dynamodb/table:Table",
  inputs,
  outputs: ["arn", "streamArn", "streamLabel", "tagsAll"],
  autoName: { property: "name", maxLength: 255 },

  check(table) {
    const problems: Problem[] = [];
    const problem = (property: string, reason: string) => problems.push({ property, reason });
    if (!isAbsent(table.restoreSourceName) && !isAbsent(table.restoreSourceTableArn))
      problem("restoreSourceTableArn", "conflicts with restoreSourceName");
    if (table.streamEnabled === true && !text(table.streamViewType))
      problem("streamViewType", "required when streamEnabled is true");
    if (object(table.ttl).enabled === true && !text(object(table.ttl).attributeName))
      problem("ttl.attributeName", "required when ttl.enabled is true");
    problems.push(...indexProblems(table));
    return problems;
  },

  refine(changes, state, wanted) {
    // A restored table may forget where it came from, as long as the instant stays.
    for (const source of RESTORE_SOURCES) if (isAbsent(wanted[source])) inPlace(changes, source);
    // Switched off is switched off, whether it is said or not.
    for (const option of ["serverSideEncryption", "pointInTimeRecovery"])
      if (!object(state[option]).enabled && object(wanted[option]).enabled === false) forget(changes, option);
    if (object(wanted.pointInTimeRecovery).enabled === false)
      delete changes["pointInTimeRecovery.recoveryPeriodInDays"];
    // Disabling takes an attribute name, which AWS does not return any more then.
    if (!object(wanted.ttl).enabled && !object(state.ttl).attributeName) delete changes["ttl.attributeName"];
    // Attributes belong to indexes, and are returned together with them.
    if (!Object.keys(changes).some((path) => path.startsWith("globalSecondaryIndexes"))) forget(changes, "attributes");
  },

  create(cloud, table, startMillis) {
    const dynamodb = cloud.dynamodb.region(regionOf(table));
    const name = table.name as string;
    const restoring =
      RESTORE_SOURCES.some((source) => text(table[source])) || text(table.restoreBackupArn) !== undefined;
    const took = () => (restoring ? durations.restoreTable(dynamodb.table(name).sizeBytes) : durations.CREATE_TABLE);
    const act = () => (restoring ? restore(dynamodb, table) : create(dynamodb, table));
    let waited = 0;
    if (startMillis === undefined) act();
    else
      waited = retriedWhileLimited((waited) =>
        cloud.dynamodb.operations.run(cloud.clock.now() + startMillis + waited, restoring, act, took),
      );
    const duration = waited + took();
    // All that the provider sets after a restore; the rest of the inputs is left for the next update.
    const { enabled, attributeName } = object(table.ttl);
    if (flag(enabled))
      dynamodb.updateTimeToLive({
        TableName: name,
        TimeToLiveSpecification: { Enabled: true, AttributeName: text(attributeName) },
      });
    const recovery = object(table.pointInTimeRecovery);
    if (!flag(recovery.enabled)) return { id: name, simulatedMillis: duration };
    dynamodb.updateContinuousBackups(recoveryRequest(name, recovery));
    return { id: name, simulatedMillis: duration + durations.SWITCH_CONTINUOUS_BACKUPS };
  },

  read(cloud, { id, state }) {
    const dynamodb = cloud.dynamodb.region(regionOf(state));
    const table = dynamodb.find(id);
    return table && outputsOf(table);
  },

  update(cloud, existing, wanted, changed) {
    return update(cloud, existing, wanted, changed);
  },

  delete(cloud, { id, state }) {
    cloud.dynamodb.region(regionOf(state)).deleteTable(id);
    return durations.DELETE_TABLE;
  },
};

function inPlace(changes: Changes, path: string): void {
  const kind = changes[path];
  if (kind) changes[path] = kind.replace("-replace", "") as typeof kind;
}

/** Takes a property with all that is nested in it out of the changes. */
function forget(changes: Changes, property: string): void {
  for (const path of Object.keys(changes))
    if (path === property || path.startsWith(`${property}.`) || path.startsWith(`${property}[`)) delete changes[path];
}
