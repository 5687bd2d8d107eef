import { RESTORE_POINTS, reachProblem } from "../../restore-points/rules/pausing";
import { longestIntervalMillis } from "../../restore-points/rules/schedule";
import { RDS_RETENTION } from "../databases/resources";
import { type StackProblem, type StackResource, stackPolicy } from "../stack-policy";
import { known, stringAt } from "../values";
import { backupRulesFor } from "../vaults/selections";
import { type DatabaseSet, type Member, SET_SETTINGS, type SetSettings, setsOf } from "./members";
import { pausesFor, pausesOf, type ScheduledPause } from "./releases";

interface Settings extends SetSettings {
  restorePoints: number;
}

export const restorePointsAvailable = stackPolicy<Settings>({
  name: "restore-points-available",
  description: "Checks whether pauses follow each other closely enough for restore points to be available at any time.",
  looksAt: "every database, and kubernetes.batch.v1.CronJob that pauses",
  severity: "high",
  settings: {
    restorePoints: {
      type: "integer",
      minimum: 1,
      default: RESTORE_POINTS,
      description:
        "Restore points that every database must reach back to at any time: one void window must not be the only one.",
    },
    ...SET_SETTINGS,
  },
  problems(resources, { restorePoints, except }) {
    const sets = setsOf(resources, { except });
    const pauses = pausesOf(resources);
    return sets
      .filter(({ need }) => need.required)
      .flatMap((set) => problemsOf(set, pausesFor(set, sets, pauses), resources, restorePoints));
  },
});

function problemsOf(
  { members }: DatabaseSet,
  pauses: ScheduledPause[],
  resources: StackResource[],
  restorePoints: number,
): StackProblem[] {
  const reaches = members.flatMap((member) => {
    const days = recoveryDays(member, resources);
    // Recovery that is off has a policy of its own.
    return days === undefined || days === 0 ? [] : { name: member.resource.name, days };
  });
  const shortest = reaches.sort((a, b) => a.days - b.days)[0];
  if (shortest === undefined) return [];
  return pauses.flatMap(({ resource }) => {
    const schedule = known(stringAt(resource.props, "spec.schedule"));
    const intervalMillis = schedule === undefined ? undefined : longestIntervalMillis(schedule);
    if (schedule === undefined || intervalMillis === undefined) return [];
    const { name: database, days } = shortest;
    const message = reachProblem({ schedule, intervalMillis, database, days }, restorePoints);
    return message === undefined ? [] : [{ message, at: resource }];
  });
}

/** The days that recovery of a database reaches back, by its own settings or, where it leaves them, by AWS Backup's. */
function recoveryDays({ resource, database }: Member, resources: StackResource[]): number | undefined {
  if (!resource.ignoreChanges.includes(RDS_RETENTION)) return known(database.recoveryDays(resource.props));
  const continuous = backupRulesFor(resource, resources).find(({ rule }) => rule.lifecycle.continuous);
  return continuous?.rule.lifecycle.deleteAfter;
}
