import { AzureMember } from "../../../operations/switch-over/azure";
import { DynamodbMember } from "../../../operations/switch-over/dynamodb";
import type { Member } from "../../../operations/switch-over/member";
import { podsOf } from "../../../operations/switch-over/pods";
import type { Participants } from "../../../operations/switch-over/protocol";
import { RdsMember } from "../../../operations/switch-over/rds";
import { rdsDatabases } from "../../../operations/switch-over/rds-databases";
import { ReleaseAddresses } from "../../../operations/switch-over/release-addresses";
import type { StoppablePods } from "../../../operations/switch-over/stoppable-pods";
import { INSTANT, REGION, STACK, SUFFIX } from "../../unit/operations/switch-over/world";
import { azureAccessOf } from "./azure";
import { SCHEDULE } from "./cluster";
import type { Colleague } from "./colleague";
import type { Judge } from "./judge";
import type { Operator } from "./process";
import { PREFIXES, RELATIONAL, REPLACED, type World } from "./world";

/** A world that is being played, who judges it, and who upgrades its releases. */
export interface Stage {
  world: World;
  judge: Judge;
  colleague: Colleague;
}

/** What a process works on, as `operations/switch-over/index.ts` puts it together. */
export async function participantsOf({ world, judge }: Stage, operator: Operator): Promise<Participants> {
  const { azure, plan, cluster, tables } = world;
  const access = { accessKey: operator.name, secretKey: "secret" };
  const pods =
    cluster &&
    (await podsOf(
      [
        {
          cluster: "default",
          access: {},
          releases: cluster.addresses(databasesOf(world)),
          schedule: SCHEDULE,
          readsProperties: azure !== undefined,
        },
      ],
      {
        connect: () =>
          cluster.connect(
            operator,
            (request, body) => judge.arrives(operator, request, body),
            (request, body) => judge.served(operator, request, body),
          ),
      },
    ));
  const of = { instant: INSTANT, stack: STACK };
  const guard = async () => await pods?.keep();
  const members: Member[] = [];
  if (tables.length > 0) {
    const set = { service: "dynamodb" as const, name: "ledger", region: REGION, tables: [], prefixes: PREFIXES };
    members.push(new DynamodbMember({ ...set, suffix: SUFFIX, newStreams: false }, of, access, notesOf(pods), guard));
  }
  if (plan.relational) {
    const what = plan.relational === "instance" ? "instance" : "cluster";
    const identifiers = {
      identifier: RELATIONAL,
      copyIdentifier: `${RELATIONAL}${SUFFIX}`,
      replacedIdentifier: REPLACED,
    };
    const database = { service: "rds", name: RELATIONAL, region: REGION, what } as const;
    members.push(new RdsMember({ ...database, ...identifiers }, of, rdsDatabases(what, REGION, access), guard));
  }
  if (azure === undefined) return { ...(pods && { pods }), members };
  const moved = azure.pairs.map((pair) => {
    const [source, copy] = [pair.addressOf(pair.source), pair.addressOf(pair.copy)];
    const database = { service: "azure", name: pair.name, source, copy } as const;
    return new AzureMember(database, of, azureAccessOf(operator, azure.cloud));
  });
  members.push(...moved);
  return { ...(pods && { pods, addresses: new ReleaseAddresses(pods, moved) }), members };
}

/** The databases that each release uses, where they differ. */
function databasesOf({ azure, tables, plan }: World): string[][] {
  if (azure === undefined || azure.plan.releases === 1) return [];
  const others = [...(tables.length > 0 ? ["ledger"] : []), ...(plan.relational ? [RELATIONAL] : [])];
  return [0, 1].map((release) => [...(release === 0 ? others : []), ...azure.pairsOf(release).map(({ name }) => name)]);
}

function notesOf(pods: StoppablePods | undefined) {
  return {
    read: async () => (await pods?.journal())?.notes ?? {},
    write: async (notes: Record<string, string>) => await pods?.note(notes),
  };
}
