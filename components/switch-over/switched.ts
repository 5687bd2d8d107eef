import * as pulumi from "@pulumi/pulumi";
import type {
  SwitchedAddress,
  SwitchedDatabase,
  SwitchOver,
  SwitchOverAccess,
} from "../../operations/switch-over/request";
import { isProven, Verdict } from "../../restore-points/verification/verdict";
import type { BackupSet } from "../backup-set";
import type { CloudSettings } from "../cloud-settings";
import { type DatabaseArgs, type KnownDatabase, kindOf } from "../databases";
import { instantSuffix, lookUpFor } from "../databases/kind";
import { leftToCompare } from "../databases/not-restored";
import { declareFinding, declareOperation } from "../operation";
import { endProgram, orEnd } from "../problem";
import { checkedValues, keysOfEveryRelease } from "../release-values";
import type { ScalarRestoreArgs } from "../restore-args";
import type { RestoredCopy } from "../restored-copy";
import { isInState, outputsInState, stackIdentity } from "../state";
import type { RestoreVerification } from "../verification/restore-verification";
import { settingName, toEndRestore, toRemove, toSet } from "../where-to-set";
import { planText, switchOverPlan } from "./plan";

/** What a restore has for outputs once its copies have taken the production names. */
export interface Switched {
  databases: RestoredCopy[];
  helmValues: pulumi.Output<Record<string, string>>;
  nextSteps: pulumi.Output<string[]>;
  verification: pulumi.Output<RestoreVerification>;
}

/** What the operation says at its end. */
interface Finding {
  endpoints: Record<string, string>;
  kept: string[];
  replicas?: Record<string, number>;
}

/**
 * Declares the switch-over of a confirmed restore. Its copies are no longer declared: they leave the state without being
 * changed in the cloud, so that nothing of the state has a name that changes hands (docs/decisions/0020).
 */
export function declareSwitchOver(
  name: string,
  args: ScalarRestoreArgs,
  set: BackupSet,
  {
    databases,
    instant,
    aws,
    azure,
    parent,
    within,
  }: CloudSettings & {
    databases: SwitchedDatabase[];
    instant: string;
    parent: pulumi.ComponentResource;
    /** The restore's own parent. */
    within: pulumi.Resource | undefined;
  },
): Switched {
  const { releases = [] } = set;
  const plan = switchOverPlan(databases, releases, instant);
  if (pulumi.runtime.isDryRun()) void pulumi.log.info(planText(plan), parent);
  const { request, access } = orderOf(args, set, { databases, instant, aws, azure });
  const logical = `${name}-switch-over-${instantSuffix(instant)}`;
  const isUnderWay = async () =>
    (await isInState({ type: "command:local:Command", logical }, { parent })) ||
    (await hasBegun(set, { aws, azure, instant }));
  const verification = pulumi.output(verifiedBefore(name, args, { instant, isUnderWay }, within));
  const said = declareFinding(
    logical,
    "switch-over",
    {
      // Copies that are not verified replace nothing.
      request: verification.apply(() => checked(logical, request, access, parent)),
      access,
    },
    { parent, customTimeouts: { create: "24h", update: "24h" } },
  );
  // Cast: the operation of the same version has written it.
  const found = said.apply((line) => JSON.parse(line) as Finding);
  const known = set.databases.map(kindOf);
  const addresses = known.map((database) => addressIn(database, found, { azure, instant }));
  const own = pulumi.all(
    addresses.map((address, index) => address.apply((properties) => ({ name: known[index]?.name ?? "", properties }))),
  );
  return {
    databases: known.map((database, index) => ({
      name: database.name,
      kind: database.kind.id,
      endpoint: found.apply(({ endpoints }) => endpoints[database.name] ?? ""),
      // Cast: there is an address for each database.
      properties: (addresses[index] as (typeof addresses)[number]).apply((properties) =>
        keysOfEveryRelease({ name: database.name, properties }, known, releases),
      ),
      notes: found.apply(({ kept }) => kept.filter((line) => line.startsWith(`${database.name}: `))),
    })),
    helmValues: pulumi
      .all([own, set.windows ?? [], args.properties, args.propertiesByRelease, found])
      .apply(([copies, windows, all, byRelease, { replicas }]) =>
        checkedValues(copies, releases, windows, { all, byRelease }, (label) => replicas?.[label]),
      ),
    nextSteps: found.apply(({ kept, replicas }) => stepsLeft(set.databases, databases, kept, replicas)),
    verification,
  };
}

