import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../../../restore-points/error-message";
import type { AwsSettings } from "../../cloud-settings";
import { isMocked } from "../../mocked";
import { endProgram } from "../../problem";

/** A database that a plan of AWS Backup selects. */
export interface SelectedDatabase {
  name: string;
  /** AWS Backup's name of its type. */
  resourceType: string;
  region: string;
  /** Whether AWS Backup leaves it out unless the region has opted in to its type. */
  needsOptIn: boolean;
}

/**
 * Reads which types of resources each region has AWS Backup protect: a plan and its selection can be made for others, and then
 * nothing is ever backed up. Ends the program where that concerns a database, and warns where it cannot be read.
 */
export function checkOptIn(databases: readonly SelectedDatabase[], aws: AwsSettings, parent: pulumi.Resource): void {
  if (isMocked()) return;
  for (const region of new Set(databases.map((database) => database.region))) {
    const members = databases.filter((database) => database.region === region);
    pulumi.output(null).apply(() => checkRegion(region, members, aws, parent));
  }
}

async function checkRegion(
  region: string,
  members: readonly SelectedDatabase[],
  aws: AwsSettings,
  parent: pulumi.Resource,
): Promise<void> {
  const { readOptIn }: typeof import("../../../operations/backup") = require("../../../operations/backup");
  let optIn: Record<string, boolean>;
  try {
    optIn = await readOptIn(region, aws.access);
  } catch (error) {
    await pulumi.log.warn(
      `whether AWS Backup in ${region} backs up ${namesOf(members)} is not known, because the region's settings cannot be read (${messageOf(error)}): allow backup:DescribeRegionSettings, or check with "aws backup describe-region-settings --region ${region}" that ${[...new Set(members.map((member) => member.resourceType))].join(" and ")} is true`,
      parent,
    );
    return;
  }
  for (const type of new Set(members.map(({ resourceType }) => resourceType))) {
    if (optIn[type] !== false) continue;
    const out = members.filter(({ resourceType }) => resourceType === type);
    const fix = `opt in with "aws backup update-region-settings --region ${region} --resource-type-opt-in-preference ${type}=true"`;
    const needing = out.filter(({ needsOptIn }) => needsOptIn);
    if (needing.length > 0)
      await endProgram(
        `database ${namesOf(needing)}: AWS Backup in ${region} has not opted in to ${type}, so that its plans select ${needing.length === 1 ? "it" : "them"} and never back ${needing.length === 1 ? "it" : "them"} up: ${fix}`,
      );
    await pulumi.log.warn(
      `AWS Backup in ${region} has not opted in to ${type}. AWS documents that ${namesOf(out)} is backed up nevertheless, because the selection names it by its ARN; to be sure, ${fix}`,
      parent,
    );
  }
}

function namesOf(databases: readonly SelectedDatabase[]): string {
  return databases.map(({ name }) => name).join(", ");
}
