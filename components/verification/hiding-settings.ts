import * as pulumi from "@pulumi/pulumi";
import { settingsProblems } from "../../restore-points/verification/settings";
import { type PausedReleaseArgs, runsTransactions } from "../release-databases";
import { isCalled } from "../release-values";
import type { ScalarRestoreArgs } from "../restore-args";

/** Why settings in the properties that a restore is given leave its copies unproven, as sentences. */
export function hidingSettingsReasons(
  { properties, propertiesByRelease }: Pick<ScalarRestoreArgs, "properties" | "propertiesByRelease">,
  releases: readonly PausedReleaseArgs[],
  scanned: boolean,
): pulumi.Output<string[]> {
  const found = pulumi.all([properties, propertiesByRelease]).apply(([all, byRelease]) => {
    const texts = Object.entries(byRelease ?? {})
      .filter(([key]) => !releases.some((release) => isCalled(release, key) && !runsTransactions(release)))
      .map(([release, text]) => ({ whose: `of ${release}`, text }));
    if (all !== undefined) texts.push({ whose: "", text: all });
    return texts.flatMap(({ whose, text }) =>
      settingsProblems(`the properties ${whose}`.trim(), settingsOf(text), scanned),
    );
  });
  // Whether one of these keys is true is no secret, and the verdict is shown.
  return pulumi.unsecret(found);
}

function settingsOf(text: string): (key: string) => string | undefined {
  // Loaded here: without a restore it is not needed.
  const { Properties }: typeof import("properties-file/parser") = require("properties-file/parser");
  const parsed = new Properties(text);
  return (key) => parsed.getEffectiveProperty(key)?.value;
}
