import type { Terminal } from "../terminal";
import { awsFindings } from "./aws";
import { azureFindings } from "./azure";
import { clusterFindings } from "./clusters";
import { databaseFindings } from "./databases";
import { type Ask, checked, type Finding } from "./finding";
import { neverProvenFindings } from "./never-proven";
import { recoveryNameFindings } from "./recovery-names";
import { situationOf } from "./situation";
import { toolFindings } from "./tools";

/** Every check for a configuration: all at once, with findings in a fixed order. */
export async function examineSituation(
  config: Record<string, unknown>,
  stack: string,
  { env, now }: Terminal,
  ask: Ask,
): Promise<Finding[]> {
  const situation = situationOf(config, env);
  const secrets: Finding[] =
    situation.secret.length === 0
      ? []
      : [
          {
            check: "stack file",
            state: "unknown",
            message: `encrypted values are not known here: ${situation.secret.join(", ")}`,
            fix: "give the same credentials by the environment, such as AWS_PROFILE",
          },
        ];
  const found = await Promise.all([
    clusterFindings(situation, now, env, ask),
    // A stack that only restores puts its copies elsewhere on purpose.
    "scalar-backup:backup" in config ? [] : recoveryNameFindings(situation),
    neverProvenFindings(situation),
    databaseFindings(situation, ask),
    awsFindings(situation, stack, now, ask),
    azureFindings(situation, now, ask),
    checked("programs", ask, "the programs on this machine", () => toolFindings(situation, env)),
  ]);
  return [...secrets, ...found.flat()];
}
