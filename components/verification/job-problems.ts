import type { AwsSettings } from "../cloud-settings";
import { type DatabaseArgs, kindOf } from "../databases";
import type { Problem } from "../problem";
import { hasTransactions, type PausedReleaseArgs } from "../release-databases";
import type { ScalarRestoreArgs } from "../restore-args";

/** What is wrong with the Jobs that a restore is to verify its copies with. Paths begin at the restore's own root. */
export function verificationJobProblems(
  { verify, properties, propertiesByRelease, quietGap }: ScalarRestoreArgs,
  databases: readonly DatabaseArgs[],
  aws: AwsSettings,
  releases: readonly PausedReleaseArgs[] = [],
): Problem[] {
  const problems: Problem[] = [];
  if (verify?.repair === true && verify.scan === undefined)
    problems.push({
      path: "verify.repair",
      message: "is true without verify.scan, whose Job it uses; set verify.scan, or remove this key",
    });
  if (verify?.scan?.presentCoordinator === true) {
    const relational = databases.some(
      (database) => kindOf(database).kind.relational && hasTransactions(database, releases),
    );
    if (!relational || databases.length === 1)
      problems.push({
        path: "verify.scan.presentCoordinator",
        message: relational
          ? "is set for a single database, whose copy is consistent by its own recovery; remove this key"
          : "is for a coordinator in a relational database, and the set has none: in DynamoDB and Cosmos DB it is restored twice and compared without this; remove this key",
      });
    if (quietGap === true)
      problems.push({
        path: "verify.scan.presentCoordinator",
        message:
          "is set in addition to quietGap: true: outside of pause windows, the pods' clocks alone would speak for the copies; remove one of the two",
      });
    if (verify.enabled === false)
      problems.push({
        path: "verify.scan.presentCoordinator",
        message: 'is set in addition to "enabled: false"; remove one of the two',
      });
  }
  for (const task of ["scan", "check"] as const) {
    if (verify?.[task] === undefined) continue;
    if (properties === undefined && propertiesByRelease === undefined)
      problems.push({
        path: `verify.${task}`,
        message:
          "needs your present properties, with which its Job connects to the copies; set scalar-backup:properties (in a program: properties or propertiesByRelease)",
      });
    for (const database of databases) {
      const { kind, name, args } = kindOf(database);
      const unusable = kind.recoveryProblem?.(args, aws);
      if (unusable !== undefined)
        problems.push({ path: `verify.${task}`, message: `ScalarDB cannot use the copies of ${name}: ${unusable}` });
    }
  }
  return problems;
}
