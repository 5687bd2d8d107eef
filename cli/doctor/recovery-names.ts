import { namesOutOfReach } from "../../components/switch-over/out-of-reach";
import { type Finding, ok, split } from "./finding";
import type { Situation } from "./situation";

/**
 * Whether a recovery could replace production. A warning, because a set may be meant for drills and for the loss of a region. It is
 * better found now than when all copies have been restored.
 */
export function recoveryNameFindings({ databases, aws }: Situation): Finding[] {
  const found = namesOutOfReach(databases, { access: {}, defaultRegion: aws.region });
  if (found.length === 0)
    return [{ check: "recovery", ...ok("by its configuration, a recovery can replace every database of the set") }];
  return found.map((because) => ({
    check: "recovery",
    ...split("warning", `a recovery could not replace production: ${because}`),
  }));
}
