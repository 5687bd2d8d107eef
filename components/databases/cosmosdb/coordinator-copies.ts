import type { DatabaseAccount } from "@pulumi/azure-native/cosmosdb/databaseAccount";
import * as pulumi from "@pulumi/pulumi";
import type { CosmosAccount, CosmosAddress } from "../../../operations/cosmosdb";
import { type CosmosRange, type RestoreSource, readRange } from "../../../operations/cosmosdb-restorable";
import type { CosmosdbVerification } from "../../../operations/cosmosdb-verification";
import type { VerifiedBracket } from "../../../operations/verified-bracket";
import { formatInstant } from "../../../restore-points/instant";
import { rangeProblem } from "../../../restore-points/ranges";
import type { BracketInstants, NoBracket } from "../../../restore-points/verification/bracket";
import { declareCompletion, declareFinding } from "../../operation";
import { endProgram } from "../../problem";
import { RestoreMode } from "../../restore-mode";
import { isInState } from "../../state";
import { adoptCopy } from "../azure/adopted";
import { copyName } from "../azure/names";
import type { CoordinatorFinding } from "../coordinator";
import { copyTags } from "../copy-tags";
import { type DataCopies, instantSuffix, type RestoreContext, type RestoredCoordinator } from "../kind";
import type { CosmosdbArgs } from "./args";
import { coordinatorPlace, findCoordinator } from "./coordinator";
import { declareCopy, findCopy, networkOf } from "./copy-account";
import { ACCOUNT_NAME_LENGTH, keyOf } from "./source";

const SIDES = ["early", "late"] as const;
type Side = (typeof SIDES)[number];

/** Days that a temporary copy's own backup reaches back: the tier that costs nothing. */
const DAYS = 7;

/** What exists of one of the coordinator's copies. */
interface CoordinatorCopy {
  /** Its name in the program. */
  logical: string;
  address: CosmosAddress;
  inState: boolean;
  exists: boolean;
  /** The id for importing it into the state, if an interrupted `up` has left it in Azure. */
  importId: string | undefined;
}

/** The coordinator of a restore, as far as it is known before anything is declared. */
export interface Coordinator {
  finding: CoordinatorFinding;
  /** Its two copies, in accounts of their own; absent where there are to be none. */
  copies?: Record<Side, CoordinatorCopy>;
  /** What can be restored of it; absent once both copies exist. */
  range?: CosmosRange;
  /** Why its copies could not be compared. */
  because?: string;
}

/** What a restore's coordinator copies are made of. */
export interface CoordinatorSource {
  account: CosmosAccount;
  from: RestoreSource;
  /** The account of this restore that ScalarDB uses. */
  copy: CosmosAddress;
  /** Whether that is in the stack's state: then it has been restored before. */
  copyInState: boolean;
}

/** Looks ScalarDB's coordinator up, and its copies. */
export async function readCoordinator(
  name: string,
  args: CosmosdbArgs,
  { account, copy, copyInState }: Omit<CoordinatorSource, "from">,
  context: RestoreContext,
): Promise<Coordinator> {
  const { azure, instant, bracket } = context;
  const finding = await findCoordinator(args, account, azure.access);
  if (!finding.found) return { finding };
  if (bracket === undefined) return { finding, because: "copies are not verified" };
  const read = async (side: Side): Promise<CoordinatorCopy> => {
    const logical = `${name}-${side}-${instantSuffix(instant)}`;
    const address = {
      ...copy,
      accountName: copyName(`${account.name}-${side}`, instant, ACCOUNT_NAME_LENGTH),
    };
    const declared = { type: "azure-native:cosmosdb:DatabaseAccount", logical };
    const found = await findCopy(address, azure.access);
    const inState = await isInState(declared, context);
    const { importId } = await adoptCopy(declared, found, [], { ...context, mode: RestoreMode.Drill });
    return { logical, address, inState, exists: inState || found !== undefined, importId };
  };
  const [early, late] = [await read("early"), await read("late")];
  const copies = { early, late };
  if (early.inState && late.inState) return { finding, copies };
  const unreadable = unreadableBecause(args, account);
  if (unreadable !== undefined) return { finding, because: unreadable };
  // A restore of an earlier version, or one without verification, stays as it is unless a verification is asked for. An up
  // that was interrupted goes on with what it has left: it starts all three restores at once.
  if (copyInState && !early.exists && !late.exists && !context.verificationRequired)
    return {
      finding,
      because: `the copy of account ${account.name} exists already, and was restored without copies of its coordinator. To verify it, set restore.verify.enabled to true`,
    };
  return { finding, copies, range: await readRange(account, azure.access, coordinatorPlace(args)) };
}

