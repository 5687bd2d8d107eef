import { longestIntervalMillis } from "../../components/rules/schedule";
import { daysText } from "../databases/minimum-days";
import { RDS_RETENTION } from "../databases/resources";
import { type StackResource, stackPolicy } from "../stack-policy";
import { known, stringAt } from "../values";
import { backupRulesFor } from "../vaults/selections";
import { type Member, membersOf, SET_SETTINGS, type SetSettings, stackPauseNeed } from "./members";
import { pausesOf } from "./releases";

interface Settings extends SetSettings {
  restorePoints: number;
}

const DAY_MILLIS = 86_400_000;

export const restorePointsAvailable = stackPolicy<Settings>({
  name: "restore-points-available",
  description: "Checks whether pauses follow each other closely enough for restore points to be available at any time.",
  looksAt: "every database, and kubernetes.batch.v1.CronJob that pauses",
  severity: "high",
  settings: {
    restorePoints: {
      type: "integer",
      minimum: 1,
      default: 2,
      description:
        "Restore points that every database must reach back to at any time: one void window must not be the only one.",
    },
    ...SET_SETTINGS,
  },
  faults(resources, { restorePoints, except }) {
    const members = membersOf(resources, { except });
    if (!stackPauseNeed(resources, members).required) return [];
    const reaches = members.flatMap((member) => {
      const days = recoveryDays(member, resources);
      // Recovery that is off has a policy of its own.
      return days === undefined || days === 0 ? [] : { name: member.resource.name, days };
    });
    const shortest = reaches.sort((a, b) => a.days - b.days)[0];
    if (shortest === undefined) return [];
    return pausesOf(resources).flatMap(({ resource }) => {
      const schedule = known(stringAt(resource.props, "spec.schedule"));
      const interval = schedule === undefined ? undefined : longestIntervalMillis(schedule);
      if (interval === undefined) return [];
      const available = Math.floor((shortest.days * DAY_MILLIS) / interval);
      if (available >= restorePoints) return [];
      return {
        message: `up to ${intervalText(interval)} pass between two pauses ("${schedule}"), and ${shortest.name} reaches back ${daysText(shortest.days)}: only ${available} of ${restorePoints} restore points are sure to be available; pause at least every ${intervalText((shortest.days * DAY_MILLIS) / restorePoints)}, or let ${shortest.name} reach back further`,
        at: resource,
      };
    });
  },
});

/** The days that recovery of a database reaches back, by its own settings or, where it leaves them, by AWS Backup's. */
function recoveryDays({ resource, database }: Member, resources: StackResource[]): number | undefined {
  if (!resource.ignoreChanges.includes(RDS_RETENTION)) return known(database.recoveryDays(resource.props));
  const continuous = backupRulesFor(resource, resources).find(({ rule }) => rule.lifecycle.continuous);
  return continuous?.rule.lifecycle.deleteAfter;
}

function intervalText(millis: number): string {
  const hours = millis / 3_600_000;
  return hours >= 48 ? daysText(Math.floor(hours / 24)) : `${Math.floor(hours)} hours`;
}
