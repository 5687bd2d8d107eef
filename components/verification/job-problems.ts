import type { AwsSettings } from "../cloud-settings";
import { type DatabaseArgs, kindOf } from "../databases";
import type { Problem } from "../problem";
import type { ScalarRestoreArgs } from "../restore-args";

/** What is wrong with the Jobs that a restore is to verify its copies with. Paths begin at the restore's own root. */
export function verificationJobProblems(
  { verify, properties, propertiesByRelease }: ScalarRestoreArgs,
  databases: readonly DatabaseArgs[],
  aws: AwsSettings,
): Problem[] {
  const problems: Problem[] = [];
  if (verify?.repair === true && verify.scan === undefined)
    problems.push({
      path: "verify.repair",
      message: "is true without verify.scan, whose Job it uses; set verify.scan, or remove this key",
    });
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
