import * as pulumi from "@pulumi/pulumi";
import type { VerifiedBracket } from "../../operations/verified-bracket";
import { verdictOf } from "../../restore-points/verification/verdict";
import type { KnownDatabase } from "../databases";
import type { DataCopies } from "../databases/kind";
import type { RestoredDatabase } from "../databases/restored-database";
import { databasesOf, type PausedReleaseArgs } from "../release-databases";
import type { ScalarRestoreArgs } from "../restore-args";
import { type Acceptance, accepted } from "./acceptance";
import { hidingSettingsReasons } from "./hiding-settings";
import { coordinatorReasons, notComparedReasons } from "./reasons";
import type { RestoreVerification } from "./restore-verification";

/** What is verified. */
interface Verified {
  instant: string;
  databases: readonly KnownDatabase[];
  copies: readonly RestoredDatabase[];
  releases: readonly PausedReleaseArgs[];
  /** Whether only instants inside a pause window are consistent. */
  pauseRequired: boolean;
}

/**
 * The verdict about a restore's copies, known once it is accepted: what depends on it is not before. The program ends when the
 * copies are refused, or when a proof was attempted and failed.
 */
export function verifyCopies(
  args: ScalarRestoreArgs,
  { instant, databases, copies, releases, pauseRequired }: Verified,
  acceptance: Acceptance,
): pulumi.Output<RestoreVerification> {
  const [only] = databases;
  if (!pauseRequired && only !== undefined) {
    const ownRecovery = `${only.name} (${only.kind.label}) is the only database: its copy is consistent by its own recovery`;
    const verdict = verdictOf({ instant, brackets: [], unproven: [], ownRecovery });
    return pulumi.all(copies.map(({ endpoint }) => endpoint)).apply(() => verdict);
  }
  const notCompared = notComparedReasons(args);
  const found = pulumi.all(copies.map(({ coordinator }) => coordinator));
  const reasons = pulumi.all([found, hidingSettingsReasons(args, false)]).apply(([coordinators, settings]) => [
    ...(notCompared.length > 0
      ? notCompared
      : coordinatorReasons(
          databases.map((database, index) => ({ database, coordinator: coordinators[index] ?? {} })),
          releases,
        )),
    ...settings,
  ]);
  const brackets = found.apply((coordinators) => {
    const compared = databases.flatMap((database, index): pulumi.Output<VerifiedBracket>[] => {
      const { verify, plan } = coordinators[index] ?? {};
      if (verify === undefined) return [];
      if (plan !== undefined) acceptance.show(`${databases.map(({ name }) => name).join(", ")} at ${instant}, ${plan}`);
      return [verify(dataOf(database, databases, copies, releases))];
    });
    return pulumi.all(compared);
  });
  return accepted(brackets, reasons, instant, acceptance);
}

/** The copies that hold data of the transactions that a database's coordinator decides about. */
function dataOf(
  holder: KnownDatabase,
  databases: readonly KnownDatabase[],
  copies: readonly RestoredDatabase[],
  releases: readonly PausedReleaseArgs[],
): pulumi.Output<DataCopies[]> {
  const users = releases.filter((release) => databasesOf(release, [holder]).length > 0);
  const used = databases.filter(
    ({ name }) => users.length === 0 || users.some((release) => databasesOf(release, [{ name }]).length > 0),
  );
  return pulumi.all(
    copies.flatMap(({ data }, index) => {
      const database = databases[index];
      return database !== undefined && used.includes(database) ? [data] : [];
    }),
  );
}
