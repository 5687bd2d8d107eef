/** The most schedules that are played to make one smaller. */
const MOST_TRIES = 400;

/**
 * The smallest schedule found that still fails.
 * @param simpler Schedules that lack something that this one has, the simplest first.
 */
export async function smallest<Schedule>(
  plan: Schedule,
  simpler: (plan: Schedule) => Iterable<Schedule>,
  fails: (plan: Schedule) => Promise<boolean>,
): Promise<Schedule> {
  let tries = 0;
  for (;;) {
    let found: Schedule | undefined;
    for (const candidate of simpler(plan)) {
      if (++tries > MOST_TRIES) return plan;
      if (!(await fails(candidate))) continue;
      found = candidate;
      break;
    }
    if (found === undefined) return plan;
    plan = found;
  }
}
