import { stackPolicy } from "../stack-policy";
import { SET_SETTINGS, type SetSettings, setsOf } from "./members";
import { type InstalledRelease, mayHavePause, pausesFor, pausesOf, releasesOf, type ScheduledPause } from "./releases";

interface Settings extends SetSettings {
  releases: string[];
  pausedElsewhere: boolean;
}

export const pauseCoversReleases = stackPolicy<Settings>({
  name: "pause-covers-releases",
  description:
    "Checks whether databases that need it have one pause schedule for every release of ScalarDB and ScalarDL that uses them.",
  looksAt: "every database, CronJob, Helm release and Deployment of the stack",
  severity: "critical",
  settings: {
    releases: {
      type: "array",
      items: { type: "string", pattern: "^[^/]+/[^/]+$" },
      default: [],
      description:
        "Releases that use the databases, as namespace/name, in addition to those that the stack itself installs.",
    },
    pausedElsewhere: {
      type: "boolean",
      default: false,
      description: "Whether another stack declares the pause schedule.",
    },
    ...SET_SETTINGS,
  },
  problems(resources, { releases, pausedElsewhere, except }) {
    const sets = setsOf(resources, { except });
    const needing = sets.filter(({ need }) => need.required);
    if (needing.length === 0 || pausedElsewhere) return [];
    const pauses = pausesOf(resources);
    const unpaused = needing.filter((set) => pausesFor(set, sets, pauses).length === 0);
    if (unpaused.length > 0)
      return mayHavePause(resources)
        ? []
        : unpaused.map(({ need }) => ({
            message: `${need.because}, and nothing in this stack pauses Scalar's pods, so no restore point will be consistent: declare a PauseSchedule for every release (or say pausedElsewhere in this policy's configuration, if another stack does)`,
          }));
    // Nothing in a stack says which release uses which set: one that is not paused may be of a set that needs no pause.
    if (needing.length < sets.length) return [];
    // What is not known yet may cover anything.
    if (pauses.some(({ releases }) => releases === undefined)) return [];
    const wanted = [...releasesOf(resources), ...releases.map(namedRelease)];
    const missed = wanted.filter((release) => !pauses.some((pause) => covers(pause, release)));
    if (missed.length > 0)
      return missed.map((release) => ({
        message: `release ${release.namespace}/${release.name} keeps running while others are paused: add it to the releases of the pause schedule`,
        at: release.resource,
      }));
    // Each set has a window of its own.
    if (sets.length > 1) return [];
    const together = pauses.some((pause) => wanted.every((release) => covers(pause, release)));
    if (together || pauses.every(({ rendezvous }) => rendezvous)) return [];
    return [
      {
        message: `releases are paused by ${pauses.length} CronJobs (${pauses.map(({ resource }) => resource.name).join(", ")}), each at its own time, so there is no window in which all are paused: pause them in one PauseSchedule`,
      },
    ];
  },
});

function covers(pause: ScheduledPause, { namespace, name }: InstalledRelease): boolean {
  return pause.releases?.some((release) => release.namespace === namespace && release.name === name) ?? false;
}

function namedRelease(text: string): InstalledRelease {
  const [namespace, name] = text.split("/");
  return { namespace: namespace ?? "", name: name ?? "" };
}
