import { formatInstant, instantMillis, parseInstant } from "../restore-points/instant";
import { compareCopies } from "../restore-points/verification/compare";
import type { CopyInstant } from "../restore-points/verification/facts";
import type { AzureAccessSource } from "./azure";
import { type CosmosAccount, type CosmosAddress, findAccount, readingKey } from "./cosmosdb";
import { coordinatorRows } from "./cosmosdb-coordinator";
import { type DocumentSource, UnreadableDocuments } from "./cosmosdb-documents";
import { longWork } from "./long-work";
import type { VerifiedBracket } from "./verified-bracket";

/** A copy of a database's account. */
export interface AccountCopy extends CosmosAddress {
  /** The database's name in the set. */
  database: string;
}

/** What `verifyCopies` is asked. */
export interface CosmosdbVerification {
  /** The database that has the coordinator, by its name in the set. */
  database: string;
  /** The coordinator's database and container. */
  coordinator: { database: string; container: string };
  early: CosmosAddress;
  late: CosmosAddress;
  /** The copies of data, whose instants Cosmos DB knows. */
  data: AccountCopy[];
  /** Copies in other services, with the instants that are known of them. */
  otherData: CopyInstant[];
  /** Whether copies that cannot be read are reported, not an error: the configuration accepts them unproven. */
  acceptUnread?: boolean;
}

/**
 * Compares two copies of ScalarDB's coordinator, from before and after the data. Changes nothing. The last line that it says
 * is what it found, as JSON: what follows from that is decided by the program.
 */
export async function verifyCopies(
  { database, coordinator, early, late, data, otherData, acceptUnread }: CosmosdbVerification,
  access: AzureAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const table = `${coordinator.database}.${coordinator.container}`;
  const [earlyAccount, lateAccount] = [await existing(early, access), await existing(late, access)];
  const facts = {
    database,
    table,
    early: restoredTo(earlyAccount),
    late: restoredTo(lateAccount),
    data: [...otherData],
  };
  for (const copy of data) facts.data.push({ ...restoredTo(await existing(copy, access)), name: nameOf(copy) });
  const found = (differences: Pick<VerifiedBracket, "differences" | "unread">): VerifiedBracket => ({
    ...facts,
    ...differences,
    verifiedAt: formatInstant(Date.now()),
  });
  try {
    const sourceOf = async (account: CosmosAccount, address: CosmosAddress): Promise<DocumentSource> => ({
      account,
      key: await readingKey(address, access),
      ...coordinator,
    });
    let read: string | undefined;
    const reads = (line: string) => {
      read = line;
      say(line);
    };
    const [earlySource, lateSource] = [await sourceOf(earlyAccount, early), await sourceOf(lateAccount, late)];
    const comparison = { what: `${database}: compares the coordinator's copies`, state: () => read };
    const differences = await longWork(comparison, () =>
      compareCopies(
        coordinatorRows(earlySource, reads),
        coordinatorRows(lateSource, reads),
        facts.early.instant === undefined ? Date.now() : instantMillis(facts.early.instant),
      ),
    );
    say(JSON.stringify(found({ differences })));
  } catch (error) {
    if (!(error instanceof UnreadableDocuments)) throw error;
    const unread = `the coordinator's copies could not be read: ${error.message}`;
    if (!acceptUnread)
      throw new Error(
        `database ${database}: ${unread}. Then run "pulumi up" again; or set restore.verify.enabled to false: the copies are then not verified`,
      );
    say(JSON.stringify(found({ unread })));
  }
}

function nameOf({ database, accountName }: AccountCopy): string {
  return `${database}: account ${accountName}`;
}

async function existing(address: CosmosAddress, access: AzureAccessSource): Promise<CosmosAccount> {
  const account = await findAccount(address, access);
  if (account !== undefined) return account;
  throw new Error(
    `there is no account ${address.accountName} in resource group ${address.resourceGroupName}, which has a copy of the coordinator, or of data; it may just have been deleted: run "pulumi refresh", then "pulumi up"`,
  );
}

/** The instant that Azure's own record of the restore says. */
function restoredTo({ name, properties }: CosmosAccount): CopyInstant {
  const at = parseInstant(properties.restoreParameters?.restoreTimestampInUtc ?? "");
  if (typeof at !== "number") return { name: `account ${name}` };
  return { name: `account ${name}`, instant: formatInstant(at, { millis: at % 1000 !== 0 }) };
}
