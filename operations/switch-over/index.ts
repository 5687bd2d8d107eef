import type { ClusterChoice } from "../kubernetes/kubeconfig";
import { AzureMember } from "./azure";
import type { SwitchOverOf } from "./copy-marks";
import { DynamodbMember, type Notes } from "./dynamodb";
import type { Member, Say } from "./member";
import { podsOf } from "./pods";
import { abortSwitchOver, type Participants, problemsOf, runSwitchOver } from "./protocol";
import { RdsMember } from "./rds";
import { rdsDatabases } from "./rds-databases";
import { ReleaseAddresses } from "./release-addresses";
import type { SwitchedDatabase, SwitchOver, SwitchOverAccess } from "./request";
import type { StoppablePods } from "./stoppable-pods";

/**
 * Gives the production names of a set to the copies of a recovery. Idempotent and resumable: it decides by what answers under
 * the names now. Each step is reported to `say`; the last line is a `SwitchOverResult` as JSON.
 */
export async function switchOver(request: SwitchOver, access: SwitchOverAccess, say: Say): Promise<void> {
  say(JSON.stringify(await runSwitchOver(request.instant, await participantsOf(request, access), say)));
}

/** Ends a switch-over that has closed nothing yet, as if it had not begun. */
export async function abort(request: SwitchOver, access: SwitchOverAccess, say: Say): Promise<void> {
  await abortSwitchOver(await participantsOf(request, access), say);
}

/** What keeps a switch-over from beginning, each with the fix. Nothing is changed. */
export async function switchOverObstacles(request: SwitchOver, access: SwitchOverAccess): Promise<string[]> {
  return await problemsOf(request.instant, await participantsOf(request, access));
}

async function participantsOf(request: SwitchOver, access: SwitchOverAccess): Promise<Participants> {
  const { databases, clusters, gitOps } = request;
  const readsProperties = databases.some(({ service }) => service === "azure");
  const pods =
    clusters.length === 0
      ? undefined
      : await podsOf(
          clusters.map((each) => ({ ...each, readsProperties, access: accessTo(each.cluster, access) })),
          { ...(gitOps && { gitOps }) },
        );
  const members = databases.map((database) => memberOf(database, request, access, pods));
  const moved = members.filter((member) => member instanceof AzureMember);
  return {
    ...(pods && { pods }),
    members,
    ...(pods && moved.length > 0 && { addresses: new ReleaseAddresses(pods, moved) }),
  };
}

function memberOf(
  database: SwitchedDatabase,
  of: SwitchOverOf,
  { aws, azure = {} }: SwitchOverAccess,
  pods: StoppablePods | undefined,
): Member {
  const guard = async () => await pods?.keep();
  switch (database.service) {
    case "dynamodb":
      return new DynamodbMember(database, of, aws, notesOf(pods), guard);
    case "rds":
      return new RdsMember(database, of, rdsDatabases(database.what, database.region, aws), guard);
    case "azure":
      return new AzureMember(database, of, azure);
  }
}

function accessTo(cluster: string, { clusters }: SwitchOverAccess): ClusterChoice {
  const choice = clusters[cluster];
  if (choice === undefined) throw new Error(`no access to cluster ${cluster} is given`);
  return choice;
}

/** The journal that the pods' clusters keep. Tables without releases have none: the program refuses such a set. */
function notesOf(pods: StoppablePods | undefined): Notes {
  return {
    read: async () => (await pods?.journal())?.notes ?? {},
    async write(notes) {
      if (pods === undefined) throw new Error("tables can be replaced only where the set names releases to stop");
      await pods.note(notes);
    },
  };
}