/** Why the coordinator's copies could not be read from where the program runs, with the fix. */
function unreadableBecause(args: CosmosdbArgs, account: CosmosAccount): string | undefined {
  if (account.properties.disableLocalAuth)
    return `account ${account.name} refuses keys (disableLocalAuth), and so do its copies: the coordinator's copies are read by their keys, so allow keys to verify restores`;
  if (readersNetwork(args, account).publicNetworkAccess !== "Disabled") return undefined;
  return `the copies of account ${account.name} have no public endpoint, so that the coordinator's copies could not be read; set databases[].cosmosdb.restoreTo.verifiedFrom to the public addresses from which "pulumi up" runs`;
}

/** Who reaches the coordinator's copies. */
function readersNetwork({ restoreTo }: CosmosdbArgs, account: CosmosAccount) {
  const { verifiedFrom, network } = restoreTo ?? {};
  return networkOf(
    account,
    verifiedFrom === undefined ? network : { publicNetworkAccess: "Enabled", ipRules: verifiedFrom },
  );
}

/** The instants of the coordinator's copies, or why there are none. Copies that exist keep theirs. */
function plannedBracket(
  account: CosmosAccount,
  range: CosmosRange | undefined,
  { bracket, acceptInconsistent }: RestoreContext,
): pulumi.Output<BracketInstants | NoBracket> {
  if (bracket === undefined) return pulumi.output({ because: "copies are not verified" });
  if (range === undefined) return bracket;
  return bracket.apply((planned) => {
    if ("because" in planned) return planned;
    const known = { name: `account ${account.name}`, ...range };
    const tooEarly = "earliest" in range && Date.parse(range.earliest) > planned.early;
    // In an emergency nothing waits for a proof.
    const problem =
      (tooEarly ? rangeProblem(planned.early, known, Date.now()) : undefined) ??
      (acceptInconsistent ? rangeProblem(planned.late, known, Date.now()) : undefined);
    return problem === undefined ? planned : { because: problem };
  });
}

/** Declares the coordinator's copies where the plan has them, and what compares them. */
export function declareCoordinatorCopies(
  name: string,
  args: CosmosdbArgs,
  { finding, copies, range, because }: Coordinator,
  source: CoordinatorSource,
  context: RestoreContext,
): pulumi.Output<RestoredCoordinator> {
  if (copies === undefined) return pulumi.output({ ...finding, ...(because !== undefined && { because }) });
  const bracket = plannedBracket(source.account, range, context);
  const declare = () => {
    const declared = SIDES.map((side) =>
      declareSide(name, args, side, copies[side], { source, range, bracket }, context),
    );
    const verify = (data: pulumi.Output<DataCopies[]>) =>
      declareVerification(name, args, copies, pulumi.all(declared), data, context);
    return { ...finding, verify };
  };
  // Copies that exist do not wait for the windows, which a preview may not know: it would delete them.
  if (range === undefined) return pulumi.output<RestoredCoordinator>(declare());
  return bracket.apply((planned) =>
    "because" in planned
      ? { ...finding, because: planned.because }
      : { ...declare(), plan: verificationPlan(args, source.account, copies, planned) },
  );
}