/** The ScalarDB properties of a copy that keeps its address in production. */
function addressIn(
  { name, kind, args }: KnownDatabase,
  found: pulumi.Output<Finding>,
  context: Pick<CloudSettings, "azure"> & { instant: string },
): pulumi.Output<Record<string, string>> {
  const { addressOfCopy } = kind;
  if (addressOfCopy === undefined) return found.apply((): Record<string, string> => ({}));
  const read = found.apply(() => lookUpFor(name, () => addressOfCopy(name, args, context)));
  return read.apply(
    (properties): pulumi.Output<Record<string, string>> =>
      properties.password === undefined ? pulumi.output(properties) : pulumi.secret(properties),
  );
}

/** Declares that a switch-over which has closed no production name is ended. The copies stay declared. */
export function declareAbort(
  name: string,
  args: ScalarRestoreArgs,
  set: BackupSet,
  of: CloudSettings & { databases: SwitchedDatabase[]; instant: string },
  parent: pulumi.ComponentResource,
): void {
  const logical = `${name}-switch-over-${instantSuffix(of.instant)}-abort`;
  declareOperation(logical, "abort-switch-over", orderOf(args, set, of), { parent });
}

/** What the operation is asked, and how it reaches what it works on. */
function orderOf(
  { switchOver }: ScalarRestoreArgs,
  { pods }: BackupSet,
  { databases, instant, aws, azure }: CloudSettings & { databases: SwitchedDatabase[]; instant: string },
): { request: SwitchOver; access: pulumi.Output<SwitchOverAccess> } {
  const gitOps = switchOver?.gitOps;
  return {
    request: { instant, stack: stackIdentity(), databases, clusters: pods?.clusters ?? [], ...(gitOps && { gitOps }) },
    access: pulumi.all([aws.access, pods?.access ?? {}, hasAddresses(databases) ? azure.access : undefined]).apply(
      ([known, clusters, inAzure]): SwitchOverAccess => ({
        aws: known,
        clusters,
        ...(inAzure && { azure: inAzure }),
      }),
    ),
  };
}

/** The request, once a preview has found nothing that keeps it from beginning: an update says that itself. */
function checked(
  logical: string,
  request: SwitchOver,
  access: pulumi.Output<SwitchOverAccess>,
  parent: pulumi.Resource,
): pulumi.Output<SwitchOver> {
  if (!pulumi.runtime.isDryRun()) return pulumi.output(request);
  // A kubeconfig is a secret, but not what is found by it.
  return pulumi.unsecret(access).apply((known) =>
    orEnd(settingName("restore.switchOver"), async () => {
      // Once it is complete, it does not begin again.
      if (await isInState({ type: "command:local:Command", logical }, { parent })) return request;
      const { switchOverObstacles }: typeof import("../../operations/switch-over") =
        require("../../operations/switch-over");
      const obstacles = await switchOverObstacles(request, known);
      if (obstacles.length > 0) throw new Error(`it cannot begin:\n${obstacles.map((each) => `  ${each}`).join("\n")}`);
      return request;
    }),
  );
}

function hasAddresses(databases: readonly SwitchedDatabase[]): boolean {
  return databases.some(({ service }) => service === "azure");
}

/** Whether copies are taking production names, or are marked for them. */
async function hasBegun({ databases }: BackupSet, settings: CloudSettings & { instant: string }): Promise<boolean> {
  const each = databases
    .map(kindOf)
    .map(async ({ name, kind, args }) =>
      kind.namesMarked
        ? kind.namesMarked(name, args, settings)
        : ((await kind.namesTaken?.(name, args, settings)) ?? []),
    );
  return (await Promise.all(each)).flat().length > 0;
}

const HAD_BEGUN =
  "the switch-over had begun, for which the copies were verified; the state no longer has what was found then";

