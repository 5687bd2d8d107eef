import type { Event, Schedule, When } from "./schedule";

/** Simpler schedules, the simplest first: each lacks something that this one has. */
export function* simpler(plan: Schedule): Generator<Schedule> {
  for (const [index] of plan.events.entries())
    yield { ...plan, events: plan.events.filter((_, other) => other !== index) };
  if (plan.pausers.length > 1) yield { ...plan, pausers: plan.pausers.slice(0, 1) };
  if (plan.clusters > 1) yield { ...plan, clusters: 1 };
  if (plan.releases.length > 1)
    yield {
      ...plan,
      releases: plan.releases.slice(0, 1),
      pausers: plan.pausers.map((pauser) => ({ ...pauser, releases: [0] })),
    };
  for (const [release, pods] of plan.releases.entries()) {
    if (pods.length > 1) yield withPods(plan, release, pods.slice(0, -1));
    for (const [pod, faults] of pods.entries())
      if (Object.keys(faults).length > 0)
        yield withPods(
          plan,
          release,
          pods.map((each, other) => (other === pod ? {} : each)),
        );
  }
  for (const [index, pauser] of plan.pausers.entries()) {
    const { backups: _, ...without } = pauser;
    const simple = { ...without, alignToMinute: false };
    if (JSON.stringify(simple) !== JSON.stringify(pauser))
      yield { ...plan, pausers: plan.pausers.map((each, other) => (other === index ? simple : each)) };
  }
  for (const key of ["apiSkew", "wallOffset", "driftPpm", "noticeMillis", "startMillis"] as const)
    if (plan[key] !== 0) yield { ...plan, [key]: 0 };
  if (plan.nextRun) yield { ...plan, nextRun: false };
  for (const [index, event] of plan.events.entries())
    for (const smaller of smallerEvents(event))
      yield { ...plan, events: plan.events.map((each, other) => (other === index ? smaller : each)) };
}

const withPods = (plan: Schedule, release: number, pods: Schedule["releases"][number]): Schedule => ({
  ...plan,
  releases: plan.releases.map((each, index) => (index === release ? pods : each)),
});

function* smallerEvents(event: Event): Generator<Event> {
  if (event.forMillis > 0) {
    yield { ...event, forMillis: 0 };
    yield { ...event, forMillis: Math.floor(event.forMillis / 2) };
    yield { ...event, forMillis: Math.floor(event.forMillis * 0.9) };
  }
  const { when } = event;
  const earlier: When[] =
    "at" in when
      ? when.at > 0
        ? [{ at: Math.floor(when.at / 2) }]
        : []
      : when.call > 1
        ? [{ ...when, call: when.call - 1 }]
        : [];
  for (const one of earlier) yield { ...event, when: one };
}
