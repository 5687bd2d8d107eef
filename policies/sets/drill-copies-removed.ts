import { counted } from "../../restore-points/counted";
import { RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { INSTANT_TAG } from "../../restore-points/rules/tag-keys";
import { databaseOf, mayBeDrillCopy, tagOf } from "../databases/resources";
import { type StackResource, stackPolicy } from "../stack-policy";
import { known, stringAt } from "../values";

interface Settings {
  maximumDays: number;
}

const DAY_MILLIS = 86_400_000;
/** No cloud restores to an instant further back than this. */
const LONGEST_RECOVERY_DAYS = Math.max(...Object.values(RECOVERY_PERIODS).map(({ maximum }) => maximum));

export const drillCopiesRemoved = stackPolicy<Settings>({
  name: "drill-copies-removed",
  description: "Checks whether the copies of a drill are removed soon after it.",
  looksAt: "copies of a drill",
  severity: "low",
  level: "advisory",
  settings: {
    maximumDays: { type: "integer", minimum: 1, default: 7, description: "Days for which a drill's copies may exist." },
  },
  problems(resources, { maximumDays }) {
    return resources
      .filter((resource) => databaseOf(resource.type) !== undefined && mayBeDrillCopy(resource))
      .flatMap((copy) => {
        const days = existingDays(copy);
        if (days === undefined || days <= maximumDays) return [];
        return {
          message: `the drill's copy has existed for ${counted(days, "day")} at least: end the drill with "pulumi config rm restore" (in a program of your own: take the ScalarRestore out) and "pulumi up"`,
          at: copy,
        };
      });
  },
});

/**
 * The whole days for which a copy has certainly existed. Azure reports a resource's creation. AWS does not, but the
 * copy was created while its instant was still restorable.
 */
function existingDays({ props }: StackResource): number | undefined {
  const made = known(stringAt(props, "systemData.createdAt"));
  const instant = known(tagOf(props, INSTANT_TAG));
  const since = made !== undefined ? Date.parse(made) : Date.parse(instant ?? "") + LONGEST_RECOVERY_DAYS * DAY_MILLIS;
  return Number.isNaN(since) ? undefined : Math.floor((Date.now() - since) / DAY_MILLIS);
}
