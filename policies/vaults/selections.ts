import type { StackResource } from "../stack-policy";
import { listAt, stringAt, type Value, valueAt } from "../values";
import { isPlan, type PlanRule, planRules } from "./plan-rules";

const isSelection = (type: string) => type === "aws:backup/selection:Selection";
const isAzureInstance = (type: string) => /^azure-native(_\w+)?:dataprotection(\/\w+)?:BackupInstance$/.test(type);

/** The rules of the AWS Backup plans that select a database, each with the plan that holds it. */
export function backupRulesFor(
  database: StackResource,
  resources: StackResource[],
): { plan: StackResource; rule: PlanRule }[] {
  const plans = resources.filter(({ type }) => isPlan(type));
  return resources
    .filter(({ type }) => isSelection(type))
    .filter((selection) => selects(selection, database))
    .flatMap((selection) => plans.filter((plan) => isPlanOf(selection, plan)))
    .flatMap((plan) => planRules(plan.props).map((rule) => ({ plan, rule })));
}

/** The backups that Azure Backup makes of a server. They are snapshots all: Azure's own recovery needs none. */
export function azureBackupsOf(server: StackResource, resources: StackResource[]): StackResource[] {
  const id = stringAt(server.props, "id");
  return resources.filter(
    ({ type, props, madeFrom }) =>
      isAzureInstance(type) &&
      (madeFrom.properties?.includes(server.urn) ||
        (typeof id === "string" && stringAt(props, "properties.dataSourceInfo.resourceID") === id)),
  );
}

function isPlanOf(selection: StackResource, plan: StackResource): boolean {
  const id = stringAt(plan.props, "id");
  return (
    (selection.madeFrom.planId?.includes(plan.urn) ?? false) ||
    (typeof id === "string" && stringAt(selection.props, "planId") === id)
  );
}

function selects({ props, madeFrom }: StackResource, database: StackResource): boolean {
  if (madeFrom.resources?.includes(database.urn)) return true;
  const arn = stringAt(database.props, "arn");
  const byArn = (pattern: Value) => typeof arn === "string" && typeof pattern === "string" && matches(pattern, arn);
  const tagged = (tag: Value, prefix: string) => {
    const key = stringAt(tag, "key");
    const tags = valueAt(database.props, "tags");
    return (
      typeof key === "string" &&
      key.startsWith(prefix) &&
      tags !== null &&
      typeof tags === "object" &&
      !Array.isArray(tags) &&
      tags[key.slice(prefix.length)] === valueAt(tag, "value")
    );
  };
  if (listAt(props, "notResources").some(byArn)) return false;
  for (const condition of listAt(props, "conditions")) {
    const ofTag = (tag: Value) => tagged(tag, "aws:ResourceTag/");
    if (!listAt(condition, "stringEquals").every(ofTag) || listAt(condition, "stringNotEquals").some(ofTag))
      return false;
  }
  return listAt(props, "resources").some(byArn) || listAt(props, "selectionTags").some((tag) => tagged(tag, ""));
}

/** ARNs may hold `*` for any text. */
function matches(pattern: string, arn: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(arn);
}