function begun(instant: string): RestoreVerification {
  return {
    verdict: Verdict.Unproven,
    instant,
    because: [HAD_BEGUN],
    restsOn: [],
    notCovered: [],
    witnesses: [],
  };
}

function stepsLeft(
  set: readonly DatabaseArgs[],
  switched: readonly SwitchedDatabase[],
  kept: readonly string[],
  replicas: Record<string, number> | undefined,
): string[] {
  const moved = switched.flatMap((each) => (each.service === "azure" ? [each] : []));
  const counts = Object.entries(replicas ?? {}).map(([release, count]) => `${release}: ${count}`);
  return [
    moved.length === 0
      ? "see that the application works: its pods run on the restored databases, under the names that they had"
      : "see that the application works: its pods run on the restored databases",
    ...(counts.length === 0
      ? []
      : [
          `upgrade the releases once more, with the values that the output helmValues has now: the former ones hold replicaCount at 0, and the next upgrade would stop the pods. These restart none (${counts.join(", ")})`,
        ]),
    ...(moved.length === 0
      ? []
      : [`name what now runs in the configuration: ${moved.flatMap((each) => namingCommands(each, set)).join("; ")}`]),
    ...switched.map((each) => leftToCompare(each, keyIn(set, each.name))),
    `let the stack protect what now runs: ${toEndRestore()}, then pulumi up; the next pause makes the first restore point of the restored databases`,
    ...kept.map((line) => `later, ${line}`),
  ].map((step, index) => `${index + 1}. ${step}`);
}

function keyIn(set: readonly DatabaseArgs[], name: string): string {
  const database = set.find((each) => each.name === name);
  return database === undefined ? "" : kindOf(database).kind.key;
}

/** What names a copy in the configuration in place of its source. */
function namingCommands({ name, source, copy }: SwitchedAddress, set: readonly DatabaseArgs[]): string[] {
  const index = set.findIndex((database) => database.name === name);
  const database = set[index];
  if (database === undefined) return [];
  const at = `databases[${index}].${kindOf(database).kind.key}.existing`;
  const [field, copied] = copy.what === "account" ? ["accountName", copy.accountName] : ["serverName", copy.serverName];
  return [
    toSet(`${at}.${field}`, copied),
    ...(copy.resourceGroupName === source.resourceGroupName
      ? []
      : [toSet(`${at}.resourceGroupName`, copy.resourceGroupName)]),
    ...(database.cosmosdb?.existing?.deleted ? [toRemove(`${at}.deleted`)] : []),
  ];
}

/** What the update that made the copies has found about them. The program ends for copies that are not known to fit together. */
async function verifiedBefore(
  name: string,
  args: ScalarRestoreArgs,
  { instant, isUnderWay }: { instant: string; isUnderWay: () => Promise<boolean> },
  parent: pulumi.Resource | undefined,
): Promise<RestoreVerification> {
  const recorded = await outputsInState({ type: "scalar-backup:index:ScalarRestore", logical: name }, { parent });
  // Cast: this component has recorded it, in this version or an earlier one.
  const last = recorded?.verification as RestoreVerification | undefined;
  const verification = last?.instant === instant && !last.because.includes(HAD_BEGUN) ? last : undefined;
  // Only verified copies are marked: a switch-over that has begun goes on, though `restore` was removed in between. At its end it stays.
  if (verification === undefined && (await isUnderWay())) return begun(instant);
  if (verification === undefined)
    return endProgram(
      `${settingName("restore.switchOver")}: the state has no copies of ${instant}; remove switchOver, run "pulumi up" to restore and verify them, and then confirm`,
    );
  const { verdict } = verification;
  if (isProven(verdict)) return verification;
  if (verdict === Verdict.Unproven && args.acceptUnproven !== undefined) return verification;
  return endProgram(
    `${settingName("restore.switchOver")}: the copies of ${instant} are ${verdict === Verdict.Refused ? "refused" : "not proven to fit together"} (${verification.because.join("; ")}), so they replace nothing${
      verdict === Verdict.Unproven
        ? `. To have them replace production all the same, set restore.acceptUnproven to "${args.at}"`
        : ". To replace production, set restore.at to another restore point"
    }`,
  );
}