/** One of the two: an account with the coordinator's database only. @returns what is known once it can be read */
function declareSide(
  name: string,
  args: CosmosdbArgs,
  side: Side,
  { logical, address, importId, exists }: CoordinatorCopy,
  plan: {
    source: CoordinatorSource;
    range: CosmosRange | undefined;
    bracket: pulumi.Output<BracketInstants | NoBracket>;
  },
  context: RestoreContext,
): pulumi.Output<unknown> {
  const { account, from } = plan.source;
  const { azure, parent, instant, checkedInstant } = context;
  const at = pulumi.all([checkedInstant, plan.bracket]).apply(async ([, planned]): Promise<string> => {
    if ("because" in planned) return instant;
    if (side === "late" && !exists) await endIfTooLate(name, account, planned.late, plan.range);
    return formatInstant(planned[side]);
  });
  // It is of no use but to be compared, so that it goes with the restore in any mode.
  const temporary = { ...context, mode: RestoreMode.Drill };
  const tags = copyTags("azure", account.tags, temporary);
  const copy: DatabaseAccount = declareCopy(
    account,
    {
      ...address,
      logical,
      from,
      at,
      databases: [coordinatorPlace(args).database],
      importId,
      tags,
      days: DAYS,
      key: keyOf(account, args.restoreTo?.keyIdentity, false),
    },
    temporary,
  );
  const completed = declareCompletion(
    `${logical}-completion`,
    "complete-cosmosdb-copy",
    {
      request: {
        ...address,
        tags,
        consistencyPolicy: { defaultConsistencyLevel: "Strong" },
        network: readersNetwork(args, account),
      },
      access: azure.access,
    },
    { parent, dependsOn: [copy] },
  );
  return pulumi.all([copy.id, completed.id]);
}

/** The program ends when Azure cannot restore the late copy yet. */
async function endIfTooLate(
  name: string,
  account: CosmosAccount,
  late: number,
  range: CosmosRange | undefined,
): Promise<void> {
  const problem = range && rangeProblem(late, { name: `account ${account.name}`, ...range }, Date.now());
  if (problem === undefined) return;
  await endProgram(
    `database ${name}: to verify the copies, its coordinator is also restored to ${formatInstant(late)}, after the data: ${problem}. Or set restore.verify.enabled to false: the copies are then not verified`,
  );
}

/** Declares the comparison of the coordinator's copies, once they can be read. */
function declareVerification(
  name: string,
  args: CosmosdbArgs,
  { early, late }: Record<Side, CoordinatorCopy>,
  ready: pulumi.Output<unknown>,
  data: pulumi.Output<DataCopies[]>,
  { instant, parent, azure, acceptUnproven }: RestoreContext,
): pulumi.Output<VerifiedBracket> {
  const request = pulumi.all([data, ready]).apply(
    ([copies]): CosmosdbVerification => ({
      database: name,
      coordinator: coordinatorPlace(args),
      early: early.address,
      late: late.address,
      data: copies.flatMap(({ account }) => account ?? []),
      otherData: copies.flatMap(({ account, requested }) => (account === undefined ? (requested ?? []) : [])),
      ...(acceptUnproven && { acceptUnread: true }),
    }),
  );
  const said = declareFinding(
    `${name}-verification-${instantSuffix(instant)}`,
    "verify-cosmosdb-copies",
    { request, access: azure.access },
    { parent },
  );
  // Cast: the operation of the same version printed it, or one that this version still reads.
  return said.apply((line) => JSON.parse(line) as VerifiedBracket);
}

/** The instants of the copies, and what it costs to compare them. */
function verificationPlan(
  args: CosmosdbArgs,
  account: CosmosAccount,
  copies: Record<Side, CoordinatorCopy>,
  { early, late }: BracketInstants,
): string {
  const accounts = SIDES.map((side) => copies[side].address.accountName).join(" and ");
  return `coordinator at ${formatInstant(early)} and ${formatInstant(late)} (database ${coordinatorPlace(args).database} of account ${account.name} is restored twice more, as accounts ${accounts}, which are read once and go with the restore: Azure charges both restores by the GB, and the throughput of both by the hour)`;
}
