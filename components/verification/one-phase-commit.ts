import * as pulumi from "@pulumi/pulumi";
import type { ScalarRestoreArgs } from "../restore-args";

const KEY = "scalar.db.consensus_commit.one_phase_commit.enabled";

/** Whether the present properties switch one-phase commit on: its transactions leave no row in the coordinator. */
function commitsInOnePhase(text: string): boolean {
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  return new Properties(text).getEffectiveProperty(KEY)?.value.trim().toLowerCase() === "true";
}

/** Why the properties that a restore is given leave its copies unproven, as sentences. */
export function onePhaseCommitReasons({
  properties,
  propertiesByRelease,
}: Pick<ScalarRestoreArgs, "properties" | "propertiesByRelease">): pulumi.Output<string[]> {
  const found = pulumi.all([properties, propertiesByRelease]).apply(([all, byRelease]) => {
    const named = Object.entries(byRelease ?? {})
      .filter(([, text]) => commitsInOnePhase(text))
      .map(([release]) => ` of ${release}`);
    return all !== undefined && commitsInOnePhase(all) ? ["", ...named] : named;
  });
  // Whether one key is true is no secret, and the verdict is shown.
  return pulumi
    .unsecret(found)
    .apply((whose) =>
      whose.map(
        (of) =>
          `the properties${of} have ${KEY}=true: transactions that commit in one phase leave no row in the coordinator, so comparing it does not show them`,
      ),
    );
}
